"""Telling on its own: the first half of the stories. What a story is, and how it is judged: played_story.py."""

import pytest

from tests.unit.played_story import HALVES, tell


@pytest.mark.parametrize("seeds", HALVES[0], ids=str)
def test_in_every_story_each_family_is_told_the_truth_once_and_by_the_rules(seeds: range) -> None:
    for seed in seeds:
        tell(seed)
