"""The questions of the guard, small and by subject. Each takes a `Sending` and gives the reason to refuse, or "".

The signs of machines themselves are in `triaged.core.robots`; here stands what each means for a reply, with its source.
"""

import re
from datetime import timedelta
from typing import Final

from triaged.core import robots
from triaged.core.address import Address, NullSender, is_mine, organisation
from triaged.core.authres import Verdict
from triaged.core.conditions import asks_for_cc
from triaged.core.guard.sending import Sending, destination
from triaged.core.message import DEFECTS, REFUSING

MOST_RECIPIENTS: Final = 10
LARGEST: Final = 100_000_000  # octets
_SUPPRESSING: Final = frozenset({"all", "oof", "autoreply"})  # [MS-OXCMAIL] 2.1.3.2.20; the others are about receipts
_UNREADABLE: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP: Final = re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_REPORTS: Final = frozenset(
    {"multipart/report", "message/delivery-status", "message/global-delivery-status", "message/feedback-report"}
    | {"message/partial", "message/external-body"}
)
_RECEIPT: Final = "message/disposition-notification"
_SCL: Final = 5  # spam confidence level from which Exchange files as junk
_VERDICTS: Final = re.compile(r"\bSFV:(?:SPM|SKB|SKS|BLK)\b|\bCAT:(?:H?PHI?SH|H?SPM|SPOOF|MALW|BULK|DIMP|UIMP|GIMP)\b")
_WRONG_FLAGS: Final = {
    "$junk": "marked as junk",
    "junk": "marked as junk",
    "$phishing": "marked as phishing",
    "\\deleted": "marked as deleted",
    "\\draft": "a draft",
}
_WRONG_FOLDERS: Final = frozenset(
    {
        "junk",
        "spam",
        "junk e-mail",
        "junk email",
        "junk-e-mail",
        "bulk mail",
        "trash",
        "deleted items",
        "deleted messages",
    }
    | {
        "bin",
        "sent",
        "sent items",
        "sent messages",
        "sent mail",
        "drafts",
        "papierkorb",
        "gelöschte elemente",
        "gesendet",
    }
    | {"gesendete elemente", "entwürfe", "spamverdacht", "all mail"}
)
_EXCUSED: Final = frozenset({"postmaster", "abuse"})  # RFC 5230 4.6: there often is a person behind them
_OURS: Final = re.compile(r"<triaged\.[^@>]*@([^>]+)>", re.IGNORECASE)
_DAY: Final = timedelta(days=1)


# --- who it is from -------------------------------------------------------------------------------------------------


def is_my_own(sending: Sending) -> str:
    """From me; a caller's notice may come from my own address, what counts is where the reply would go."""
    address = destination(sending) if sending.notice is not None else sending.sender
    return f"{address} is my own address" if address and is_mine(address, sending.mine) else ""


def is_malformed(sending: Sending) -> str:
    """Whose it is, or where it ends, is in doubt."""
    defects = [DEFECTS[word] for word in sending.message.defects if word in REFUSING]
    if defects and sending.message.sender_defect:
        return f"{defects[0]}: {sending.message.sender_defect}" if len(defects) == 1 else "; ".join(defects)
    return "; ".join(defects)


def is_too_large(sending: Sending) -> str:
    """Larger than any mail that is answered."""
    return f"{sending.message.size} octets" if sending.message.size > LARGEST else ""


def is_stranger(sending: Sending) -> str:
    """On nobody's roster."""
    if sending.client is not None:
        return ""
    return "the caller's number is no client's" if sending.notice else "the sender is on nobody's roster"


def is_forged(sending: Sending) -> str:
    """The trusted server says that it is not from whom it claims."""
    failed = sending.authentication.verdict is Verdict.FAIL
    return f"authentication failed: {sending.authentication.why}" if failed else ""


def is_never(sending: Sending) -> str:
    """The client gets no replies."""
    client = sending.client
    return f"replies = false for {client.name}" if client and not client.replies else ""


def is_anybody(sending: Sending) -> str:
    """On the roster only by an entry that names no domain."""
    match = sending.match
    return f'the entry "{match.pattern}" names no domain' if match and not match.may_be_replied_to else ""


# --- what was decided -----------------------------------------------------------------------------------------------


def has_no_rule(sending: Sending) -> str:
    """No rule, or one without a reply."""
    if sending.rule is None:
        return "no rule with a reply matches"
    return "" if sending.rule.reply else f'the rule "{sending.rule.name}" asks for none'


def is_courtesy(sending: Sending) -> str:
    """Nothing but thanks."""
    named = sending.rule is not None and sending.rule.names_kind("courtesy")
    return "nothing but thanks" if "courtesy" in sending.kinds and not named else ""


# --- the envelope ---------------------------------------------------------------------------------------------------


def has_null_sender(sending: Sending) -> str:
    """RFC 3834 2, RFC 5321 4.5.5."""
    return "the Return-Path is <>" if sending.message.return_path is NullSender.NULL else ""


def has_no_return_path(sending: Sending) -> str:
    """RFC 3834 4: the Return-Path is where a reply goes."""
    message = sending.message
    return "no Return-Path" if message.return_path is None and not message.return_path_defect else ""


