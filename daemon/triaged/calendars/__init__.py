"""The one door to calendars: feeds and CalDAV collections in, appointments out. What they mean is the core's to say.

Never: write; let a feed cost more than its bounded time and memory; put the address of a feed into an error.
"""

from triaged.calendars.errors import CalendarError
from triaged.calendars.feeds import Source
from triaged.calendars.occurrences import Read, Window, as_text, from_text, read

__all__ = ["CalendarError", "Read", "Source", "Window", "as_text", "from_text", "read"]
