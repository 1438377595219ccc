"""`triaged replay`: the rules over mail that is already there, as a table and as lines for a program."""

import json
import mailbox
from pathlib import Path
from typing import Any

import pytest

from support.explaining import BASE, WAITS, Explained, run

URGENT = '[[rule]]\nname = "Down"\nwhen = { subject = "down" }\nthen = "urgent"\n'


@pytest.fixture
def people(tmp_path: Path) -> Explained:
    """A client's three mails lie in the folder of the configuration, and a stranger's."""
    made = Explained(tmp_path, BASE + URGENT + WAITS)
    made.mail(Subject="all is down", date="Tue, 24 Nov 2026 15:10:00 +0100")
    made.mail(date="Wed, 25 Nov 2026 15:10:00 +0100")
    made.mail(sender="who@elsewhere.example", date="Thu, 26 Nov 2026 15:10:00 +0100")
    made.mail(date="Fri, 27 Nov 2026 15:10:00 +0100")
    return made


def lines(people: Explained, source: Path, *more: str) -> list[dict[str, Any]]:
    code, out, err = run("replay", "-c", str(people.path), "--json", *more, str(source))
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_every_message_is_a_line_a_strangers_too_and_names_its_file(people: Explained):
    folder = people.path.parent
    found = lines(people, folder)
    assert [one["verdict"] for one in found] == ["urgent", "deferrable", "left", "deferrable"]
    assert [one["file"] for one in found] == [str(folder / f"{number}.eml") for number in (1, 2, 3, 4)]
    assert [one["no_reply"] for one in found] == ["rule", None, "stranger", None]
    assert (found[0]["person"], found[0]["account"], found[0]["kind"]) == ("dana", "work", ["new"])


def test_a_maildir_and_an_mbox_say_the_same(people: Explained):
    folder = people.path.parent
    maildir, box = mailbox.Maildir(folder / "maildir", create=True), mailbox.mbox(folder / "old.mbox")
    for file in sorted(folder.glob("*.eml")):
        maildir.add(file.read_bytes())
        box.add(file.read_bytes())
    box.close()
    verdicts = [one["verdict"] for one in lines(people, folder)]
    assert [one["verdict"] for one in lines(people, folder / "maildir")] == verdicts
    found = lines(people, folder / "old.mbox")
    assert [one["verdict"] for one in found] == verdicts
    assert found[1]["file"] == f"{folder / 'old.mbox'}#1"


def test_since_leaves_out_what_came_before(people: Explained):
    assert len(lines(people, people.path.parent, "--since", "2026-11-26")) == 2


def test_against_old_rules_only_what_changes_is_told(people: Explained):
    folder = people.path.parent
    (folder / "old").mkdir()
    old = folder / "old" / "dana.toml"
    old.write_text(BASE + WAITS)
    old.chmod(0o600)
    [changed] = lines(people, folder, "--against", str(old))
    assert (changed["verdict"], changed["before"]["verdict"]) == ("urgent", "deferrable")


def test_against_old_rules_a_moment_that_moves_is_seen_as_it_was_and_is(people: Explained):
    folder = people.path.parent
    (folder / "old").mkdir()
    old = folder / "old" / "dana.toml"
    old.write_text(BASE + URGENT + WAITS.replace('until = "in 2 days"', 'until = "in 1 day"'))
    old.chmod(0o600)
    _, out, _ = run("replay", "-c", str(people.path), "--against", str(old), str(folder))
    assert "Thu 26 Nov 15:10 → Fri 27 Nov 15:10" in out
    assert "before:" not in out, "the reason is the same"
    assert "promise" not in out.splitlines()[0], "and so is what is promised"
    assert out.endswith("2 of 4 messages would be decided differently.\n")


def test_rows_that_cannot_be_written_are_one_line_on_stderr(people: Explained, tmp_path: Path):
    nowhere = tmp_path / "nowhere" / "rows.csv"
    code, out, err = run("replay", "-c", str(people.path), "--csv", str(nowhere), str(people.path.parent))
    assert (code, out, err) == (1, "", f"triaged: {nowhere}: No such file or directory\n")


def test_the_summary_counts_by_client_verdict_and_rule(people: Explained):
    code, out, _ = run("replay", "-c", str(people.path), str(people.path.parent))
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["harbor", "deferrable", "All", "waits", "2", "2"] in rows
    assert ["harbor", "urgent", "Down", "1"] in rows
    assert out.endswith("4 messages, 3 from clients, 1 of nobody on the roster.\n")


def test_a_table_for_a_spreadsheet_holds_words(people: Explained):
    code, out, _ = run("replay", "-c", str(people.path), "--csv", "-", str(people.path.parent / "1.eml"))
    assert code == 0
    names, row = out.splitlines()
    assert dict(zip(names.split(","), row.split(","), strict=True))["kind"] == "new"


def test_a_source_that_is_none_is_told_in_one_line(people: Explained):
    code, out, err = run("replay", "-c", str(people.path), str(people.path.parent / "nothing"))
    assert (code, out, err.count("\n")) == (1, "", 1)
