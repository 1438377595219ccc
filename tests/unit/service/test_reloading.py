"""What a reload puts in force: each person's valid part, and for the others what they had."""

from pathlib import Path

import pytest

from support.configurations import ACCOUNT, NOW, WHOLE, write
from triaged.config import Loaded, load
from triaged.service.reloading import in_force, read_again

ERIN = WHOLE.replace("Dana Roth", "Erin Moss").replace('user = "dana"', 'user = "erin"')
SECOND = ACCOUNT.replace("[account.work]", "[account.second]").replace('user = "dana"', 'user = "second"')
SECOND_LOGIN = "second@imap.roth.example"


@pytest.fixture
def old(tmp_path: Path) -> Loaded:
    """Dana with two accounts, Erin with one."""
    write(tmp_path, WHOLE + SECOND, "dana.toml")
    write(tmp_path, ERIN, "erin.toml")
    loaded = load(tmp_path, environ={}, now=NOW)
    assert not loaded.errors
    return loaded


def reread(old: Loaded, aside: int = 0) -> Loaded:
    return in_force(read_again(old.path), old, {SECOND_LOGIN: aside})


def names(found: Loaded) -> dict[str, str]:
    return {person.label: person.name for person in found.persons}


def test_what_is_valid_is_put_in_force_whole(old: Loaded, tmp_path: Path):
    write(tmp_path, ERIN.replace("Erin Moss", "Erin Mosse"), "erin.toml")
    found = reread(old)
    assert found.refused == {}
    assert names(found) == {"dana": "Dana Roth", "erin": "Erin Mosse"}


def test_who_has_a_mistake_keeps_what_was_in_force_and_the_others_do_not_wait(old: Loaded, tmp_path: Path):
    write(tmp_path, ERIN.replace("Erin Moss", "Erin Mosse").replace("[hours]", "[hour]"), "erin.toml")
    write(tmp_path, (WHOLE + SECOND).replace("Dana Roth", "Dana Rothe"), "dana.toml")
    found = reread(old)
    assert found.persons is not old.persons
    assert names(found) == {"dana": "Dana Rothe", "erin": "Erin Moss"}
    assert found.refused["erin"].file == tmp_path / "erin.toml"


def test_a_rule_that_fails_its_own_example_is_a_mistake(old: Loaded, tmp_path: Path):
    example = '[[rule.example]]\nfrom = "gary@harbor.example"\nexpect = { then = "urgent" }\n'
    write(tmp_path, ERIN.replace("Erin Moss", "Erin Mosse") + example, "erin.toml")
    found = reread(old)
    assert names(found)["erin"] == "Erin Moss"
    assert 'then is "defer", not "urgent"' in found.refused["erin"].text


def test_an_account_with_mail_put_aside_stays_with_its_person_alone(old: Loaded, tmp_path: Path):
    write(tmp_path, WHOLE.replace("Dana Roth", "Dana Rothe"), "dana.toml")
    write(tmp_path, ERIN.replace("Erin Moss", "Erin Mosse"), "erin.toml")
    assert names(reread(old)) == {"dana": "Dana Rothe", "erin": "Erin Mosse"}
    found = reread(old, aside=2)
    assert names(found) == {"erin": "Erin Mosse", "dana": "Dana Roth"}
    assert f"{SECOND_LOGIN} is gone, but 2 of its messages are put aside" in found.refused["dana"].text


def test_a_person_whose_file_is_gone_stays_while_mail_of_hers_is_put_aside(old: Loaded, tmp_path: Path):
    (tmp_path / "dana.toml").unlink()
    assert names(reread(old)) == {"erin": "Erin Moss"}
    assert names(reread(old, aside=1)) == {"erin": "Erin Moss", "dana": "Dana Roth"}


def test_an_account_that_moved_to_another_person_is_not_served_by_both(old: Loaded, tmp_path: Path):
    write(tmp_path, WHOLE.replace("[hours]", "[hour]"), "dana.toml")
    write(tmp_path, ERIN + SECOND, "erin.toml")
    found = reread(old)
    assert found.persons is old.persons
    assert names(found) == {"dana": "Dana Roth", "erin": "Erin Moss"}
    assert set(found.refused) == {"dana", "erin"}


def test_a_service_file_that_is_not_valid_changes_nothing(old: Loaded, tmp_path: Path):
    write(tmp_path, '[service]\nlog = "loud"\n', "service.toml")
    write(tmp_path, ERIN.replace("Erin Moss", "Erin Mosse"), "erin.toml")
    found = reread(old)
    assert found.persons is old.persons
    assert names(found)["erin"] == "Erin Moss"
    assert {problem.file.name for problem in found.refused.values()} == {"service.toml"}


def test_a_new_person_with_a_mistake_is_left_out(old: Loaded, tmp_path: Path):
    write(tmp_path, "[me\n", "finn.toml")
    found = reread(old)
    assert found.persons is not old.persons
    assert set(names(found)) == {"dana", "erin"}
    assert set(found.refused) == {"finn"}
