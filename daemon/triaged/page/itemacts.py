"""What is done about a message: bring it back now, let it come back then instead, it is settled."""

from collections.abc import Callable, Mapping
from typing import Final

from triaged.core.calls import Schedule
from triaged.core.settings import Mode
from triaged.core.untilwords import NoTime, until
from triaged.ledger.entries import Item, NotDone
from triaged.ledger.settling import Settled, Snooze
from triaged.ledger.takenback import WasOpen
from triaged.page import marks
from triaged.page.seen import Form, Seen, Told, nothing
from triaged.page.shownmoments import moment

NO_SUCH: Final = "there is no such message"


def number_in(form: Form) -> int:
    """The number that a form is about; 0: none."""
    given = form.get("number", "")
    return int(given) if given.isdecimal() and len(given) < 16 else 0  # noqa: PLR2004


def _of(seen: Seen, form: Form) -> WasOpen | Told:
    """The message that a form is about, as it is now; or why nothing is done: it is not hers, or not what was shown."""
    item = seen.own(number_in(form))
    if item is None:
        return nothing(NO_SUCH)
    back = marks.until_of(seen.ledger, item)
    shown = form.get("as")
    if shown and shown != marks.of_item(item, back):
        return nothing(marks.item_meanwhile(item, back, seen.person.worktime.zone))
    return WasOpen(item, back, _comes_to(seen, item))


def _comes_to(seen: Seen, item: Item) -> str | None:
    open_ones = (one for one in seen.ledger.effects_for(item.id) if one.kind == "back" and one.state == "planned")
    return next((str(one.args["to"]) for one in open_ones if one.args.get("to")), None)


def _named(item: Item) -> str:
    return f"“{item.subject or 'no subject'}”"


def _bring_back(seen: Seen, form: Form) -> Told:
    before = _of(seen, form)
    if isinstance(before, Told):
        return before
    done = seen.ledger.release(before.item.id, seen.now, "page")
    if isinstance(done, NotDone):
        return nothing(done.why)
    text = f"{_named(done)} comes back now, unread."
    return Told(text, _aside_until(before) if before.until else None)


def _settle(seen: Seen, form: Form) -> Told:
    before = _of(seen, form)
    if isinstance(before, Told):
        return before
    (done,) = seen.ledger.settle([before.item.id], seen.now, "page")
    if isinstance(done, NotDone):
        return nothing(done.why)
    text = f"{_named(before.item)} is settled: nothing comes back, no reply goes."
    return Told(text, None if _more_than_the_message(done) else _open_again(before))


def _more_than_the_message(done: Settled) -> bool:
    """Whether a reply or a promise ended with it: that is not undone by putting the message back."""
    return done.promise is not None or bool(done.follows)


def _open_again(before: WasOpen) -> Callable[[Seen], Told]:
    def undo(seen: Seen) -> Told:
        done = seen.ledger.not_settled(before, seen.now, "page")
        return nothing(done.why) if isinstance(done, NotDone) else Told(f"{_named(done)} is as it was before.")

    return undo


def _snooze(seen: Seen, form: Form) -> Told:
    before = _of(seen, form)
    if isinstance(before, Told):
        return before
    item, person = before.item, seen.person
    client = person.roster.by_label(item.client) if item.client else None
    if item.state != "aside" and seen.mode(item) is Mode.OBSERVE:
        return nothing("this message is only observed")
    schedule = person.schedule(client) if client is not None else Schedule(person.worktime)
    try:
        at = until(form.get("words", ""), seen.now, schedule, person.language)
    except NoTime as wrong:
        return nothing(str(wrong))
    promised = person.worktime.last_hour(person.worktime.date_of(at))
    done = seen.ledger.snooze(item.id, Snooze(at, seen.now, "page", promised))
    if isinstance(done, NotDone):
        return nothing(done.why)
    told = f"{_named(done)} comes back {moment(at, person.worktime.zone).text}."
    if before.until is not None:
        return Told(told, _aside_until(before))
    return Told(told, _here_again(before)) if item.state == "here" else Told(told)


def _aside_until(before: WasOpen) -> Callable[[Seen], Told]:
    """Put aside as it was, until the moment that held before."""

    def undo(seen: Seen) -> Told:
        now, at = seen.own(before.item.id), before.until
        if now is None or at is None or _has_gone_its_way(now, before.item):
            return nothing("it has gone its way meanwhile")
        done = seen.ledger.snooze(now.id, Snooze(at, seen.now, "page"))
        if isinstance(done, NotDone):
            return nothing(done.why)
        return Told(f"{_named(done)} comes back {moment(at, seen.person.worktime.zone).text}, as before.")

    return undo


def _here_again(before: WasOpen) -> Callable[[Seen], Told]:
    """It is not put aside after all."""

    def undo(seen: Seen) -> Told:
        now = seen.own(before.item.id)
        if now is None or _has_gone_its_way(now, before.item):
            return nothing("it has gone its way meanwhile")
        done = seen.ledger.release(now.id, seen.now, "page")
        return nothing(done.why) if isinstance(done, NotDone) else Told(f"{_named(done)} stays in the inbox.")

    return undo


def _has_gone_its_way(now: Item, before: Item) -> bool:
    ends = ("answered_at", "settled_at")
    return now.state in ("gone", "released") or any(getattr(now, one) != getattr(before, one) for one in ends)


ACTS: Final[Mapping[str, Callable[[Seen, Form], Told]]] = {
    "bring back": _bring_back,
    "settled": _settle,
    "until": _snooze,
}
