"""Calendars as the programs of several providers write them, of our own making."""

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\n"
TAIL = "END:VCALENDAR\r\n"

GARY = "ATTENDEE;CN=Gary Stone;PARTSTAT=ACCEPTED:mailto:gary@harbor.example"
DANA_HAS_ACCEPTED = "ATTENDEE;CN=Dana Roth;PARTSTAT=ACCEPTED:mailto:dana@roth.example"
DANA_HAS_NOT_ANSWERED = "ATTENDEE;CN=Dana Roth;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:dana@roth.example"
BY_DANA = "ORGANIZER;CN=Dana Roth:mailto:dana@roth.example"
BY_GARY = "ORGANIZER;CN=Gary Stone:mailto:gary@harbor.example"


def event(
    *lines: str, uid: str = "one@roth.example", start: str = "20261127T090000Z", end: str = "20261127T094500Z"
) -> str:
    """A VEVENT; a start with a parameter is written with its own separator."""
    first = start if start.startswith(";") else f":{start}"
    last = end if end.startswith(";") else f":{end}"
    given = [f"UID:{uid}", f"DTSTART{first}", f"DTEND{last}", *lines]
    return "BEGIN:VEVENT\r\n" + "".join(f"{line}\r\n" for line in given) + "END:VEVENT\r\n"


def calendar(*parts: str, head: str = HEAD) -> bytes:
    return (head + "".join(parts) + TAIL).encode()


GOOGLE = calendar(
    event(
        "RRULE:FREQ=WEEKLY;BYDAY=FR", "SUMMARY:Harbor weekly", BY_DANA, DANA_HAS_ACCEPTED, GARY, "STATUS:CONFIRMED",
        "TRANSP:OPAQUE", uid="weekly@google.example", start=";TZID=Europe/Berlin:20261127T100000",
        end=";TZID=Europe/Berlin:20261127T104500",
    ),
    event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261204T100000", "SUMMARY:Harbor weekly", BY_DANA, DANA_HAS_ACCEPTED, GARY,
        "STATUS:CONFIRMED", uid="weekly@google.example", start=";TZID=Europe/Berlin:20261204T140000",
        end=";TZID=Europe/Berlin:20261204T144500",
    ),
    head=HEAD + "X-WR-CALNAME:dana@roth.example\r\nX-WR-TIMEZONE:Europe/Berlin\r\n",
)  # fmt: skip
"""The Friday call of 4 December is moved to 14:00."""

OUTLOOK = calendar(
    "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
    "DTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n",
    event(
        "RRULE:FREQ=WEEKLY;UNTIL=20270625T080000Z;INTERVAL=1;BYDAY=FR;WKST=MO", "SUMMARY:Harbor weekly", "CLASS:PUBLIC",
        "TRANSP:OPAQUE", "STATUS:CONFIRMED", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", uid="040000008200E00074C5B7101A82E008",
        start=";TZID=W. Europe Standard Time:20261127T100000", end=";TZID=W. Europe Standard Time:20261127T104500",
    ),
    event(
        "SUMMARY:Team outing", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", uid="040000008200E00074C5B7101A82E009",
        start=";VALUE=DATE:20261221", end=";VALUE=DATE:20261224",
    ),
)  # fmt: skip
"""A published calendar: no people in it, its own zone by Windows' name."""

ICLOUD = calendar(
    event(
        "SUMMARY:Focus: write the report",
        uid="A1-ICLOUD",
        start=";TZID=Europe/Berlin:20261130T090000",
        end=";TZID=Europe/Berlin:20261130T110000",
    ),
    event(
        "SUMMARY:Dentist",
        "CLASS:PRIVATE",
        uid="A2-ICLOUD",
        start=";TZID=Europe/Berlin:20261130T111500",
        end=";TZID=Europe/Berlin:20261130T120000",
    ),
    event(
        "SUMMARY:Petra’s birthday",
        "RRULE:FREQ=YEARLY",
        uid="A3-ICLOUD",
        start=";VALUE=DATE:19801201",
        end=";VALUE=DATE:19801202",
    ),
    "BEGIN:VTODO\r\nUID:A4\r\nSUMMARY:Urlaub planen\r\nDUE;VALUE=DATE:20261201\r\nEND:VTODO\r\n",
    head=HEAD + "CALSCALE:GREGORIAN\r\nX-APPLE-CALENDAR-COLOR:#FF2968FF\r\n",
)

NEXTCLOUD = calendar(
    event(
        "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU", "EXDATE;TZID=Europe/Berlin:20261208T160000",
        "RDATE;TZID=Europe/Berlin:20261210T160000", "SUMMARY:Lindenhof", BY_DANA,
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:petra@lindenhof.example", uid="nextcloud-1",
        start=";TZID=Europe/Berlin:20261201T160000", end=";TZID=Europe/Berlin:20261201T163000",
    ),
)  # fmt: skip
"""The second Tuesday is left out, a Thursday came in its place."""

FASTMAIL = calendar(
    event(
        "RRULE:FREQ=WEEKLY;BYDAY=WE", "SUMMARY:Harbor, Wednesday", BY_GARY, DANA_HAS_ACCEPTED, uid="fastmail-1",
        start=";TZID=Europe/London:20261202T150000", end=";TZID=Europe/London:20261202T153000",
    ),
    event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20261216T150000", "SUMMARY:Harbor, Wednesday", BY_GARY,
        DANA_HAS_ACCEPTED, uid="fastmail-1", start=";TZID=Europe/London:20261216T160000",
        end=";TZID=Europe/London:20261216T163000",
    ),
)  # fmt: skip
"""From 16 December on it is an hour later."""