def has_foreign_envelope(sending: Sending) -> str:
    """Someone else's Return-Path: a reply would be backscatter."""
    if not isinstance(sending.message.return_path, Address) or sending.sender is None:
        return ""
    mismatch = destination(sending) is None
    return f"the Return-Path is {sending.message.return_path}, the sender {sending.sender}" if mismatch else ""


def has_foreign_reply_to(sending: Sending) -> str:
    """Answers are wanted somewhere else, or the sender is somebody else."""
    if sending.sender is None or "reply-to" not in sending.message.fields:
        return ""
    if not sending.message.reply_to:
        return "the Reply-To holds no address" if any(sending.message.fields.all("reply-to")) else ""
    home = organisation(sending.sender.domain)
    foreign = next((a for a in sending.message.reply_to if organisation(a.domain) != home), None)
    return f"answers are wanted at {foreign}" if foreign else ""


# --- signs of machines ----------------------------------------------------------------------------------------------


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
    return "the subject is that of an automatic reply" if robots.is_absence(sending.message.subject) else ""


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
    return "the subject is that of a delivery report" if robots.is_bounce(sending.message.subject) else ""


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
    return "the subject is that of a read receipt" if robots.is_receipt(sending.message.subject) else ""


def is_calendar(sending: Sending) -> str:
    """RFC 6047: invitations and the answers to them."""
    return "an invitation or the answer to one" if "invitation" in sending.kinds or _has_calendar(sending) else ""


def _has_calendar(sending: Sending) -> bool:
    message = sending.message
    marked = (message.fields.first("content-class") or "").strip().casefold() == "urn:content-classes:calendarmessage"
    return marked or "text/calendar" in message.part_types or message.content_type == "application/ics"


def is_spam(sending: Sending) -> str:
    """What a filter on the way has said."""
    return next((f"{name}: {value}" for name, value in _verdicts_of_filters(sending)), "")


def _verdicts_of_filters(sending: Sending) -> list[tuple[str, str]]:
    fields = sending.message.fields
    return [
        (name, value) for name, is_bad in _FILTERS for value in fields.all(name) if is_bad(value.strip().casefold())
    ]


def _is_high(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value[:4]) >= _SCL


_FILTERS: Final = (
    ("X-Spam-Flag", lambda value: value.startswith("yes")),
    ("X-Spam-Status", lambda value: value.startswith("yes")),
    ("X-Spam", lambda value: value.startswith("yes")),
    ("X-Spam-Action", lambda value: value not in {"", "no action", "greylist"}),
    ("X-Rspamd-Action", lambda value: value not in {"", "no action", "greylist"}),
    ("X-SES-Spam-Verdict", lambda value: value != "pass"),
    ("X-SES-Virus-Verdict", lambda value: value == "fail"),
    ("X-MS-Exchange-Organization-SCL", _is_high),
    ("X-Forefront-Antispam-Report", lambda value: _VERDICTS.search(value.upper()) is not None),
    ("X-Microsoft-Antispam-Mailbox-Delivery", lambda value: "dest:j" in value),
    ("X-Virus-Status", lambda value: value.startswith("infected")),
)


def is_in_wrong_place(sending: Sending) -> str:
    """In a folder, or with a flag, that no mail to be answered has."""
    flag = next(
        (_WRONG_FLAGS[flag.casefold()] for flag in sorted(sending.facts.flags) if flag.casefold() in _WRONG_FLAGS), ""
    )
    if flag:
        return flag
    folder = re.split(r"[/.]", sending.facts.folder)[-1].strip()
    return f"it lies in {folder}" if folder.casefold() in _WRONG_FOLDERS else ""


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
    """Whether the roster names a postmaster or abuse address itself, which says that a person reads there."""
    known = sending.match is not None and sending.match.pattern.text.casefold() == address.key
    return known and address.local.casefold() in _EXCUSED


# --- loops and who was written to -----------------------------------------------------------------------------------


def is_of_an_instance(sending: Sending) -> str:
    """Written by a triaged, or marked so that it should not come back."""
    fields = sending.message.fields
    if any(name.startswith("x-triaged") for name, _ in fields):
        return "an automatic reply of a triaged"
    if _OURS.fullmatch(sending.message.message_id or ""):
        return "its Message-ID is that of an automatic reply"
    mine = {address.key for address in sending.mine}
    looped = any(value.strip().casefold() in mine for value in fields.all("x-loop"))
    return "X-Loop names my address" if looped else ""


def answers_a_reply(sending: Sending) -> str:
    """An answer to an automatic reply of ours is not answered by a robot again."""
    if sending.facts.answers_ours is not None:
        return "it answers an automatic reply of mine"
    domains = {address.domain for address in sending.mine}
    ours = any((found := _OURS.fullmatch(id_)) and found[1].casefold() in domains for id_ in sending.message.references)
    return "it refers to an automatic reply of mine" if ours else ""


def is_muted_robot(sending: Sending) -> str:
    """It has answered one of ours at once."""
    until = sending.facts.robot_until
    return "it answered one of mine at once: taken for a robot" if until and until > sending.facts.now else ""


