"""Files that a start finds from a start before: keys are whole or not there, and no mail is overwritten."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.keys import make
from embedded.mailbox import Mail, keep


def test_a_crash_while_a_key_is_written_leaves_no_empty_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(_file: Path, _content: str) -> int:
        raise SystemExit

    monkeypatch.setattr(Path, "write_text", dies)
    with pytest.raises(SystemExit):
        make(tmp_path)
    monkeypatch.undo()
    make(tmp_path)
    keys = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert keys.keys() == {"postgres-password", "pgpass", "tracker-token"}
    assert all(len(key) >= 43 for key in keys.values())
    make(tmp_path)
    assert keys == {file.name: file.read_text() for file in tmp_path.iterdir()}


def test_mail_is_numbered_on_from_the_highest_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "0007.eml").write_bytes(b"from the start before")
    keep(Mail("a@example.org", ("b@example.org",), EmailMessage(), b"new"), tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        "0007.eml": b"from the start before",
        "0008.eml": b"new",
    }
