"""The guard's checks in their order: a closed table, of which the reference in config/README.md is generated."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from triaged.core.guard import past, signs, who, written
from triaged.core.guard.codes import Refusal
from triaged.core.guard.sending import Sending


@dataclass(frozen=True, slots=True)
class Check:
    """One reason to refuse: its code, what it is about in words, and the question.

    `of_callers`: also asked of a telephone system's notice. Its caller gets a new message; what the notice's own sender,
    envelope and header say about answering the notice does not matter then.
    """

    code: str
    words: str
    question: Callable[[Sending], str]
    of_callers: bool = False


CHECKS: Final = (
    Check("own-message", "from one of my own addresses", who.is_my_own, of_callers=True),
    Check(
        "malformed-sender",
        "not exactly one plain From, no Message-ID, a field twice, beyond the limits of reading",
        who.is_malformed,
    ),
    Check("malformed-sender", "larger than 100 MB", who.is_too_large, of_callers=True),
    Check("stranger", "authentication failed", who.is_forged, of_callers=True),
    Check("stranger", "on nobody's roster", who.is_stranger, of_callers=True),
    Check("never", "the client has `replies = false`", who.is_never, of_callers=True),
    Check("never", "on the roster only by an entry without a fixed domain (`*`)", who.is_anybody, of_callers=True),
    Check("rule", "the rule asks for no reply, or none matched", who.has_no_rule, of_callers=True),
    Check("courtesy", "nothing but thanks, and the rule does not name that kind", who.is_courtesy),
    Check("null-sender", "the Return-Path is `<>`", who.has_null_sender),
    Check("no-return-path", "there is no Return-Path", who.has_no_return_path),
    Check("envelope-mismatch", "the Return-Path is neither From nor the same client's", who.has_foreign_envelope),
    Check("envelope-mismatch", "Reply-To leads to another organisation", who.has_foreign_reply_to),
    Check("auto-submitted", "Auto-Submitted says anything but `no`", signs.is_auto_submitted),
    Check("auto-submitted", "a header field of responders, programs or bulk mailers", signs.has_automatic_field),
    Check("auto-submitted", "the subject of an automatic reply or an absence", signs.has_absence_subject),
    Check("auto-submitted", "Outlook's attempt to take a message back", signs.is_recall),
    Check("auto-response-suppress", "X-Auto-Response-Suppress says All, OOF or AutoReply", signs.suppresses),
    Check("mailing-list", "a header field of mailing lists or newsletters", signs.is_list_mail),
    Check("mailing-list", "a group has written itself into From", signs.is_rewritten_by_group),
    Check("bulk", "Precedence is not that of a person's mail (bulk, list, junk, auto_reply …)", signs.is_bulk),
    Check("bulk", "more than 10 recipients", signs.has_many_recipients),
    Check("delivery-report", "a delivery report, an abuse report, a partial message", signs.is_report),
    Check("delivery-report", "the subject of a delivery report", signs.has_bounce_subject),
    Check("receipt", "a read receipt", signs.is_receipt),
    Check("receipt", "the subject of a read receipt", signs.has_receipt_subject),
    Check("calendar", "an invitation, or the answer to one", signs.is_calendar),
    Check("spam", "a filter on the way called it spam, or found a virus", signs.is_spam, of_callers=True),
    Check(
        "spam", "it lies in, or is flagged for, junk, trash, sent or drafts", signs.is_in_wrong_place, of_callers=True
    ),
    Check("robot-sender", "a program's name in Return-Path, From, Sender or Reply-To", signs.is_from_robot),
    Check("loop", "written by a triaged, or marked with my address", written.is_of_an_instance, of_callers=True),
    Check("loop", "it answers an automatic reply of mine", written.answers_a_reply),
    Check("loop", "its sender answered one of mine at once", written.is_muted_robot, of_callers=True),
    Check("resent", "Resent-From or Resent-To: somebody passed it on", written.is_resent, of_callers=True),
    Check("not-addressed", "I am in none of To, Cc and Bcc", written.is_not_addressed),
    Check("only-cc", 'I am only in Cc (unless the rule says `addressed = "cc"`)', written.is_only_copied),
    Check(
        "voicemail", "a caller who is not the client, or has no `mail`", written.is_nobodys_voicemail, of_callers=True
    ),
    Check("encrypted", "its text cannot be read", written.is_encrypted),
    Check(
        "unauthenticated", '`require_auth = "always"`, and not verified', written.is_unauthenticated, of_callers=True
    ),
    Check("no-valid-address", "the address is not plain ASCII", written.has_no_valid_address, of_callers=True),
    Check("duplicate", "this Message-ID came before", past.is_duplicate, of_callers=True),
    Check("opted-out", "asked for no automatic replies (STOP)", past.has_opted_out, of_callers=True),
    Check("bounced", "an earlier reply came back", past.has_bounced, of_callers=True),
    Check("too-old", "it was there before first contact", past.was_there_before, of_callers=True),
    Check("too-old", "decided more than `late` after its arrival", past.is_too_old, of_callers=True),
    Check("too-old", "its Date lies more than a day ahead", past.is_from_the_future),
    Check("call-now", "a call with the client is near or under way", past.is_call_now, of_callers=True),
    Check("already-answered", "I wrote to this client in this thread since", past.is_answered, of_callers=True),
    Check("overdue", "what was promised in the thread is overdue", past.is_overdue, of_callers=True),
    Check("no-promise", "the reply's text uses `promise`, and there is none", past.lacks_promise, of_callers=True),
    Check("joined", "a reply to this correspondent waits already", past.joins, of_callers=True),
    Check(
        "recently-replied",
        "this correspondent has had one in the last day, or what `every` says",
        past.is_recent,
        of_callers=True,
    ),
    Check("rate-limit", "beyond `reply_fuse`: the reply is held", past.is_beyond_fuse, of_callers=True),
)
"""Every check, in the order of REFUSALS."""

_OF_CALLERS: Final = tuple(check for check in CHECKS if check.of_callers)


def refusals(sending: Sending) -> tuple[Refusal, ...]:
    """All refusals that apply, in the order of REFUSALS; none: it may be answered at `destination`."""
    return tuple(_found(sending))


def first_refusal(sending: Sending) -> tuple[Refusal, ...]:
    """The refusal that is told, alone: nobody reads the rest of what speaks against answering a stranger."""
    return tuple(islice(_found(sending), 1))


def _found(sending: Sending) -> Iterator[Refusal]:
    for check in _OF_CALLERS if sending.notice is not None else CHECKS:
        if reason := check.question(sending):
            yield Refusal(check.code, reason)
