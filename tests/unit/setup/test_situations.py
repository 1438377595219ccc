"""Which situation is proposed, by what a mailbox shows."""

from collections import Counter

import pytest

from triaged.setup.firstlook import Seen
from triaged.setup.likelyclients import Correspondent
from triaged.setup.situations import SITUATIONS, likely_situation
from triaged.setup.vouching import Vouching

HARBOR = Correspondent("*@harbor.example", {}, 10, 9)
SMALL = Correspondent("*@small.example", {}, 2, 2)
MARTIN = Correspondent("martin@firma.example", {}, 12, 12)
CALLS = "voicemail@sipgate.example"


def seen(clients: tuple[Correspondent, ...], colleagues: tuple[Correspondent, ...], **senders: int) -> Seen:
    named = {name.replace("_at_", "@").replace("_", "."): n for name, n in senders.items()}
    return Seen(
        (), sum(named.values()), "Sent", None, "Lea Frei", "Europe/Zurich", Vouching(0, 0, {}),
        clients, colleagues, Counter(named), telephones=(CALLS,) if CALLS in named else (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (None, "calls"),
        (seen((), ()), "calls"),
        (seen((HARBOR, SMALL), (), voicemail_at_sipgate_example=15, gary_at_harbor_example=10), "ringing"),
        (seen((HARBOR, SMALL), (), gary_at_harbor_example=10, sue_at_small_example=2), "one-customer"),
        (seen((HARBOR, HARBOR), (MARTIN,), gary_at_harbor_example=10, martin_at_firma_example=12), "calls"),
        (seen((), (MARTIN,), martin_at_firma_example=12, news_at_shop_example=3), "manager"),
        (seen((), (MARTIN,), cases_at_tickets_example=20, martin_at_firma_example=12), "shift"),
    ],
)  # fmt: skip
def test_the_situation_is_the_one_that_her_mail_looks_like(found: Seen | None, name: str):
    assert likely_situation(found).name == name


def test_nobody_is_asked_more_than_seven_questions_of_her_situation():
    assert all(len(one.topics) <= 7 for one in SITUATIONS)
