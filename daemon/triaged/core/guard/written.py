"""Questions about how a message was written to me: loops, addressing, and what cannot be read.

Each takes a `Sending` and gives the reason to refuse, or "".
"""

import re
from typing import Final

from triaged.core import robots
from triaged.core.address import is_mine, organisation, same
from triaged.core.authres import Verdict
from triaged.core.conditions import asks_for_cc
from triaged.core.guard.sending import Sending, destination
from triaged.core.kinds import CALLERS
from triaged.core.trust import Act, Level, may

_UNREADABLE: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP: Final = b"-----BEGIN PGP MESSAGE-----"
_FORWARDS: Final = re.compile(r"<fwd\.triaged\.[^@>]*@([^>]+)>", re.IGNORECASE)
_OURS: Final = re.compile(r"<triaged\.[^@>]*@([^>]+)>", re.IGNORECASE)


def is_of_an_instance(sending: Sending) -> str:
    """Written by a triaged, or marked so that it should not come back."""
    fields = sending.message.fields
    if any(name.startswith("x-triaged") for name in fields.names):
        return "an automatic reply of a triaged"
    message_id = sending.message.message_id or ""
    if _OURS.fullmatch(message_id) or _FORWARDS.fullmatch(message_id):
        return "its Message-ID is that of an automatic reply"
    looped = {same(value.strip()) for value in fields.all("x-loop")}
    return "X-Loop names my address" if any(address.key in looped for address in sending.mine) else ""


def answers_a_reply(sending: Sending) -> str:
    """An answer to an automatic reply of ours is not answered by a robot again."""
    if sending.facts.answers_ours is not None:
        return "it answers an automatic reply of mine"
    marked = [found[1].casefold() for id_ in sending.message.references if (found := _OURS.fullmatch(id_))]
    ours = bool(marked) and any(address.domain in marked for address in sending.mine)
    return "it refers to an automatic reply of mine" if ours else ""


def answers_a_paper(sending: Sending) -> str:
    """What the client says to the paper for a call is for the call; no robot has anything to say to it."""
    return "it answers the paper for the call" if sending.facts.answers_paper else ""


def is_from_delegate(sending: Sending) -> str:
    """What comes from there does not go back there: his own answer, or what a machine of his says to what he got."""
    delegate, sender = sending.delegate, sending.sender
    if delegate is None or sender is None:
        return ""
    client = sending.client
    if sender.key == delegate.key or (client is not None and client.is_same_person(sender, delegate)):
        return f"it is from {delegate} himself"
    near = organisation(sender.domain) == organisation(delegate.domain)
    return f"it is from a machine of {delegate.domain}" if near and robots.is_robots(sending.message) else ""


def answers_a_forward(sending: Sending) -> str:
    """It refers to a mail by which we have sent something on."""
    marked = [found[1].casefold() for id_ in sending.message.references if (found := _FORWARDS.fullmatch(id_))]
    ours = any(address.domain in marked for address in sending.mine)
    return "it refers to what was sent on" if ours or sending.facts.answers_forward else ""


def is_unvouched(sending: Sending) -> str:
    """What nobody vouches for is not sent on in my name, where there is somebody who could."""
    weak = not may(Act.FORWARD, sending.level)
    return f"not verified: {sending.authentication.why}" if weak else ""


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


def is_nobodys_voicemail(sending: Sending) -> str:
    """A notice is never answered; its caller is written to, if it is the client and there is an address."""
    notice, client = sending.notice, sending.client
    if notice is None:
        looks = not CALLERS.isdisjoint(sending.kinds)
        return "it is written like a caller's notice, which is never answered" if looks else ""
    if client is None:
        return ""
    if notice.number is None or notice.number not in client.phones:
        return f"the caller is not known to be {client.name}"
    return "" if client.caller_address else f"no mail address to write to {client.name} at"


def is_encrypted(sending: Sending) -> str:
    """RFC 8551, RFC 3156: nobody has read what it says."""
    found = next((part for part in sending.message.part_types if part in _UNREADABLE), None)
    body = sending.message.body
    if found is None and (body.startswith(_PGP) or b"\n" + _PGP in body):
        found = "a PGP message"
    if found is None and any(attached.name.lower().endswith(".p7m") for attached in sending.message.attachments):
        found = "smime.p7m"
    if found is None and sending.message.unreadable:
        found = sending.message.unreadable
    return f"its text cannot be read ({found})" if found else ""


def is_unauthenticated(sending: Sending) -> str:
    """`require_auth = "always"`: only who is verified; a caller's notice must at least not have been doubted."""
    if sending.require_auth == "always":
        missing = sending.level < Level.VERIFIED and sending.authentication.verdict is not Verdict.PASS
    else:
        missing = sending.notice is not None and not may(Act.CALLER_ACTS, sending.level)
    return f"not verified: {sending.authentication.why}" if missing else ""


def has_no_valid_address(sending: Sending) -> str:
    """RFC 6531: what needs SMTPUTF8 is not written to; nor is anything but a plain address with a domain."""
    address = destination(sending)
    if address is None or address.is_ascii:
        return ""
    return f"{address} cannot be written to in plain ASCII"
