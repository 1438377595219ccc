"""A person as she was at an instant: the configuration, with what the ledger remembers of her calendars laid over it."""

from datetime import datetime

from triaged.calendars import from_text
from triaged.cli.common import key_of, ledger_of
from triaged.config import Loaded, state_file
from triaged.core.appointments import Reading, with_diary
from triaged.core.settings import Person


def as_known(loaded: Loaded, person: Person, at: datetime) -> Person:
    """With what was known at that instant; without a ledger or calendars as configured."""
    if not person.calendars or not state_file(loaded).exists():
        return person
    with ledger_of(loaded) as ledger:
        key = key_of(ledger, person)
        rows = ledger.calendars(key, at) if key is not None else []
    readings = [
        Reading(person.calendars[row.label], from_text(row.content), row.seen_at, row.until)
        for row in rows
        if row.label in person.calendars
    ]
    return with_diary(person, readings)
