"""Events: what the ledger says has happened becomes lines of the log. Nothing is decided here, nothing else is done."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypedDict, assert_never

from triaged.core.decision import Aside, Decision, Verdict
from triaged.ledger.consequences import (
    Answered,
    Consequence,
    DraftSent,
    EffectsVoided,
    HandSeen,
    PromiseKept,
    PromiseOpened,
    ReplyCancelled,
    ReplyEvidence,
    ReplyFound,
    ReplyLeft,
    SnoozedThere,
    TooLate,
)
from triaged.ledger.correspondents import MUTE, PAUSE
from triaged.ledger.entries import Admission, AnsweredBy, Item, PromiseRow, ReplyRow
from triaged.log.events import Events
from triaged.log.vocabulary import Event


class OfItem(TypedDict):
    """The fields that say which message."""

    client: str | None
    mode: str | None
    item: int | None
    message_id: str | None
    sender: str | None
    subject: str | None


class OfPlan(OfItem):
    """The fields that say what was decided about a message."""

    kind: tuple[str, ...]
    verdict: str | None
    rule: str | None
    arrived: datetime | None
    until: datetime | None
    promise: datetime | None
    no_reply: str | None


class OfReply(TypedDict):
    """The fields that say which reply."""

    client: str | None
    mode: str | None
    reply: int | None
    template: str | None
    language: str | None
    to: str | None
    item: int | None


class OfPromise(TypedDict):
    """The fields that say which promise."""

    client: str | None
    promise: datetime | None
    to: str | None


def of_item(item: Item) -> OfItem:
    """The fields that say which message."""
    return {
        "client": item.client,
        "mode": item.mode,
        "item": item.id,
        "message_id": item.message_id,
        "sender": item.sender,
        "subject": item.subject,
    }


def of_plan(item: Item) -> OfPlan:
    """The fields that say what was decided about a message."""
    return {
        **of_item(item),
        "kind": item.kind,
        "verdict": item.verdict,
        "rule": item.rule,
        "arrived": item.arrived_at,
        "until": _moment(item, "until"),
        "promise": _moment(item, "promise"),
        "no_reply": item.no_reply,
    }


def _moment(item: Item, which: str) -> datetime | None:
    moment = (item.decision or {}).get("moments", {}).get(which)
    return datetime.fromisoformat(moment["at"]) if moment else None


def of_reply(reply: ReplyRow) -> OfReply:
    """The fields that say which reply."""
    return {
        "client": reply.client,
        "mode": reply.mode,
        "reply": reply.id,
        "template": reply.template,
        "language": reply.language or None,
        "to": reply.rcpt,
        "item": reply.items[0] if reply.items else None,
    }


def of_promise(promise: PromiseRow) -> OfPromise:
    """The fields that say which promise."""
    return {"client": promise.client, "promise": promise.due_at, "to": promise.correspondent}


def tell_admission(events: Events, admission: Admission, *, folder: str) -> None:
    """Say what was decided about one message of a window."""
    decision, arriving = admission.decision, admission.arriving
    if decision is None:
        return
    acts = arriving.mode != "observe"
    aside = any(isinstance(effect, Aside) for effect in decision.effects)
    if decision.verdict is Verdict.DEFERRABLE and aside and acts:
        # `message.deferred` is told when the move is done
        _tell_reply(events, admission, decision)
        _tell_pass(events, admission, decision)
        return
    stays = decision.verdict is Verdict.DEFERRABLE and acts  # in `observe` it is said when it is decided
    events.emit(
        "message.left" if stays else _EVENTS[decision.verdict],
        level="info" if decision.claims is not None else None,  # a stranger's own mail is nobody's business
        error=f"forged in the name of {decision.claims}" if decision.claims is not None else None,
        client=decision.client,
        mode=arriving.mode,
        item=admission.item,
        message_id=arriving.message.message_id,
        sender=decision.sender,
        subject=arriving.message.subject,
        kind=decision.kind,
        verdict=decision.verdict.value,
        rule=decision.rule,
        reason=f"{decision.reason}; it stays where it is" if stays else decision.reason,
        arrived=arriving.arrived_at,
        until=decision.until.at if decision.until else None,
        promise=decision.promise_moment.at if decision.promise_moment else None,
        folder=folder,
        uid=arriving.place.uid if arriving.place else None,
        no_reply=decision.no_reply,
    )
    _tell_reply(events, admission, decision)
    _tell_pass(events, admission, decision)


_EVENTS: Mapping[Verdict, Event] = {
    Verdict.URGENT: "message.urgent",
    Verdict.DEFERRABLE: "message.deferred",
    Verdict.LEFT: "message.left",
}


def _tell_reply(events: Events, admission: Admission, decision: Decision) -> None:
    plan = decision.reply
    if plan is not None and admission.reply is not None:
        held = not admission.joined and admission.arriving.mode != "observe" and decision.no_reply == "rate-limit"
        events.emit(
            "reply.joined" if admission.joined else "reply.held" if held else "reply.scheduled",
            client=decision.client,
            mode=admission.arriving.mode,
            item=admission.item,
            reply=admission.reply,
            template=plan.template,
            language=plan.language,
            to=plan.to.key,
            send_at=None if held else plan.send_at,
            promise=decision.promise.due_at if decision.promise else None,
            no_reply="rate-limit" if held else None,
            reason="beyond reply_fuse" if held else None,
        )
    for reply in admission.cancelled:
        reason = "urgent mail of this correspondent came" if reply.reason == "urgent" else reply.reason
        events.emit("reply.cancelled", **of_reply(reply), reason=reason)
    _tell_closed(events, admission, decision)


def _tell_closed(events: Events, admission: Admission, decision: Decision) -> None:
    """Who is not written to, or not listened to, from now on: a person may lift it."""
    which = _Whom(client=decision.client, mode=admission.arriving.mode, item=admission.item, sender=decision.sender)
    if decision.opt_out:
        for address in dict.fromkeys((decision.correspondent, *decision.opts_out)):
            events.emit("reply.opted_out", **which, to=address, reason="the correspondent wrote STOP")
    elif decision.pauses:
        reason = "the correspondent wrote STOP, to nothing of ours: replies pause"
        until = _from(admission, PAUSE)
        events.emit("reply.opted_out", **which, to=decision.correspondent, until=until, reason=reason)
    if decision.marks_robot:
        reason = f"its answers to replies of mine are taken for a machine's: {decision.marks_robot}"
        events.emit("reply.muted", **which, to=decision.correspondent, until=_from(admission, MUTE), reason=reason)


def _from(admission: Admission, span: timedelta) -> datetime | None:
    return admission.facts.now + span if admission.facts is not None else None


class _Whom(TypedDict):
    """The fields that say whom it is about."""

    client: str | None
    mode: str
    item: int | None
    sender: str | None


def _tell_pass(events: Events, admission: Admission, decision: Decision) -> None:
    client, item = decision.client, admission.item
    if admission.pass_spent:
        events.emit("pass.spent", client=client, item=item, rule=decision.rule, passes_left=decision.passes_left)
    if decision.pass_wanted is not None:
        events.emit("pass.exhausted", client=client, item=item, rule=decision.pass_wanted, passes_left=0)


def tell(events: Events, consequences: Sequence[Consequence]) -> None:
    """Say what followed from something that was seen in the mailbox."""
    for consequence in consequences:
        _tell_one(events, consequence)


def _tell_one(events: Events, consequence: Consequence) -> None:
    match consequence:
        case Answered(item, by):
            events.emit("message.answered", **of_item(item), reason=_ANSWERED[by], by="person")
        case PromiseKept(promise, late):
            reason = "kept, but late" if late else "kept in time"
            events.emit("promise.kept", **of_promise(promise), reason=reason, by=promise.closed_by)
        case ReplyCancelled(reply, reason):
            events.emit("reply.cancelled", **of_reply(reply), reason=reason, by="person")
        case ReplyLeft(reply, item):
            fields = of_reply(reply)
            fields["item"] = item.id
            events.emit(
                "reply.cancelled", **fields, reason="for this message only: others still wait for it", by="person"
            )
        case ReplyEvidence(reply):
            events.emit("reply.sent", **of_reply(reply), reason="it was in doubt; its copy was found")
        case ReplyFound(reply):
            events.emit("reply.sent", **of_reply(reply), reason=f"it had gone already: it {reply.reason}")
        case DraftSent(reply):
            events.emit("reply.sent", **of_reply(reply), reason="its draft was sent by hand", by="person")
        case PromiseOpened(promise, reply):
            covered = reply.items[0] if reply.items else None
            events.emit("promise.made", **of_promise(promise), item=covered, reply=reply.id)
        case HandSeen():
            _tell_hand(events, consequence)
        case SnoozedThere(item, until, from_folder):
            events.emit(
                "message.snoozed", **of_item(item), folder=item.folder, uid=item.uid, from_folder=from_folder, until=until,
                reason="put there by hand", by="person",
            )  # fmt: skip
        case EffectsVoided() | TooLate():
            pass
        case _:
            assert_never(consequence)


_ANSWERED: Mapping[AnsweredBy, str] = {
    "answer": "a mail of mine answers it",
    "team": "a mail of the team answers it",
    "flag": "a mail client marked it as answered",
}


def _tell_hand(events: Events, seen: HandSeen) -> None:
    """Where it lies now, where that is known; where it lay."""
    item = seen.item
    fields = of_item(item)
    match item.state:
        case "gone":
            events.emit("message.gone", **fields, from_folder=seen.from_folder, reason="deleted by hand", by="person")
        case "aside":
            events.emit(
                "message.deferred",
                **fields,
                folder=item.folder,
                uid=item.uid,
                from_folder=seen.from_folder,
                until=seen.back_at,
                verdict=item.verdict,
                reason="put aside by hand",
                by="person",
            )
        case _:
            events.emit(
                "message.released",
                **fields,
                folder=item.folder if item.place else None,
                uid=item.uid,
                from_folder=seen.from_folder,
                reason="taken out by hand" if seen.before == "aside" else "moved by hand",
                by="person",
            )
