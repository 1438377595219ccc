"""Who is signed in to the page, as the ledger remembers it: links once, devices for a month, and never a token."""

from datetime import datetime
from pathlib import Path

import pytest

from support.ledgerkit import DAY, HOUR, MINUTE, MONDAY, World
from triaged.ledger import Ledger, NewEffect
from triaged.ledger.signedin import NewDevice


@pytest.fixture
def ledger(path: Path):
    with Ledger.open(path, now=MONDAY) as opened:
        World.new(opened)
        World.new(opened, "erin")
        yield opened


def signed_in(ledger: Ledger, token: str, person: str = "dana", at: datetime = MONDAY):
    ledger.make_link(person, f"link of {token}", at)
    device = ledger.sign_in(f"link of {token}", NewDevice(token, "Firefox, Linux"), at)
    assert device is not None
    return device


def test_a_link_signs_in_once_and_only_in_its_time(ledger: Ledger):
    ledger.make_link("dana", "l", MONDAY)
    assert ledger.sign_in("l", NewDevice("d", ""), MONDAY + 9 * MINUTE) is not None
    assert ledger.sign_in("l", NewDevice("e", ""), MONDAY + 9 * MINUTE) is None
    ledger.make_link("dana", "m", MONDAY)
    assert ledger.sign_in("m", NewDevice("f", ""), MONDAY + 10 * MINUTE) is None
    assert ledger.device("e", MONDAY) is None


def test_a_link_from_the_future_signs_nobody_in(ledger: Ledger):
    ledger.make_link("dana", "l", MONDAY + DAY)
    assert ledger.sign_in("l", NewDevice("d", ""), MONDAY) is None


def test_no_token_stands_in_the_file(ledger: Ledger, path: Path):
    signed_in(ledger, "the-token-of-a-device")
    ledger.make_link("dana", "the-token-of-a-link", MONDAY)
    octets = b"".join(file.read_bytes() for file in path.parent.glob("triaged.db*"))
    assert b"the-token-of" not in octets


def test_looking_writes_once_an_hour_at_most(ledger: Ledger):
    signed_in(ledger, "d")
    written = ledger.db.total_changes
    for minute in range(60):
        assert ledger.device("d", MONDAY + minute * MINUTE) is not None
    assert ledger.db.total_changes == written
    ledger.device("d", MONDAY + HOUR)
    assert ledger.devices("dana", MONDAY + HOUR)[0].used_at == MONDAY + HOUR


def test_devices_end_one_by_one_and_all_and_are_her_own(ledger: Ledger):
    first, second = signed_in(ledger, "a"), signed_in(ledger, "b", at=MONDAY + MINUTE)
    theirs = signed_in(ledger, "c", "erin")
    assert ledger.end_device("dana", theirs.id) == 0
    assert [one.id for one in ledger.devices("dana", MONDAY + MINUTE)] == [second.id, first.id]
    assert ledger.end_device("dana", first.id) == 1
    assert ledger.device("a", MONDAY) is None
    ledger.make_link("dana", "open", MONDAY)
    assert ledger.end_device("dana", None) == 1
    assert ledger.sign_in("open", NewDevice("e", ""), MONDAY) is None
    assert ledger.device("c", MONDAY) is not None


def test_devices_do_not_pile_up(ledger: Ledger):
    for number in range(55):
        signed_in(ledger, f"d{number}", at=MONDAY + number * MINUTE)
    assert len(ledger.devices("dana", MONDAY + HOUR)) == 50
    assert ledger.device("d4", MONDAY + HOUR) is None
    assert ledger.device("d5", MONDAY + HOUR) is not None


def test_after_a_month_a_device_is_forgotten(ledger: Ledger):
    signed_in(ledger, "d")
    signed_in(ledger, "e", at=MONDAY + 30 * DAY)
    assert [one.used_at for one in ledger.devices("dana", MONDAY + 30 * DAY)] == [MONDAY + 30 * DAY]


def test_whoever_restores_an_older_ledger_signs_everybody_out(path: Path, tmp_path: Path):
    with Ledger.open(path, now=MONDAY) as opened:
        World.new(opened)
        signed_in(opened, "ended-since")
        opened.backup(tmp_path / "copy.db")
    with Ledger.open(tmp_path / "copy.db", now=MONDAY + MINUTE) as again:
        assert again.device("ended-since", MONDAY + MINUTE) is None


def test_a_person_who_is_forgotten_is_signed_out(ledger: Ledger):
    signed_in(ledger, "d")
    ledger.erase_person("dana")
    assert ledger.device("d", MONDAY) is None


def test_three_links_an_hour_go_to_her_inbox(ledger: Ledger):
    home = ledger.accounts()[0].id

    def asked(person: str, at: datetime) -> bool:
        return ledger.ask_for_link(NewEffect("", "append", person, at, home, args={"message_id": f"<{at}@x>"}))

    assert [asked("dana", MONDAY + number * MINUTE) for number in range(4)] == [True, True, True, False]
    assert asked("erin", MONDAY)
    assert asked("dana", MONDAY + HOUR)
    assert not asked("dana", MONDAY + HOUR)
