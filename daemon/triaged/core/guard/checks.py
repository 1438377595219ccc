"""The guard's checks in their order: a closed table, of which the reference in config/README.md is generated.

One table for every moment: a message is decided about, its reply is about to be written, the reply is claimed for sending.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from triaged.core.guard import past, signs, who, written
from triaged.core.guard.codes import Refusal
from triaged.core.guard.sending import Sending, Standing

Outgoing = Literal["ack", "said", "caller", "slip", "moved", "forward", "paper"]
"""What would go: the answer to a message, to one that says no or uses the word offered, a new one to a caller, a notice about a
promise or a call, a delegate's copy, the paper for a call."""

ANSWERS: Final[tuple[Outgoing, ...]] = ("ack", "said")
BOTH: Final[tuple[Outgoing, ...]] = (*ANSWERS, "caller")
USUAL: Final[tuple[Outgoing, ...]] = ("ack", "caller")
TO_CLIENTS: Final[tuple[Outgoing, ...]] = (*BOTH, "slip", "moved", "paper")
ALL: Final[tuple[Outgoing, ...]] = (*TO_CLIENTS, "forward")
WRITTEN: Final[tuple[Outgoing, ...]] = (*ANSWERS, "forward")
DECIDED: Final[tuple[Outgoing, ...]] = (*BOTH, "forward")

Later = Literal["sending", "claiming"]
"""When the guard is asked again: before the words are written, and in the commit that takes the reply for sending."""

AT_SENDING: Final[tuple[Later, ...]] = ("sending",)
AT_CLAIMING: Final[tuple[Later, ...]] = ("claiming",)
ALWAYS: Final[tuple[Later, ...]] = (*AT_SENDING, *AT_CLAIMING)


@dataclass(frozen=True, slots=True)
class Check:
    """One reason to refuse: its code, what it is about in words, and the question, asked when a message is decided.

    `of`: what it is asked about. A caller gets a new message: what the notice's own sender, envelope and header say about
    answering the notice does not matter then.
    """

    code: str
    words: str
    question: Callable[[Sending], str]
    of: tuple[Outgoing, ...] = ANSWERS


@dataclass(frozen=True, slots=True)
class Again:
    """One that time can bring up: asked when a message is decided, and again at `later` moments, of what is known then."""

    code: str
    words: str
    question: Callable[[Standing], str]
    later: tuple[Later, ...]
    of: tuple[Outgoing, ...] = BOTH


