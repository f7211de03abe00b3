"""Telling with dispatch paused: in whatever order a story is filed, the same waits to be told in the end."""

from random import Random

import pytest

from tests.unit.played_story import ALL, ONE, STEPS, a_world, required_after


@pytest.mark.parametrize("seeds", ALL, ids=str)
def test_invariant_15_every_filing_order_with_dispatch_paused_ends_in_the_same_required_notices(seeds: range) -> None:
    for seed in seeds if ONE else seeds[::5]:
        random = Random(seed)
        world = a_world(random)
        for _ in range(STEPS):
            world.step()
        in_order = required_after(world.said, random)
        shuffled = random.sample(world.said, k=len(world.said))
        assert required_after(shuffled, random) == in_order, f"story {seed}"
