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


def put_aside(office: Office, name: str) -> str:
    """Have a message put aside for somebody, whose mailbox is watched by then; its number."""
    office.place.eventually("status", "--json", "--person", name, shows=['"state": "watching"'])
    office.deliver(name)
    office.place.eventually("deferred", "--json", shows=[f"to-{name}@"])
    [row] = [row for row in office.place.rows("deferred") if row["message_id"] == f"<to-{name}@harbor.example>"]
    return str(row["item"])


def in_the_inbox(office: Office, name: str) -> bool:
    return bool(office.dovecot.messages(office.users[name], "INBOX"))


@pytest.mark.parametrize("how", ["a word that is not known", "nothing of it can be read"])
def test_what_is_aside_for_whoever_is_left_out_comes_back_and_nothing_new_is_touched(office: Office, how: str):
    with office.place.daemon():
        number = put_aside(office, "erin")
    text = office.file("erin").read_text()
    office.file("erin").write_text(text.replace("language", "langauge", 1) if how.startswith("a word") else "[me\n")
    with office.place.daemon():
        page = office.place.eventually("status", shows=["what is put aside (1) comes back all the same"])
        assert page.returncode == 1
        assert f"{number} " in office.place.run("deferred").stdout
        assert office.place.rows("deferred", "--person", "erin")[0]["item"] == int(number)
        assert office.place.run("release", number).returncode == 0
        until(lambda: in_the_inbox(office, "erin"), 60, "it is brought back")
        raw = b"From: Gary <gary@harbor.example>\r\nTo: d@x\r\nSubject: new\r\nMessage-ID: <n@x>\r\n\r\nx\r\n"
        office.dovecot.deliver(office.users["erin"], raw, sender="gary@harbor.example")
        office.deliver("dana")
        office.place.eventually("deferred", "--json", shows=["to-dana@"])
        assert len(office.dovecot.messages(office.users["erin"], "INBOX")) == 2
    office.file("erin").write_text(text)
    with office.place.daemon():
        office.place.eventually("deferred", "--json", shows=["<n@x>"])
        assert office.place.run("status").returncode == 0


def test_put_right_by_a_reload_her_mail_is_decided_again(office: Office):
    with office.place.daemon():
        put_aside(office, "erin")
    text = office.file("erin").read_text()
    office.file("erin").write_text("[me\n")
    with office.place.daemon():
        office.place.eventually("status", shows=["left out"])
        office.file("erin").write_text(text)
        office.reload()
        until(lambda: office.place.run("status").returncode == 0, 60, "nobody is needed any more")
        raw = b"From: Gary <gary@harbor.example>\r\nTo: d@x\r\nSubject: new\r\nMessage-ID: <n@x>\r\n\r\nx\r\n"
        office.dovecot.deliver(office.users["erin"], raw, sender="gary@harbor.example")
        office.place.eventually("deferred", "--json", shows=["<n@x>"])


def test_whose_file_was_removed_is_counted_and_nobody_signs_in_for_her(office: Office):
    with office.place.daemon():
        put_aside(office, "erin")
    office.file("erin").unlink()
    with office.place.daemon() as lines:
        page = office.place.eventually("status", shows=["put the file back, or `triaged forget erin`"])
        assert page.returncode == 1
        assert "what is put aside (1) is brought back by nobody" in " ".join(page.stdout.split())
        assert [row["message_id"] for row in office.place.rows("deferred", "--person", "erin")] == [
            "<to-erin@harbor.example>"
        ]
        [out] = [line for line in lines if line["event"] == "person.left_out"]
        assert (out["person"], out["level"]) == ("erin", "error")
        assert not in_the_inbox(office, "erin")
        assert not [line for line in lines if line.get("person") == "erin" and line["event"].startswith("account.")]
    assert office.place.run("check").returncode == 78


def test_she_is_told_on_her_channels_as_far_as_they_can_be_read(office: Office):
    with office.place.daemon():
        put_aside(office, "erin")
    text = office.file("erin").read_text() + '[notify.phone]\nurl = "json://127.0.0.1:9/"\n'
    office.file("erin").write_text(text.replace('then = "urgent"', 'then = "urgnt"', 1))
    with office.place.daemon(after="notify.failed") as lines:
        [failed] = [line for line in lines if line["event"] == "notify.failed"]
    assert (failed["person"], failed["to"]) == ("erin", "phone")


def gone_without_a_word(office: Office) -> None:
    """Nothing is remembered of erin, all of dana."""
    office.place.eventually("deferred", shows=["Nothing is put aside"])
    assert [row["person"] for row in office.place.rows("status")] == ["dana"]
    assert "nobody is called 'erin'" in office.place.run("deferred", "--person", "erin").stderr
    assert "erin" not in (office.place.state / "in-force.json").read_text()


