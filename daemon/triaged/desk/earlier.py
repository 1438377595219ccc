"""The time before triaged, for the report: old mail from Inbox and Sent in, rows like the ledger's out. Nothing is decided.

Messages and my answers are matched by Message-ID, In-Reply-To and References over a ledger in memory, as the daemon does.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from triaged.core.decision import Decision, Verdict
from triaged.core.facts import Facts
from triaged.core.identify import Identified, identify
from triaged.core.settings import Account, Person
from triaged.desk.sentmail import sent_seen
from triaged.desk.sources import Old
from triaged.ledger import Ledger
from triaged.ledger.reporting import ReceivedRow
from triaged.ledger.values import AccountRow, Arriving

_DAWN = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A message of an account. `answered`: a mail client has marked it so."""

    old: Old
    account: Account
    answered: bool = False


def earlier(
    mail: Iterable[Found], person: Person, since: datetime, until: datetime, client: str | None, known: Collection[str]
) -> list[ReceivedRow]:
    """Every message of a client in that time whose Message-ID is not `known`, and what a person answered to it.

    Before them those that were open when the period began, as far as `mail` goes back.
    """
    found = sorted(mail, key=lambda one: one.old.arrived)
    marked = {one.old.message.message_id for one in found if one.answered}
    with Ledger.open(":memory:", now=_DAWN) as ledger:
        rows = ledger.register(person.label, [account.login for account in person.accounts], _DAWN)
        for one in found:
            _remember(ledger, rows[one.account.login], one, person)
        past = ledger.received(since, until, client)
    return [_as_earlier(row, marked) for row in past if row.message_id not in known]


def _remember(ledger: Ledger, account: AccountRow, one: Found, person: Person) -> None:
    message, arrived = one.old.message, one.old.arrived
    who = identify(message, person, one.account)
    if (who.mine or (who.team and who.client is None)) and not who.automatic:
        seen = sent_seen(message, arrived, person.roster, by_team=not who.mine)
        ledger.saw_sent(account.id, [seen], arrived)
    elif who.client is not None:
        ledger.admit([_arriving(account, who, arrived)], _undecided, now=arrived)


def _arriving(account: AccountRow, who: Identified, arrived: datetime) -> Arriving:
    return Arriving(
        account=account,
        mode="observe",
        place=None,
        message=who.message,
        arrived_at=arrived,
        client=who.client.label if who.client else None,
        correspondent=who.correspondent,
        automatic=who.automatic,
        kinds=who.kinds,
        subject=who.message.subject,
    )


def _undecided(arriving: Arriving, _: Facts) -> Decision:
    return Decision(
        Verdict.LEFT, "before triaged", client=arriving.client, correspondent=arriving.correspondent,
        kind=tuple(sorted(arriving.kinds)), automatic=arriving.automatic,
    )  # fmt: skip


def _as_earlier(row: ReceivedRow, marked: Collection[str | None]) -> ReceivedRow:
    settled = row.message_id is not None and row.message_id in marked
    return replace(row, item=None, verdict=None, rule=None, ruleset=None, settled=settled)
