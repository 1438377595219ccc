"""What the digest suggests: strangers who may be clients, and rules whose verdict she undoes. Each is said once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from triaged.core.address import is_mine, read_address
from triaged.core.providers import is_shared
from triaged.core.smallestrule import Then, smallest_rule
from triaged.ledger import Ledger, Period
from triaged.ledger.reporting import ReceivedRow
from triaged.person.digestday import Day
from triaged.person.digestsections import Told
from triaged.person.mailpage import Entry
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing

_BACK = timedelta(days=30)
_STRANGER = 3
"""So often she has written to somebody who is on nobody's roster: perhaps a client."""

_TWICE = 2
_THEN: dict[str, Then] = {"back": "urgent", "aside": "defer"}


async def hints(context: PersonContext, day: Day) -> tuple[list[Told], dict[str, object]]:
    """The sections, and what is to be remembered as said."""
    learned = await context.write(Ledger.learned, context.home.id)
    asked, corrected = learned.get("clients_asked") or [], learned.get("corrections_told") or {}
    new = await _maybe_clients(context, day, set(asked))
    rows = await context.write(Ledger.received, Period(day.until - _BACK, day.until, person=context.key))
    undone = {name: many for name, many in _corrections(rows).items() if len(many) > int(corrected.get(name, 1))}
    words = Phrasing.of(context.person).words
    sections = [
        Told(words.maybe_clients, [Entry("", address, note) for address, note in new.items()]),
        Told(words.corrections, [_correction(context, many) for many in undone.values()]),
    ]
    return [one for one in sections if one.entries], {
        "clients_asked": [*asked, *new],
        "corrections_told": {**corrected, **{name: len(many) for name, many in undone.items()}},
    }


async def _maybe_clients(context: PersonContext, day: Day, asked: set[str]) -> dict[str, str]:
    """Addresses on no roster, with why: answered three times, or new people at a client's domain, who wrote or were written to."""
    person, words = context.person, Phrasing.of(context.person).words
    since, found = day.until - _BACK, dict[str, str]()
    wrote = dict.fromkeys(await context.write(Ledger.newcomers, context.key, since), 0)
    for key, times in (wrote | await context.write(Ledger.written_to, context.key, since)).items():
        address = read_address(key)
        if key in asked or address is None or is_mine(address, person.addresses) or person.roster.find(address):
            continue
        if any(glob.matches(address) for glob in person.team):
            continue
        client = person.roster.neighbour(address) if not is_shared(address.domain) else None
        if client is not None:
            found[key] = words.new_at_client.format(
                client=client.name, line=f'[client.{client.label}] from = ["{key}"]'
            )
        elif times >= _STRANGER:
            found[key] = words.answered_often.format(n=times)
    return found


def _corrections(rows: list[ReceivedRow]) -> Mapping[str, list[ReceivedRow]]:
    """By rule, client and direction: what was moved by hand against the verdict, twice or more."""
    found: dict[str, list[ReceivedRow]] = defaultdict(list)
    for row in rows:
        if row.by_hand is not None and row.rule is not None:
            found[f"{row.by_hand} {row.client} {row.rule}"].append(row)
    return {name: many for name, many in found.items() if len(many) >= _TWICE}


def _correction(context: PersonContext, many: list[ReceivedRow]) -> Entry:
    """Which rule, how often, and the rule to try above it, as it can be pasted."""
    words, last = Phrasing.of(context.person).words, many[-1]
    client = context.person.roster.by_label(last.client)
    text = words.moved_twice[str(last.by_hand)].format(n=len(many), rule=last.rule)
    rule = smallest_rule([row.sender for row in many], last.client, _THEN[str(last.by_hand)])
    notes = (words.try_line.format(rule=last.rule),)
    return Entry("", client.name if client else last.client, text, notes=notes, letter=rule)
