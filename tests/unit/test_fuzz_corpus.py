"""What `make fuzz` has learnt is replayed: nothing that ever broke a target breaks it again."""

import pytest

from tests.fuzz.targets import TARGETS, corpus

AT_LEAST = 20
"""Files of each target: fewer is a corpus that got lost."""


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_of_the_corpus_breaks_its_target(name: str) -> None:
    files = corpus(name)
    assert len(files) >= AT_LEAST
    for file in files:
        try:
            TARGETS[name].run(file.read_bytes())
        except BaseException as error:
            error.add_note(f"python -m tests.fuzz {name} {file}")
            raise


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_search_begins_with_breaks_nothing(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].run(seed)