CHECKS: Final[tuple[Check | Again, ...]] = (
    Check("own-message", "from one of my own addresses", who.is_my_own, of=BOTH),
    Check(
        "malformed-sender",
        "not exactly one plain From, no Message-ID, a field twice, beyond the limits of reading",
        who.is_malformed,
    ),
    Check("malformed-sender", "larger than 100 MB", who.is_too_large, of=DECIDED),
    Check("stranger", "authentication failed", who.is_forged, of=DECIDED),
    Check("stranger", "on nobody's roster", who.is_stranger, of=BOTH),
    Again("never", "the client has `replies = false`", who.is_never, AT_SENDING, of=TO_CLIENTS),
    Check("never", "on the roster only by an entry without a fixed domain (`*`)", who.is_anybody, of=BOTH),
    Check("rule", "the rule asks for no reply, or none matched", who.has_no_rule, of=BOTH),
    Check("courtesy", "nothing but thanks, and the rule does not name that kind", who.is_courtesy),
    Check("null-sender", "the Return-Path is `<>`", who.has_null_sender, of=WRITTEN),
    Check("no-return-path", "there is no Return-Path", who.has_no_return_path),
    Check("envelope-mismatch", "the Return-Path is neither From nor the same client's", who.has_foreign_envelope),
    Check("envelope-mismatch", "Reply-To leads to another organisation", who.has_foreign_reply_to),
    Check("auto-submitted", "Auto-Submitted says anything but `no`", signs.is_auto_submitted, of=WRITTEN),
    Check(
        "auto-submitted",
        "a header field of responders, programs or bulk mailers",
        signs.has_automatic_field,
        of=WRITTEN,
    ),
    Check("auto-submitted", "the subject of an automatic reply or an absence", signs.has_absence_subject, of=WRITTEN),
    Check("auto-submitted", "Outlook's attempt to take a message back", signs.is_recall, of=WRITTEN),
    Check("auto-response-suppress", "X-Auto-Response-Suppress says All, OOF or AutoReply", signs.suppresses),
    Check("mailing-list", "a header field of mailing lists or newsletters", signs.is_list_mail, of=WRITTEN),
    Check("mailing-list", "a group has written itself into From", signs.is_rewritten_by_group, of=WRITTEN),
    Check(
        "bulk", "Precedence is not that of a person's mail (bulk, list, junk, auto_reply …)", signs.is_bulk, of=WRITTEN
    ),
    Check("bulk", "more than 10 recipients", signs.has_many_recipients),
    Check("delivery-report", "a delivery report, an abuse report, a partial message", signs.is_report, of=WRITTEN),
    Check("delivery-report", "the subject of a delivery report", signs.has_bounce_subject, of=WRITTEN),
    Check("receipt", "a read receipt", signs.is_receipt, of=WRITTEN),
    Check("receipt", "the subject of a read receipt", signs.has_receipt_subject, of=WRITTEN),
    Check("calendar", "an invitation, or the answer to one", signs.is_calendar, of=WRITTEN),
    Check("spam", "a filter on the way called it spam, or found a virus", signs.is_spam, of=DECIDED),
    Check("spam", "it lies in, or is flagged for, junk, trash, sent or drafts", signs.is_in_wrong_place, of=DECIDED),
    Check("robot-sender", "a program's name in Return-Path, From, Sender or Reply-To", signs.is_from_robot, of=WRITTEN),
    Check("loop", "written by a triaged, or marked with my address", written.is_of_an_instance, of=DECIDED),
    Check(
        "loop",
        "it answers an automatic reply of mine, and neither says no nor uses the word offered",
        written.answers_a_reply,
        of=("ack",),
    ),
    Check("loop", "it answers the paper for a call: it stands in the agenda", written.answers_a_paper, of=BOTH),
    Check("loop", "a forward: it is from the delegate, or a machine of his", written.is_from_delegate, of=("forward",)),
    Check("loop", "a forward: it answers one", written.answers_a_forward, of=("forward",)),
    Check("resent", "Resent-From or Resent-To: somebody passed it on", written.is_resent, of=BOTH),
    Check("not-addressed", "I am in none of To, Cc and Bcc", written.is_not_addressed),
    Check("only-cc", 'I am only in Cc (unless the rule says `addressed = "cc"`)', written.is_only_copied),
    Check(
        "voicemail",
        "a caller's notice: of nobody's telephone system, a caller who is no client or has no `mail`",
        written.is_nobodys_voicemail,
        of=BOTH,
    ),
    Check(
        "encrypted",
        "its text cannot be read: encrypted, in no known encoding, or in a format that cannot be opened",
        written.is_encrypted,
    ),
    Check(
        "unauthenticated",
        '`require_auth = "always"`, and not verified; a caller\'s notice that my server does not vouch for',
        written.is_unauthenticated,
        of=BOTH,
    ),
    Check("unauthenticated", "a forward: my server does not vouch for it", written.is_unvouched, of=("forward",)),
    Check(
        "unauthenticated", "a reply waits for a message that my server vouches for better", past.may_not_join, of=BOTH
    ),
    Check("no-valid-address", "the address is not plain ASCII", written.has_no_valid_address, of=BOTH),
    Check("duplicate", "this Message-ID came before", past.is_duplicate, of=DECIDED),
    Again("opted-out", "asked for no automatic replies (STOP)", past.has_opted_out, ALWAYS, of=TO_CLIENTS),
    Again("bounced", "an earlier reply came back", past.has_bounced, ALWAYS, of=ALL),
    Check("too-old", "it was there before first contact", past.was_there_before, of=DECIDED),
    Check("too-old", "decided more than `late` after its arrival", past.is_too_old, of=BOTH),
    Check("too-old", "its Date lies more than a day ahead", past.is_from_the_future),
    Again(
        "call-now",
        "a call with the client is near or under way",
        past.is_call_now,
        AT_SENDING,
        of=(*BOTH, "slip", "paper"),
    ),
    Again(
        "already-answered", "I wrote to this client in this thread since", past.is_answered, ALWAYS, of=(*BOTH, "slip")
    ),
    Again("overdue", "what was promised in the thread is overdue", past.is_overdue, AT_SENDING),
    Again("no-promise", "the reply's text uses `promise`, and there is none", past.lacks_promise, AT_SENDING),
    Check("joined", "the same reply to this correspondent waits already", past.joins, of=USUAL),
    Check("recently-replied", "another reply to this correspondent waits already", past.is_behind, of=USUAL),
    Again(
        "recently-replied",
        "this correspondent has had one in the last day, or what `every` says",
        past.is_recent,
        ALWAYS,
        of=USUAL,
    ),
    Again("recently-replied", "of a list of texts each has gone within 7 days", past.repeats, AT_SENDING, of=USUAL),
    Again("recently-replied", "it was said today already", past.was_said, AT_SENDING, of=("said",)),
    Again("rate-limit", "beyond `reply_fuse`: the reply is held", past.is_beyond_fuse, AT_CLAIMING, of=ALL),
)
"""Every check, in the order in which the first that applies is told."""

REFUSALS: Final = tuple(dict.fromkeys(check.code for check in CHECKS))
"""Every word of `no_reply`, in the order in which the first that applies is told."""

_DECIDING: Final = {outgoing: tuple(check for check in CHECKS if outgoing in check.of) for outgoing in BOTH} | {
    "forward": tuple(check for check in CHECKS if "forward" in check.of and isinstance(check, Check))
}
# what time can bring up about a forward concerns the delegate's address: of that only the claim knows
_LATER: Final = {
    (moment, outgoing): tuple(
        check for check in CHECKS if isinstance(check, Again) and moment in check.later and outgoing in check.of
    )
    for moment in ALWAYS
    for outgoing in ALL
}


def refusals(sending: Sending) -> tuple[Refusal, ...]:
    """All refusals that apply, in the order of REFUSALS; none: it may be answered at `destination`."""
    return tuple(_found(sending, _answer_to(sending)))


def first_refusal(sending: Sending) -> tuple[Refusal, ...]:
    """The refusal that is told, alone: nobody reads the rest of what speaks against answering a stranger."""
    return tuple(islice(_found(sending, _answer_to(sending)), 1))


def forward_refusal(sending: Sending) -> Refusal | None:
    """What speaks against sending it on to `delegate` in my name; None: nothing."""
    return next(_found(sending, "forward"), None)


def refusal_again(standing: Standing, moment: Later, outgoing: Outgoing) -> Refusal | None:
    """What speaks now against what was decided to go, by the very same table; None: nothing."""
    return next(
        (Refusal(check.code, why) for check in _LATER[moment, outgoing] if (why := check.question(standing))), None
    )


def _answer_to(sending: Sending) -> Outgoing:
    if sending.notice is not None:
        return "caller"
    return "said" if sending.says_so else "ack"


def _found(sending: Sending, outgoing: Outgoing) -> Iterator[Refusal]:
    for check in _DECIDING[outgoing]:
        if reason := check.question(sending):
            yield Refusal(check.code, reason)
