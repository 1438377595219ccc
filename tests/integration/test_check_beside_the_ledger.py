"""`triaged check` looks into the ledger: an account cannot go while mail of it is put aside."""

from pathlib import Path

import pytest

from support.configurations import WHOLE, write
from support.ledgerkit import DAY, MONDAY, World, mail
from triaged.cli import main
from triaged.ledger import Ledger


def checked(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    monkeypatch.setenv("STATE_DIRECTORY", str(folder))
    code = main(["check", "-c", str(write(folder, WHOLE))])
    out, err = capsys.readouterr()
    return code, out, err


def test_an_account_that_is_gone_with_mail_put_aside_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    world = World.new(Ledger.open(tmp_path / "triaged.db", now=MONDAY), "old")
    world.ledger.adopt(world.window(mail(1)), MONDAY + DAY)
    world.ledger.close()
    code, out, _ = checked(tmp_path, capsys, monkeypatch)
    assert code == 78
    assert "1:1: error: the account old@imap.example is gone, but 1 of its messages is put aside" in out


def test_an_account_that_is_gone_with_nothing_put_aside_is_none_of_its_business(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    World.new(Ledger.open(tmp_path / "triaged.db", now=MONDAY), "old").ledger.close()
    assert checked(tmp_path, capsys, monkeypatch)[:2] == (0, "")


def test_a_ledger_that_cannot_be_read_does_not_keep_the_configuration_from_being_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "triaged.db").write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    code, out, err = checked(tmp_path, capsys, monkeypatch)
    assert (code, out) == (0, "")
    assert err.startswith("the ledger was not looked at: ")
