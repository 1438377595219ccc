"""What is done about a reply that waits: send it now, half a minute later, or do not send it."""

from collections.abc import Callable, Mapping
from typing import Final

from triaged.ledger.acts import WAIT
from triaged.ledger.entries import NotDone, ReplyRow
from triaged.page import marks
from triaged.page.itemacts import number_in
from triaged.page.seen import Form, Seen, Told, nothing


def _of(seen: Seen, form: Form) -> ReplyRow | Told:
    reply = seen.ledger.reply(number_in(form))
    if reply is None or reply.person != seen.key:
        return nothing("there is no such reply")
    shown = form.get("as")
    if shown and shown != marks.of_reply(reply):
        return nothing(marks.reply_meanwhile(reply, seen.person.worktime.zone))
    return reply


def _cancel(seen: Seen, form: Form) -> Told:
    before = _of(seen, form)
    if isinstance(before, Told):
        return before
    done = seen.ledger.cancel_by_hand(before.id, seen.now, "page")
    if isinstance(done, NotDone):
        return nothing(done.why)
    if done.state == "drafted":
        return Told(f"The draft of reply {done.id} to {done.rcpt} is taken back, unless Sent shows that it went.")
    undone = before.state in ("waiting", "held") and before.mode == "send"
    return Told(f"Reply {done.id} to {done.rcpt} will not be sent.", _as_before(before) if undone else None)


def _send(seen: Seen, form: Form) -> Told:
    before = _of(seen, form)
    if isinstance(before, Told):
        return before
    done = seen.ledger.send_now(before.id, seen.now, "page")
    if isinstance(done, NotDone):
        return nothing(done.why)
    return Told(f"Reply {done.id} to {done.rcpt} goes in {WAIT.seconds} seconds.", _as_before(before))


def _as_before(before: ReplyRow) -> Callable[[Seen], Told]:
    def undo(seen: Seen) -> Told:
        done = seen.ledger.reply_as_before(before, seen.now, "page")
        if isinstance(done, NotDone):
            return nothing(done.why)
        return Told(f"Reply {done.id} to {done.rcpt} {'is held' if done.state == 'held' else 'waits'} as before.")

    return undo


ACTS: Final[Mapping[str, Callable[[Seen, Form], Told]]] = {"do not send": _cancel, "send now": _send}