def is_resent(sending: Sending) -> str:
    """Somebody passed it on (RFC 5322 3.6.6)."""
    return "somebody passed it on" if sending.message.resent else ""


def is_not_addressed(sending: Sending) -> str:
    """RFC 3834 2, RFC 5230 4.5: I am in none of To, Cc and Bcc."""
    message = sending.message
    named = any(is_mine(address, sending.mine) for address in (*message.to, *message.cc, *message.bcc))
    return "" if named else "I am in neither To nor Cc"


def is_only_copied(sending: Sending) -> str:
    """I am to know, somebody else is to act."""
    message = sending.message
    if any(is_mine(address, sending.mine) for address in (*message.to, *message.bcc)):
        return ""
    copied = any(is_mine(address, sending.mine) for address in message.cc)
    allowed = sending.rule is not None and asks_for_cc(sending.rule.when)
    return "I am only in Cc" if copied and not allowed else ""


# --- what cannot be answered ----------------------------------------------------------------------------------------


def is_nobodys_voicemail(sending: Sending) -> str:
    """A notice is never answered; its caller is written to, if it is the client and there is an address."""
    notice, client = sending.notice, sending.client
    if notice is None or client is None:
        return ""
    if notice.number is None or notice.number not in client.phones:
        return f"the caller is not known to be {client.name}"
    return "" if client.caller_address else f"no mail address to write to {client.name} at"


def is_encrypted(sending: Sending) -> str:
    """RFC 8551, RFC 3156: nobody has read what it says."""
    found = next((part for part in sending.message.part_types if part in _UNREADABLE), None)
    if found is None and _PGP.search(sending.message.body):
        found = "a PGP message"
    return f"its text cannot be read ({found})" if found else ""


def is_unauthenticated(sending: Sending) -> str:
    """`require_auth = "always"`: only who is verified."""
    missing = sending.require_auth == "always" and sending.authentication.verdict is not Verdict.PASS
    return f"not verified: {sending.authentication.why}" if missing else ""


def has_no_valid_address(sending: Sending) -> str:
    """RFC 6531: what needs SMTPUTF8 is not written to; nor is anything but a plain address with a domain."""
    address = destination(sending)
    if address is None or address.is_ascii:
        return ""
    return f"{address} cannot be written to in plain ASCII"


# --- what was before ------------------------------------------------------------------------------------------------


def is_duplicate(sending: Sending) -> str:
    """The same Message-ID came before, to any person of this service."""
    return "this Message-ID was decided about before" if sending.facts.duplicate else ""


def has_opted_out(sending: Sending) -> str:
    """STOP."""
    return "asked for no automatic replies" if sending.facts.opted_out else ""


def has_bounced(sending: Sending) -> str:
    """An earlier reply came back."""
    until = sending.facts.bounced_until
    return "an earlier reply could not be delivered" if until and until > sending.facts.now else ""


def was_there_before(sending: Sending) -> str:
    """Nothing that was there before first contact is ever replied to."""
    return "it was there before first contact" if sending.facts.baseline else ""


def is_too_old(sending: Sending) -> str:
    """Decided more than `late` after its arrival."""
    age = sending.facts.now - sending.facts.arrived
    return f"it arrived {age} ago" if age > sending.late else ""


def is_from_the_future(sending: Sending) -> str:
    """Its Date is more than a day ahead of its arrival: neither is to be relied on."""
    date = sending.message.date
    return "its Date lies in the future" if date is not None and date - sending.facts.arrived > _DAY else ""


def is_call_now(sending: Sending) -> str:
    """Within 30 minutes before a call with the client, and during it."""
    return f"there is a call with this client: {sending.call}" if sending.call else ""


def is_answered(sending: Sending) -> str:
    """I wrote since it arrived."""
    if sending.facts.answered_since:
        return "I have written to this client since"
    answered = any(flag.casefold() == "\\answered" for flag in sending.facts.flags)
    return "it is marked as answered" if answered else ""


def is_overdue(sending: Sending) -> str:
    """A told promise of this thread has passed: another robot's word would make it worse."""
    promise = sending.facts.promise
    passed = promise is not None and promise.told and promise.due_at <= sending.facts.now
    return "what was promised in this thread is overdue" if passed else ""


def lacks_promise(sending: Sending) -> str:
    """The text tells a promise, and there is none to tell."""
    return "its text uses promise, and none can be made" if sending.lacks_promise else ""


def joins(sending: Sending) -> str:
    """A reply to this correspondent waits already."""
    return "it joins the reply that waits" if sending.facts.waiting is not None else ""


def is_recent(sending: Sending) -> str:
    """At most one within `every`."""
    last, at = sending.facts.last_reply_at, sending.send_at or sending.facts.now
    return "the last automatic reply is too recent" if last is not None and at < last + sending.every else ""


def is_beyond_fuse(sending: Sending) -> str:
    """`reply_fuse`."""
    return "too many automatic replies in a short time" if sending.facts.replies_in_fuse >= sending.fuse else ""
