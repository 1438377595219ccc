"""Questions about signs of machines, which `triaged.core.robots` knows; here stands what each means for a reply.

Each takes a `Sending` and gives the reason to refuse, or "".
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain
from typing import Final

from triaged.core import robots
from triaged.core.address import Address, same
from triaged.core.expression import Expression
from triaged.core.flags import folded
from triaged.core.guard.sending import Sending
from triaged.core.notation import any_of
from triaged.words import LEXICON

MOST_RECIPIENTS: Final = 10
_SUPPRESSING: Final = frozenset({"all", "oof", "autoreply"})  # [MS-OXCMAIL] 2.1.3.2.20; the others are about receipts
_REPORTS: Final = frozenset(
    {"multipart/report", "message/delivery-status", "message/global-delivery-status", "message/feedback-report"}
    | {"message/partial", "message/external-body"}
)
_RECEIPT: Final = "message/disposition-notification"
_SHOWN: Final = 120  # characters of a field
_SCL: Final = 5  # spam confidence level from which Exchange files as junk
_CALENDAR_ANSWER: Final = Expression(
    lambda: rf"{any_of(LEXICON.everywhere('machines', 'calendar'))}\s*:", re.IGNORECASE
)
_VERDICTS: Final = re.compile(r"\bSFV:(?:SPM|SKB|SKS|BLK)\b|\bCAT:(?:H?PHI?SH|H?SPM|SPOOF|MALW|BULK|DIMP|UIMP|GIMP)\b")
_WRONG_FLAGS: Final = {
    "$junk": "marked as junk",
    "junk": "marked as junk",
    "$phishing": "marked as phishing",
    "\\deleted": "marked as deleted",
    "\\draft": "a draft",
}
_EXCUSED: Final = frozenset({"postmaster", "abuse"})  # RFC 5230 4.6: there often is a person behind them


def is_auto_submitted(sending: Sending) -> str:
    """RFC 3834 5, RFC 5436 2.7.1: anything but `no`, in any of several fields."""
    value = robots.auto_submitted(sending.message)
    return f"Auto-Submitted: {value}" if value else ""


def has_automatic_field(sending: Sending) -> str:
    """Fields that responders, programs and bulk mailers write."""
    name = robots.answering_field(sending.message) or robots.generating_field(sending.message)
    return f"the header field {name}" if name else ""


def has_absence_subject(sending: Sending) -> str:
    """Out of office, automatic reply."""
    return "the subject is that of an automatic reply" if robots.may_be_absence(sending.message) else ""


def is_recall(sending: Sending) -> str:
    """Outlook's attempt to take a message back."""
    return "it takes a message back" if robots.is_recall(sending.message) else ""


def suppresses(sending: Sending) -> str:
    """X-Auto-Response-Suppress asks for no automatic reply; DR, NDR, RN and NRN are about receipts."""
    for value in sending.message.fields.all("x-auto-response-suppress"):
        words = {word.strip().casefold() for word in value.replace(";", ",").split(",")}
        if words & _SUPPRESSING:
            return f"X-Auto-Response-Suppress: {value}"
    return ""


def is_list_mail(sending: Sending) -> str:
    """RFC 2369, RFC 2919, RFC 8058, and their forerunners."""
    name = robots.list_field(sending.message)
    return f"the header field {name}" if name else ""


def is_rewritten_by_group(sending: Sending) -> str:
    """A group that writes itself into From: `Gary via Team <team@…>`."""
    sender = sending.message.sender
    rewritten = "x-original-from" in sending.message.fields and sender is not None and " via " in sender.name
    return "a group has rewritten the sender" if rewritten else ""


def is_bulk(sending: Sending) -> str:
    """RFC 3834 3.1.8: anything but what a person's mail has."""
    value = robots.precedence(sending.message)
    return f"Precedence: {value}" if value else ""


def has_many_recipients(sending: Sending) -> str:
    """A circular."""
    number = len(sending.message.to) + len(sending.message.cc)
    return f"{number} recipients" if number > MOST_RECIPIENTS else ""


def is_report(sending: Sending) -> str:
    """RFC 3462, RFC 3464, RFC 5965; message/partial and message/external-body hide what they hold."""
    types = sending.message.part_types
    if _is_receipt_type(sending):
        return ""
    found = next((content_type for content_type in types if content_type in _REPORTS), None)
    return f"a part {found}" if found else ""


def has_bounce_subject(sending: Sending) -> str:
    """Undeliverable, returned mail."""
    return "the subject is that of a delivery report" if robots.is_bounce(sending.message) else ""


