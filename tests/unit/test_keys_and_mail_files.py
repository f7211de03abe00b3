"""Files that a start finds from a start before: keys are whole or not there, and no mail is overwritten."""

from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest

from deploy.keys import make, make_redis
from embedded.mailbox import Mail, keep
from shared.redis_urls import with_password


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


def test_each_user_of_redis_gets_a_password_of_its_own_and_lines_of_inboxes_stay(tmp_path: Path) -> None:
    tracker, intake, server = (tmp_path / name for name in ("tracker", "intake", "server"))
    for folder in (tracker, intake, server):
        folder.mkdir()
    make_redis(server, {"tracker": tracker, "intake": intake, "loader": intake})
    first = (server / "users.acl").read_text()
    inbox = "user inbox-unc reset on #00 -@all +xadd"
    (server / "users.acl").chmod(0o600)
    (server / "users.acl").write_text(first + inbox + "\n")
    make_redis(server, {"tracker": tracker, "intake": intake, "loader": intake})
    assert (server / "users.acl").read_text() == inbox + "\n" + first
    passwords = {file.name: file.read_text() for folder in (tracker, intake) for file in folder.iterdir()}
    assert passwords.keys() == {"redis-intake-password", "redis-loader-password", "redis-tracker-password"}
    assert {file.name for file in tracker.iterdir()} == {"redis-tracker-password"}
    for password in passwords.values():
        assert sha256(password.encode()).hexdigest() in first
        assert password not in first
    assert first.startswith("user default reset off\n")


def test_the_password_of_redis_stands_in_a_file_and_its_user_in_the_address(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss/word\n")
    assert with_password("redis://intake@redis:6379/0", file) == "redis://intake:p%40ss%2Fword@redis:6379/0"
    assert with_password("redis://redis:6379/0", None) == "redis://redis:6379/0"
    for address in ("redis://redis:6379/0", "redis://intake:known@redis:6379/0"):
        with pytest.raises(ValueError, match="names a user and no password"):
            with_password(address, file)
    with pytest.raises(ValueError, match="cannot be read"):
        with_password("redis://intake@redis", tmp_path / "none")


def test_mail_is_numbered_on_from_the_highest_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "0007.eml").write_bytes(b"from the start before")
    keep(Mail("a@example.org", ("b@example.org",), EmailMessage(), b"new"), tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        "0007.eml": b"from the start before",
        "0008.eml": b"new",
    }
