"""Small manners: the delegate and his own mail, the languages that rules ask for, warnings at half-time."""

from pathlib import Path

import pytest

from support.explaining import ACCOUNT, BASE, CLIENTS, HOURS, ME, Explained, run

TOM = """
[delegate.tom]
name = "Tom"
address = "tom@harbor.example"

[reply.redirect]
text.en = "Please ask {{ delegate or 'somebody else' }}."
text.de = "Bitte fragen Sie {{ delegate or 'jemand anderen' }}."
"""
TO_TOM = (
    '[[rule]]\nname = "r"\nthen = "leave"\nreply = "redirect"\npromise = "none"\ndelegate = "tom"\nforward = true\n'
)
NAMED = BASE.replace(
    'people = { "gary@harbor.example" = "Gary" }',
    'people = { "gary@harbor.example" = "Gary", "tom@harbor.example" = "Tom", "gary.private@mail.example" = "Tom" }',
)


@pytest.mark.parametrize(
    "sender",
    ["tom@harbor.example", "Tom <TOM@harbor.example>", "tom+projects@harbor.example", "gary.private@mail.example"],
)
def test_the_delegate_is_not_told_to_ask_himself_nor_sent_his_own_mail(tmp_path: Path, sender: str):
    found = Explained(
        tmp_path,
        NAMED + TOM + TO_TOM,
    ).one(sender=sender)
    assert found["reply"]["text"] == "Please ask somebody else.\n"
    assert "sent on" not in found["reason"]


def test_whoever_else_writes_is_told_to_ask_him(tmp_path: Path):
    found = Explained(tmp_path, NAMED + TOM + TO_TOM).one(sender="thomas@harbor.example")
    assert found["reply"]["text"] == "Please ask Tom.\n"


SPANISH = "Buenos días, ¿podrían enviarme por favor la factura del mes pasado? Muchas gracias por su ayuda."
IN_SPANISH = (
    '[[rule]]\nname = "Spanish"\nwhen = { language = "es" }\nthen = "leave"\n[[rule]]\nname = "rest"\nthen = "leave"\n'
)


def test_a_language_that_only_a_rule_asks_for_is_recognised(tmp_path: Path):
    explained = Explained(tmp_path, BASE + IN_SPANISH)
    assert explained.one(text=SPANISH)["rule"] == "Spanish"
    assert explained.one(text="Good morning, could you please send me the invoice of last month?")["rule"] == "rest"
    assert (
        explained.one(text="Obrigado pela resposta, podemos falar amanhã sobre o relatório do projeto?")["rule"]
        == "rest"
    )


PROMISED = '[reply.later]\ntext = "You hear from me {{ promise | when }}."\n[[rule]]\nname = "r"\nthen = "leave"\nreply = "later"\n'


@pytest.mark.parametrize(
    ("promise", "noted"),
    [
        ("2 office hours", True),
        ("in 3h", True),
        ("4 office hours", False),
        ("in 4h", False),
        ("2 business days", False),
    ],
)
def test_check_says_which_promises_are_warned_of_at_half_time(tmp_path: Path, promise: str, *, noted: bool):
    clients = CLIENTS.replace('language = "en"\n', "").replace('language = "de"\n', "")
    config = ME + HOURS + ACCOUNT + clients + PROMISED + f'promise = "{promise}"\n'
    code, _, notes = run("check", "-c", str(Explained(tmp_path, config).path))
    assert code == 0
    assert (f'[promises] "{promise}" is warned of at half-time' in notes) is noted
