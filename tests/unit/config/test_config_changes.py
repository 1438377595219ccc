"""What a reload changes, in words."""

from pathlib import Path

import pytest

from support.configurations import ACCOUNT, CLIENT, NOW, RULE, WHOLE, loaded, write
from triaged.config import changes, load, vanished

SECOND = RULE.replace('"Everything"', '"First"').replace('then = "defer"', 'then = "defer"\nwhen = { text = "x" }')


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("# nothing", "# something", []),
        ('mode = "send"', 'mode = "observe"', ['account "dana@imap.roth.example" is in mode observe, was send']),
        ('mode = "send"', 'mode = "send"\nlate = "1h"', ['account "dana@imap.roth.example" changed']),
        ('user = "dana"', 'user = "lea"', ['account "lea@imap.roth.example" added', 'account "dana@imap.roth.example" removed']),
        ("[client.harbor]", "[client.haven]", ['client "haven" added', 'client "harbor" removed']),
        ('calls = ["fri 10:00"]', 'calls = ["thu 10:00", "mon 9:00"]', ['client "harbor" has its calls thu 10:00 and mon 9:00, had them fri 10:00']),
        ('calls = ["fri 10:00"]', "", ['client "harbor" has its calls never, had them fri 10:00']),
        ('tier = "standard"', 'passes = "2 per week"\nmode = "draft"', ['client "harbor" is in mode draft, was of the account']),
        ('tier = "standard"', 'passes = "3 per week"', ['client "harbor" changed']),
        ('promise = ["2 business days"]', 'promise = ["3 business days"]', ['rule "Everything" changed: promise']),
        ('name = "Everything"', 'name = "All"', ['rule "All" added', 'rule "Everything" removed']),
        (RULE, SECOND + RULE, ['rule "First" added']),
        ("You hear", "You will hear", ['reply "later" changed']),
        ('mon-fri = "09:00-17:00"', 'mon-fri = "09:00-16:00"', ["[hours] changed"]),
        ('name = "Dana Roth"', 'name = "Dana R."', ["[me] changed"]),
        ("[[rule]]", '[digest]\nat = "16:30"\n[[rule]]', ["[digest] changed"]),
        ("[[rule]]", '[service]\nlog = "json"\n[[rule]]', ["[service] changed; state, log, listen and page count from the next start"]),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(tmp_path: Path, line: str, instead: str, said: list[str]):
    text = "# nothing\n" + WHOLE
    assert line in text
    assert list(changes(loaded(tmp_path, text), loaded(tmp_path, text.replace(line, instead)))) == said


def test_rules_in_another_order_are_a_change(tmp_path: Path):
    old, new = loaded(tmp_path, WHOLE + SECOND), loaded(tmp_path, WHOLE.replace(RULE, SECOND + RULE))
    assert changes(old, new) == ("rules in another order",)


def test_an_example_that_a_rule_carries_is_no_change(tmp_path: Path):
    example = '[[rule.example]]\nfrom = "g@harbor.example"\nexpect = { then = "defer" }\n'
    assert changes(loaded(tmp_path, WHOLE), loaded(tmp_path, WHOLE + example)) == ()


def test_with_several_persons_each_change_names_whose_it_is(tmp_path: Path):
    write(tmp_path, WHOLE)
    old = load(tmp_path, now=NOW)
    write(tmp_path, WHOLE.replace("09:00-17:00", "09:00-16:00"))
    write(tmp_path, WHOLE.replace(ACCOUNT, ACCOUNT.replace("dana", "lea")), "lea.toml")
    new = load(tmp_path, now=NOW)
    assert changes(old, new) == ("person lea added", "dana: [hours] changed")
    assert changes(new, old) == ("person lea removed", "dana: [hours] changed")


def test_an_account_that_vanished_with_mail_put_aside_is_an_error(tmp_path: Path):
    found = loaded(tmp_path, WHOLE)
    (problem,) = vanished(found, {"old@imap.roth.example": 2, "empty@x": 0, "dana@imap.roth.example": 5})
    assert problem.is_error
    assert problem.text == (
        "the account old@imap.roth.example is gone, but 2 of its messages are put aside: "
        "put it back and run `triaged release --all old@imap.roth.example` first"
    )


def test_nothing_has_vanished_while_a_person_is_left_out(tmp_path: Path):
    assert vanished(loaded(tmp_path, WHOLE.replace(CLIENT, CLIENT.replace("fri 10", "fry 10"))), {"old@x": 1}) == ()
