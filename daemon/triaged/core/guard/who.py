"""Questions about whom a message is from, and what was decided about it.

Each takes a `Sending` and gives the reason to refuse, or "".
"""

from typing import Final

from triaged.core.address import Address, NullSender, is_mine, organisation
from triaged.core.authres import Verdict
from triaged.core.guard.sending import Sending, Standing, destination
from triaged.core.message import DEFECTS

LARGEST: Final = 100_000_000  # octets


def is_my_own(sending: Sending) -> str:
    """From me; a caller's notice may come from my own address, what counts is where the reply would go."""
    address = destination(sending) if sending.notice is not None else sending.sender
    return f"{address} is my own address" if address and is_mine(address, sending.mine) else ""


def is_malformed(sending: Sending) -> str:
    """Whose it is, or where it ends, is in doubt."""
    defects = [DEFECTS[word] for word in sending.message.doubts]
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


def is_never(standing: Standing) -> str:
    """The client gets no replies."""
    client = standing.client
    return f"replies = false for {client.name}" if client and not client.replies else ""


def is_anybody(sending: Sending) -> str:
    """On the roster only by an entry that names no domain."""
    match = sending.match
    return f'the entry "{match.pattern}" names no domain' if match and not match.may_be_replied_to else ""


def has_no_rule(sending: Sending) -> str:
    """No rule, or one without a reply."""
    if sending.rule is None:
        return "no rule that matches asks for one"
    return "" if sending.rule.reply else f'the rule "{sending.rule.name}" asks for none'


def is_courtesy(sending: Sending) -> str:
    """Nothing but thanks."""
    named = sending.rule is not None and sending.rule.names_kind("courtesy")
    return "nothing but thanks" if "courtesy" in sending.kinds and not named else ""


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
