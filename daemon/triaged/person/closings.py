"""Who gets no automatic mail from now on, or is taken for a machine, as a section of the digest: a person may lift it."""

from triaged.ledger import Ledger, Period
from triaged.ledger.entries import OptOut
from triaged.person.mailpage import Entry, Section
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing


async def sections(context: PersonContext, period: Period) -> list[Section]:
    """One, or none. What a report has closed is told beside the reply that came back."""
    closed = await context.write(Ledger.opt_outs, context.key, context.now())
    phrasing = Phrasing.of(context.person)
    found = [one for one in closed if one.what in phrasing.words.closed and _is_of(one, period)]
    return [Section(phrasing.words.closed_title, tuple(_entry(phrasing, one) for one in found))] if found else []


def _is_of(one: OptOut, period: Period) -> bool:
    return one.at is not None and period.since <= one.at < period.until


def _entry(phrasing: Phrasing, one: OptOut) -> Entry:
    assert one.at is not None
    until = phrasing.when(one.until) if one.until is not None else ""
    how = phrasing.words.closed[one.what].format(until=until, address=one.address)
    return Entry(phrasing.when(one.at), one.address, "", notes=(how,))
