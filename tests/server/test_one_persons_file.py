"""A file that is not valid any more: its person keeps what was in force, nobody waits for her, and `status` says so."""

import os
import signal
from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.processes import until
from server.workplace import CONFIG, NOWHERE, Workplace

pytestmark = pytest.mark.server
STAYS = "the configuration is not valid, what was in force before stays"


class Office:
    """Two persons of one daemon."""

    def __init__(self, folder: Path, dovecot: Dovecot) -> None:
        self.people = folder / "people"
        self.people.mkdir()
        self.place = Workplace(folder, {"TRIAGED_CONFIG": str(self.people)})
        self.users = {name: dovecot.new_user() for name in ("dana", "erin")}
        self.dovecot = dovecot
        for name in self.users:
            self.write(name)

    def write(self, name: str, rest: str = "The rest waits") -> None:
        server = f'host = "{self.dovecot.host}", port = {self.dovecot.imap}, tls = "none"'
        imap = f'{{ {server}, user = "{self.users[name]}", password = "{self.dovecot.password}" }}'
        text = CONFIG.format(imap=imap, smtp=NOWHERE, mode="draft", more="").replace("The rest waits", rest)
        self.file(name).write_text(text, encoding="utf-8")
        self.file(name).chmod(0o600)

    def file(self, name: str) -> Path:
        return self.people / f"{name}.toml"

    def reload(self) -> None:
        os.kill(self.place.rows("status")[0]["pid"], signal.SIGHUP)

    def deliver(self, name: str) -> None:
        letter = b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nSubject: budget\r\n"
        raw = letter + f"Message-ID: <to-{name}@harbor.example>\r\n\r\nWhen?\r\n".encode()
        self.dovecot.deliver(self.users[name], raw, sender="gary@harbor.example")


@pytest.fixture
def office(dovecot: Dovecot, tmp_path: Path) -> Office:
    return Office(tmp_path, dovecot)


def test_the_valid_file_is_put_in_force_and_the_other_keeps_its_rules(office: Office):
    with office.place.daemon():
        assert office.place.eventually("status", shows=["watching"]).returncode == 0
        office.write("dana", "As of today")
        office.write("erin", "Never in force")
        office.file("erin").write_text(office.file("erin").read_text().replace("language", "langauge", 1))
        office.reload()
        page = office.place.eventually("status", shows=[STAYS])
        assert page.returncode == 1
        assert f'{office.file("erin")}:3:1: error: unknown key "langauge" in [me]' in " ".join(page.stdout.split())
        assert office.place.run("status", "--person", "dana").returncode == 0
        for name in office.users:
            office.deliver(name)
        office.place.eventually("deferred", "--json", shows=["to-dana@", "to-erin@"])
        rules = {row["message_id"]: row["rule"] for row in office.place.rows("deferred")}
        assert rules == {"<to-dana@harbor.example>": "As of today", "<to-erin@harbor.example>": "The rest waits"}
        office.write("erin", "In force again")
        office.reload()
        until(lambda: office.place.run("status").returncode == 0, 60, "nobody is needed any more")


def test_rules_that_fail_their_own_example_are_not_put_in_force(office: Office):
    with office.place.daemon():
        failing = '[[rule.example]]\nfrom = "gary@harbor.example"\nexpect = { then = "urgent" }\n'
        office.file("erin").write_text(office.file("erin").read_text() + failing)
        office.reload()
        page = office.place.eventually("status", shows=[STAYS])
    assert 'example of "The rest waits": then is "defer", not "urgent"' in " ".join(page.stdout.split())


def test_a_person_who_is_left_out_from_the_start_is_named_and_somebody_is_needed(office: Office):
    office.file("erin").write_text("[me\n")
    with office.place.daemon():
        page = office.place.eventually("status", shows=["left out, because the configuration is not valid"])
        rows = office.place.rows("status")
    assert page.returncode == 1
    assert [row["person"] for row in rows] == ["dana", "erin"]
    assert rows[0]["attention"] == []
    assert str(office.file("erin")) in rows[1]["attention"][0]


def test_the_daemon_still_answers_when_the_only_file_cannot_be_read(dovecot: Dovecot, user: str, tmp_path: Path):
    place = Workplace(tmp_path)
    server = f'host = "{dovecot.host}", port = {dovecot.imap}, tls = "none"'
    place.write(f'{{ {server}, user = "{user}", password = "{dovecot.password}" }}')
    with place.daemon():
        [found] = place.rows("status")
        place.config.write_text("[me\n")
        os.kill(found["pid"], signal.SIGHUP)
        page = place.eventually("status", shows=["running since", STAYS])
    assert page.returncode == 1