def is_receipt(sending: Sending) -> str:
    """RFC 8098."""
    return "a part message/disposition-notification" if _is_receipt_type(sending) else ""


def _is_receipt_type(sending: Sending) -> bool:
    if _RECEIPT in sending.message.part_types:
        return True
    content_type = (sending.message.fields.first("content-type") or "").casefold()
    return content_type.startswith("multipart/report") and "disposition-notification" in content_type


def has_receipt_subject(sending: Sending) -> str:
    """`Read: …`."""
    return "the subject is that of a read receipt" if robots.is_receipt(sending.message) else ""


def is_calendar(sending: Sending) -> str:
    """RFC 6047: invitations and the answers to them."""
    return "an invitation or the answer to one" if "invitation" in sending.kinds or _has_calendar(sending) else ""


def _has_calendar(sending: Sending) -> bool:
    message = sending.message
    marked = (message.fields.first("content-class") or "").strip().casefold() == "urn:content-classes:calendarmessage"
    if marked or "text/calendar" in message.part_types or message.content_type == "application/ics":
        return True
    # a gateway has taken the calendar out: words of a person's own make it a mail like others
    return _CALENDAR_ANSWER.match(message.bare_subject) is not None and not message.new_text.strip()


def is_spam(sending: Sending) -> str:
    """What a filter on the way has said."""
    fields = sending.message.fields
    for name in fields.names:
        if name in _FILTERS and any(_FILTERS[name](value.strip().casefold()) for value in fields.all(name)):
            return f"{name}: {', '.join(fields.all(name))[:_SHOWN]}"
    return ""


def _is_high(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value[:4]) >= _SCL


_FILTERS: Final[Mapping[str, Callable[[str], bool]]] = {
    "x-spam-flag": lambda value: value.startswith("yes"),
    "x-spam-status": lambda value: value.startswith("yes"),
    "x-spam": lambda value: value.startswith("yes"),
    "x-spam-action": lambda value: value not in {"", "no action", "greylist"},
    "x-rspamd-action": lambda value: value not in {"", "no action", "greylist"},
    "x-ses-spam-verdict": lambda value: value != "pass",
    "x-ses-virus-verdict": lambda value: value == "fail",
    "x-ms-exchange-organization-scl": _is_high,
    "x-forefront-antispam-report": lambda value: _VERDICTS.search(value.upper()) is not None,
    "x-microsoft-antispam-mailbox-delivery": lambda value: "dest:j" in value,
    "x-virus-status": lambda value: value.startswith(("infected", "yes")),
    "x-spam-virus": lambda value: value.startswith("yes"),
    "x-ksmg-antivirus-status": lambda value: value.startswith("infected"),
    "x-klms-antivirus-status": lambda value: value.startswith("infected"),
    "x-antivirus-status": lambda value: value.startswith("infected"),
    "x-amavis-alert": lambda value: value.startswith(("infected", "banned")),
}


def is_in_wrong_place(sending: Sending) -> str:
    """In a folder, or with a flag, that no mail to be answered has."""
    for flag in sorted(folded(sending.facts.flags)):
        if flag in _WRONG_FLAGS:
            return _WRONG_FLAGS[flag]
    folder = sending.facts.folder.replace("/", ".").rpartition(".")[2].strip()
    return f"it lies in {folder}" if folder.casefold() in _wrong_folders() else ""


@cache
def _wrong_folders() -> frozenset[str]:
    names = (LEXICON.everywhere("folders", role) for role in ("junk", "trash", "sent", "drafts", "all"))
    return frozenset(name.casefold() for name in chain.from_iterable(names))


def is_from_robot(sending: Sending) -> str:
    """A program's name in Return-Path, From, Sender or Reply-To (RFC 5230 4.6)."""
    message = sending.message
    found = [
        sending.envelope,
        sending.sender,
        message.submitter.address if message.submitter else None,
        *message.reply_to,
    ]
    robot = next(
        (address for address in found if address and robots.is_robot(address) and not _is_known(sending, address)), None
    )
    return f"{robot} is no person's address" if robot else ""


def _is_known(sending: Sending, address: Address) -> bool:
    """Whether the roster names a postmaster or abuse address itself, which says that a person writes there.

    What sends a message back from there is the server all the same.
    """
    known = sending.match is not None and same(sending.match.pattern.text) == address.key
    returns = "message/rfc822" in sending.message.part_types
    return known and address.local.casefold() in _EXCUSED and not returns
