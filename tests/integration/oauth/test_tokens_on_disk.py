"""The store: private, whole, and one writer at a time."""

import json
import multiprocessing
import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triaged.crash import EXIT
from triaged.delivery.oauth import Store, StoreError, Token

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LOGIN = "dana@imap.example"
TOKEN = Token(
    "google", "id", "device", "access", NOW + timedelta(hours=1), "refresh", NOW + timedelta(days=7), NOW, NOW,
    testing=True, token_url="https://token.example", scopes=("mail",), refused="no", refused_code="invalid_grant",
    refused_at=NOW,
)  # fmt: skip


def test_what_is_written_is_read(store: Store):
    store.write(LOGIN, TOKEN)
    assert store.read(LOGIN) == TOKEN
    assert store.read("other@imap.example") is None


def test_nobody_else_may_read_it(store: Store):
    old = os.umask(0)
    try:
        store.write(LOGIN, TOKEN)
    finally:
        os.umask(old)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.file(LOGIN).stat().st_mode) == 0o600
    store.folder.chmod(0o755)
    store.write(LOGIN, TOKEN)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_what_root_writes_belongs_to_the_daemon(store: Store):
    os.chown(store.folder.parent, 4711, 4712)
    with store.lock(LOGIN):
        store.write(LOGIN, TOKEN)
    for made in (store.folder, *store.folder.iterdir()):
        assert (made.stat().st_uid, made.stat().st_gid) == (4711, 4712)


@pytest.mark.parametrize("login", ["../../etc/passwd@host", "a/b@host", ".@x", "dana@imap.example"])
def test_no_login_leads_out_of_the_folder(store: Store, login: str):
    assert store.file(login).parent == store.folder
    store.write(login, TOKEN)
    assert store.read(login) == TOKEN


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"provider": 1}', json.dumps({"expires_at": "soon"})])
def test_a_damaged_file_says_what_to_do(store: Store, text: str):
    store.write(LOGIN, TOKEN)
    store.file(LOGIN).write_text(text)
    with pytest.raises(StoreError, match="triaged auth login"):
        store.read(LOGIN)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "tokens")
    with pytest.raises(StoreError, match="cannot be written"):
        store.write(LOGIN, TOKEN)
    with pytest.raises(StoreError, match="cannot be used"), store.lock(LOGIN):
        pass
    with pytest.raises(StoreError, match="cannot be read"):
        store.read(LOGIN)


def test_no_token_shows_in_what_is_printed():
    assert "access" not in repr(replace(TOKEN, client_id="id")).replace("access_token", "")


@pytest.mark.parametrize("point", ["tokens.write.before", "tokens.rename.before", "tokens.write.after"])
def test_a_crash_leaves_the_old_token_or_the_new_one(store: Store, point: str):
    store.write(LOGIN, TOKEN)
    script = f"""
from dataclasses import replace
from pathlib import Path
from triaged.delivery.oauth import Store
store = Store(Path({str(store.folder)!r}))
store.write({LOGIN!r}, replace(store.read({LOGIN!r}), access_token="new"))
"""
    died = subprocess.run([sys.executable, "-c", script], env={**os.environ, "TRIAGED_CRASH_AT": point}, check=False)
    assert died.returncode == EXIT
    found = store.read(LOGIN)
    assert found is not None
    assert found.access_token == ("new" if point == "tokens.write.after" else "access")


def _count(folder: str, times: int) -> None:
    store = Store(Path(folder))
    for _ in range(times):
        with store.lock(LOGIN):
            token = store.read(LOGIN)
            assert token is not None
            store.write(LOGIN, replace(token, access_token=str(int(token.access_token) + 1)))


def test_two_processes_take_turns(store: Store):
    store.write(LOGIN, replace(TOKEN, access_token="0"))
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_count, args=(str(store.folder), 20)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    found = store.read(LOGIN)
    assert found is not None
    assert found.access_token == "40"


def test_whoever_waits_too_long_for_the_lock_is_told(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("triaged.delivery.oauth.tokenstore._LOCK_PATIENCE", 0.1)
    with store.lock(LOGIN), pytest.raises(StoreError, match="held by another process"), store.lock(LOGIN):
        pass


def test_what_others_may_read_is_closed_to_them_and_told(store: Store):
    store.write(LOGIN, TOKEN)
    with store.lock("other@imap.example"):
        pass
    assert store.make_private() == []
    store.folder.chmod(0o755)
    store.file(LOGIN).chmod(0o644)
    assert store.make_private() == ["tokens", f"tokens/{LOGIN}.json"]
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.file(LOGIN).stat().st_mode) == 0o600
    assert store.make_private() == []


def test_closing_follows_no_link(store: Store, tmp_path: Path):
    other = tmp_path / "elsewhere"
    other.write_text("")
    other.chmod(0o644)
    store.folder.mkdir()
    store.folder.chmod(0o700)
    (store.folder / "x.json").symlink_to(other)
    assert store.make_private() == []
    assert stat.S_IMODE(other.stat().st_mode) == 0o644
