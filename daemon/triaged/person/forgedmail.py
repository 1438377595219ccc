"""Mail that was found out as forged in a client's name, as sections of the digest: she is to know that somebody tries.

It lies in her inbox like a stranger's. Its subject is repeated without what it lures with.
"""

from collections.abc import Sequence

from triaged.core.lures import without_lures
from triaged.ledger import Ledger, Period
from triaged.ledger.entries import Forgery
from triaged.person.mailpage import Entry, Section
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing

_MOST = 5


async def sections(context: PersonContext, period: Period) -> list[Section]:
    """One a client, with the newest of them."""
    found = await context.write(Ledger.forged, period)
    phrasing = Phrasing.of(context.person)
    by_client: dict[str, list[Forgery]] = {}
    for one in found:
        by_client.setdefault(one.client, []).append(one)
    return [_section(phrasing, client, forged) for client, forged in by_client.items()]


def _section(phrasing: Phrasing, client: str, forged: Sequence[Forgery]) -> Section:
    words = phrasing.words
    entries = [
        Entry(phrasing.when(one.at), one.sender, without_lures(one.subject or "") or words.no_subject)
        for one in forged[-_MOST:]
    ]
    note = Entry("", "", words.forged_note.format(n=len(forged)))
    return Section(words.forged_title.format(client=client), (note, *entries))
