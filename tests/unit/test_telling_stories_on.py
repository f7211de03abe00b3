"""Telling on its own: the second half of the stories."""

import pytest

from tests.unit.played_story import HALVES, tell


@pytest.mark.parametrize("seeds", HALVES[1], ids=str)
def test_in_every_further_story_each_family_is_told_the_truth_once_and_by_the_rules(seeds: range) -> None:
    for seed in seeds:
        tell(seed)