@pytest.mark.parametrize("when", ["before the start", "while it runs"])
def test_who_has_left_gets_her_mail_back_and_is_forgotten(office: Office, when: str):
    if when == "before the start":
        with office.place.daemon():
            put_aside(office, "erin")
        office.file("erin").unlink()
    with office.place.daemon():
        if when == "while it runs":
            put_aside(office, "erin")
            office.file("erin").unlink()
        done = office.place.run("forget", "erin", "--wait", "50")
        assert (done.returncode, done.stderr) == (0, "")
        assert "erin is forgotten: 1 message brought back" in done.stdout
        assert in_the_inbox(office, "erin")
        gone_without_a_word(office)
        put_aside(office, "dana")  # who is still here is worked for
    with office.place.daemon():
        assert office.place.run("status").returncode == 0


def test_who_is_configured_is_not_forgotten(office: Office):
    with office.place.daemon():
        put_aside(office, "erin")
        done = office.place.run("forget", "erin")
        assert done.returncode == 1
        assert f"erin is configured: remove {office.file('erin')} first" in done.stderr
        assert len(office.place.rows("deferred")) == 1


def test_without_a_daemon_nobody_is_forgotten_whose_mail_would_stay_unless_it_is_to(office: Office):
    with office.place.daemon():
        put_aside(office, "erin")
    office.file("erin").unlink()
    done = office.place.run("forget", "erin")
    assert done.returncode == 1
    assert "no daemon is running that would bring 1 message back" in done.stderr
    assert len(office.place.rows("deferred")) == 1
    done = office.place.run("forget", "erin", "--leave")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 message stays put aside" in done.stdout
    assert office.place.rows("deferred") == []
    assert len(office.dovecot.messages(office.users["erin"], "Deferred")) == 1


def test_what_is_remembered_of_a_client_is_forgotten_by_name(office: Office):
    with office.place.daemon():
        put_aside(office, "dana")
        done = office.place.run("forget", "--client", "harbor")
        assert done.stdout == "0 messages of harbor forgotten; 1 are open and stay until they are closed: then again\n"
        assert office.place.run("forget").returncode == 2


def test_status_says_when_a_sign_in_is_tried_again(office: Office):
    office.file("erin").write_text(office.file("erin").read_text().replace(office.users["erin"], "nobody-of-that-name"))
    with office.place.daemon():
        page = office.place.eventually("status", shows=["or `triaged retry work`"])
        assert "next try " in page.stdout
        [erin] = [row for row in office.place.rows("status") if row["person"] == "erin"]
        assert erin["accounts"][0]["next_try"] is not None


def test_a_ledger_that_was_moved_is_worked_with_there_and_refused_here(office: Office):
    with office.place.daemon():
        number = put_aside(office, "dana")
        source = office.place.state / "triaged.db"
        refused = office.place.run("ledger", "copy", str(source), str(office.place.folder / "new.db"))
        assert refused.returncode == 1
        assert "stop it first, or --trial" in refused.stderr
        trial = office.place.run("ledger", "copy", "--trial", str(source), f"sqlite:{office.place.folder / 'trial.db'}")
        assert trial.returncode == 0, trial.stderr
    moved = office.place.run("ledger", "copy", str(source), str(office.place.folder / "new.db"))
    assert moved.returncode == 0, moved.stderr
    assert "checked table by table" in moved.stdout
    assert office.place.run("run", "--once").returncode == 74
    (office.people / "service.toml").write_text(f'[service]\nstate = "sqlite:{office.place.folder / "new.db"}"\n')
    assert [str(row["item"]) for row in office.place.rows("deferred")] == [number]
    assert office.place.run("run", "--once").returncode == 0


def test_beside_the_ledger_of_a_person_that_was_moved_the_daemon_leaves_her_alone_and_serves_the_others(office: Office):
    with office.place.daemon():
        put_aside(office, "erin")
    source, hers = office.place.state / "triaged.db", office.place.folder / "hers.db"
    moved = office.place.run("ledger", "copy", "--person", "erin", str(source), str(hers))
    assert moved.returncode == 0, moved.stderr
    with office.place.daemon() as lines:
        page = office.place.eventually("status", shows=["her ledger was moved to"])
        assert page.returncode == 1
        assert str(hers) in " ".join(page.stdout.split()).replace(" ", "")
        put_aside(office, "dana")
        office.deliver("erin")
        assert not [line for line in lines if line.get("person") == "erin" and line["event"].startswith("account.")]
        office.file("erin").unlink()  # as it says
        office.reload()
        until(lambda: office.place.run("status").returncode == 0, 60, "nobody is needed any more")
    alone = office.place.folder / "alone.toml"
    office.write("erin")
    alone.write_text(office.file("erin").read_text() + f'[service]\nstate = "sqlite:{hers}"\n')
    alone.chmod(0o600)
    once = office.place.run("run", "--once", "-c", str(alone))
    assert once.returncode == 0, once.stderr
    assert len(office.dovecot.messages(office.users["erin"], "Deferred")) == 2
