"""What this room raises."""

from triaged.core.errors import TriagedError


class CalendarError(TriagedError):
    """A calendar could not be read; the message names its host, never its address: whoever has that reads everything."""
