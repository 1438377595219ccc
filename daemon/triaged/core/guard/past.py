"""Questions about what was before: answers, promises, earlier replies.

Each gives the reason to refuse, or "". What takes a `Standing` may come up after the decision, and is asked again.
"""

from datetime import timedelta
from typing import Final

from triaged.core.facts import Facts
from triaged.core.flags import folded
from triaged.core.guard.codes import BEYOND_FUSE
from triaged.core.guard.sending import Sending, Standing
from triaged.core.template import SAYS_SO
from triaged.core.trust import Act, may

_DAY: Final = timedelta(days=1)
_IN_HOUR: Final = 3
_IN_DAY: Final = 10


def is_duplicate(sending: Sending) -> str:
    """The same Message-ID came before, or is answered for another person of this service."""
    return "this Message-ID was decided about before" if sending.facts.duplicate else ""


def has_opted_out(standing: Standing) -> str:
    """STOP."""
    return "asked for no automatic replies" if standing.facts.opted_out else ""


def has_bounced(standing: Standing) -> str:
    """An earlier reply came back."""
    until = standing.facts.bounced_until
    return "an earlier reply could not be delivered" if until and until > standing.facts.now else ""


def was_there_before(sending: Sending) -> str:
    """Nothing that was there before first contact is ever replied to."""
    return "it was there before first contact" if sending.facts.baseline else ""


def is_too_old(sending: Sending) -> str:
    """Decided more than `late` after its arrival."""
    age = sending.facts.now - (sending.facts.came or sending.facts.arrived)
    return f"it arrived {age} ago" if age > sending.late else ""


def is_from_the_future(sending: Sending) -> str:
    """Its Date is more than a day ahead of its arrival: neither is to be relied on."""
    date = sending.message.date
    return "its Date lies in the future" if date is not None and date - sending.facts.arrived > _DAY else ""


def is_call_now(standing: Standing) -> str:
    """Within 30 minutes before a call with the client, and during it."""
    return f"a call with this client is near or under way: {standing.call}" if standing.call else ""


def is_answered(standing: Standing) -> str:
    """I wrote since it arrived."""
    if standing.facts.answered_since:
        return "I have written to this client since"
    return "it is marked as answered" if "\\answered" in folded(standing.facts.flags) else ""


def is_overdue(standing: Standing) -> str:
    """A told promise of this thread has passed: another robot's word would make it worse."""
    promise = standing.facts.promise
    passed = promise is not None and promise.told and promise.due_at <= standing.facts.now
    return "what was promised in this thread is overdue" if passed else ""


def lacks_promise(standing: Standing) -> str:
    """The text tells a promise, and there is none to tell."""
    return "its text uses promise, and none can be made" if standing.lacks_promise else ""


def may_not_join(sending: Sending) -> str:
    """The reply that waits was made for a message whose sender is surer than this one's."""
    waiting = sending.facts.waiting
    weak = waiting is not None and not may(Act.JOIN, sending.level, waiting.level)
    return "a reply waits for a message that my server vouches for better" if weak else ""


def joins(sending: Sending) -> str:
    """The same reply to this correspondent waits already."""
    waiting = sending.facts.waiting
    same = waiting is not None and sending.reply in ("", waiting.template)
    return "it joins the reply that waits" if same else ""


def is_behind(sending: Sending) -> str:
    """Another reply to this correspondent waits already: that one goes."""
    waiting = sending.facts.waiting
    other = waiting is not None and sending.reply not in ("", waiting.template)
    return "another reply to this correspondent waits, and is the one that goes" if other else ""


def is_recent(standing: Standing) -> str:
    """At most one within `every`."""
    if standing.once_a_thread:
        return _is_asked_again(standing.facts)
    last, at = standing.facts.last_reply_at, standing.send_at or standing.facts.now
    return "the last automatic reply is too recent" if last is not None and at < last + standing.every else ""


def _is_asked_again(facts: Facts) -> str:
    """`every = "thread"`: one in a thread until I have answered in it, within what one address can bear."""
    here, mine = facts.replied_here, facts.last_answer
    if here is not None and (mine is None or mine <= here):
        return "this thread has had one, and I have not answered in it since"
    if facts.replies_in_hour >= _IN_HOUR:
        return f"{_IN_HOUR} automatic replies have gone to this correspondent within the hour"
    if facts.replies_in_day >= _IN_DAY:
        return f"{_IN_DAY} automatic replies have gone to this correspondent within a day"
    return ""


def repeats(standing: Standing) -> str:
    """Of a list of texts none goes twice within 7 days."""
    return "each of its texts has gone to this correspondent within 7 days" if standing.repeats else ""


def was_said(standing: Standing) -> str:
    """That no pass is left, or that none counts at this hour, is said once a day."""
    said = [at for template, at, _ in standing.facts.had if template in SAYS_SO]
    again = bool(said) and max(said) >= standing.today
    return "it was said today that it cannot be sooner" if again else ""


def is_beyond_fuse(standing: Standing) -> str:
    """`reply_fuse`."""
    beyond = standing.fuse is not None and standing.facts.replies_in_fuse >= standing.fuse
    return BEYOND_FUSE.reason if beyond else ""
