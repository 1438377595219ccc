"""The time before triaged, for the report: old mail from Inbox and Sent in, rows like the ledger's out. Nothing is decided.

Messages and my answers are matched by Message-ID, In-Reply-To and References over a ledger in memory, as the daemon does.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from triaged.account.sentmail import is_evidence, sent_seen
from triaged.core.decision import Decision, Verdict
from triaged.core.facts import Facts
from triaged.core.identify import identify
from triaged.core.message import Message
from triaged.core.settings import Account, Person
from triaged.core.trust import evidence_of_sent
from triaged.ledger import Ledger, Period, SentWindow
from triaged.ledger.entries import AccountRow, Arriving, Window
from triaged.ledger.reporting import ReceivedRow
from triaged.rehearse.rehearsal import DAWN
from triaged.rehearse.sources import Old
from triaged.report.summary import Past


@dataclass(frozen=True, slots=True)
class Found:
    """A message of an account. `answered`: a mail client has marked it so. `sent`: it lies in Sent."""

    old: Old
    account: Account
    answered: bool = False
    sent: bool = False


def with_earlier(
    past: Past, mail: Iterable[Found], person: Person, key: str, known: Collection[str], client: str | None = None
) -> Past:
    """The past with every message of a client in that time that is not `known`, and what a person answered to it.

    Before them those that were open when the period began, as far as `mail` goes back. What is known stays as it is, but for
    a mark that it was answered, which nobody noticed.

    Args:
        past: what the ledger remembers.
        mail: everything, in any order.
        person: whose mail it is.
        key: the person's in the ledger.
        known: Message-IDs (digests, where there is none) of what the ledger has, in whatever time.
        client: only this one's.
    """
    found = sorted(mail, key=lambda one: one.old.arrived)
    marked = {identity(one.old.message) for one in found if one.answered}
    new: dict[int, str] = {}
    with Ledger.open(":memory:", now=DAWN) as ledger:
        accounts = ledger.register(key, [account.login for account in person.accounts], DAWN)
        for one in found:
            item = _remember(ledger, accounts[one.account.login], one, person)
            if item is not None and (name := identity(one.old.message)) not in known:
                new[item] = name
        rows = ledger.received(Period(past.since, past.until, client))
    earlier = (_as_earlier(row, new[row.item], marked) for row in rows if row.item in new)
    kept = (replace(row, settled=row.message_id in marked) for row in past.rows)
    return replace(past, rows=sorted((*kept, *earlier), key=lambda row: row.arrived_at))


def identity(message: Message) -> str:
    """By what a message is known again wherever it lies."""
    return message.message_id or message.digest


def _remember(ledger: Ledger, account: AccountRow, one: Found, person: Person) -> int | None:
    """Its number, if it is a client's and new."""
    message, arrived = one.old.message, one.old.arrived
    who = identify(message, person, one.account)
    if one.sent or who.mine or (who.team and who.client is None):
        if is_evidence(message):
            level = evidence_of_sent(message, who.authentication, who.level, person.addresses)
            seen = replace(sent_seen(message, arrived, person.roster, level), by_team=not one.sent and not who.mine)
            ledger.saw_sent(SentWindow(account.id, arrived, [seen]))
        return None
    if who.client is None:
        return None
    [admission] = ledger.admit(Window(account, arrived, [Arriving(who, arrived, "observe")]), _undecided)
    return None if admission.known else admission.item


def _undecided(arriving: Arriving, _: Facts) -> Decision:
    return Decision(
        Verdict.LEFT, "before triaged", client=arriving.client, correspondent=arriving.who.correspondent,
        kind=tuple(sorted(arriving.who.kinds)), automatic=arriving.who.automatic,
    )  # fmt: skip


def _as_earlier(row: ReceivedRow, name: str, marked: Collection[str]) -> ReceivedRow:
    return replace(row, item=None, verdict=None, rule=None, ruleset=None, settled=name in marked)
