"""`triaged explain ITEM`: what the daemon decided about a message, and what became of it, from the ledger."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from triaged.cli.common import Failed, console, ledger_of, local, people_of, print_json, readable
from triaged.config import Loaded
from triaged.core.settings import Person
from triaged.ledger import Ledger
from triaged.ledger.entries import EffectRow, Item, ReplyRow
from triaged.rehearse.itemtold import Step, effect_step, moments_of, refusals_of, reply_step, trace_of


def run(args: argparse.Namespace, loaded: Loaded) -> int:
    with ledger_of(loaded) as ledger:
        people = people_of(loaded, ledger)
        for word in args.message:
            item = ledger.item(int(word))
            if item is None:
                raise Failed(f"there is no item {word}")
            person = people.get(item.person)
            if args.json:
                print_json([as_json(ledger, item, person)])
            else:
                _page(ledger, item, person.worktime.zone if person else None)
    return 0


def as_json(ledger: Ledger, item: Item, person: Person | None) -> dict[str, Any]:
    """What is known of an item, with the decision as it was made then. `person`: None where nobody has its account now."""
    zone = person.worktime.zone if person else None
    labels = {account.login: account.label for account in person.accounts} if person else {}
    decision = dict(item.decision or {})
    moments = decision.get("moments") or {}
    accounts = {row.id: row.login for row in ledger.accounts()}
    login = accounts.get(item.account, "")
    return {
        "item": item.id,
        "person": person.label if person else item.person,
        "account": labels.get(login, login),
        "message_id": item.message_id,
        "client": item.client,
        "sender": item.sender,
        "subject": item.subject,
        "kind": list(item.kind),
        "verdict": item.verdict,
        "rule": item.rule,
        "reason": item.reason,
        "no_reply": item.no_reply,
        "arrived": local(item.arrived_at, zone),
        "decided": local(item.decided_at, zone),
        "state": item.state,
        "folder": item.folder,
        "uid": item.uid,
        "answered": local(item.answered_at, zone),
        "ruleset": item.ruleset,
        "until": _at(moments.get("until"), zone),
        "promise": _at(moments.get("promise"), zone),
        "moments": decision.get("moments"),
        "refusals": decision.get("refusals"),
        "notify": decision.get("notify"),
        "trace": [asdict(line) for line in trace_of(ledger, item)],
        "effects": [_effect_json(effect, zone) for effect in ledger.effects_for(item.id)],
        "replies": [_reply_json(reply, zone) for reply in ledger.replies_for(item.id)],
    }


def _effect_json(effect: EffectRow, zone: ZoneInfo | None) -> dict[str, Any]:
    return {
        "kind": effect.kind,
        "due": local(effect.due_at, zone),
        "state": effect.state,
        "done": local(effect.done_at, zone),
        "error": effect.error,
    }


def _reply_json(reply: ReplyRow, zone: ZoneInfo | None) -> dict[str, Any]:
    return {
        "reply": reply.id,
        "kind": reply.kind,
        "state": reply.state,
        "template": reply.template,
        "to": reply.rcpt,
        "send_at": local(reply.send_at, zone),
        "ended": local(reply.ended_at, zone),
        "reason": reply.reason,
    }


def _at(moment: Mapping[str, Any] | None, zone: ZoneInfo | None) -> str | None:
    return local(datetime.fromisoformat(moment["at"]), zone) if moment else None


def _page(ledger: Ledger, item: Item, zone: ZoneInfo | None) -> None:
    from rich.text import Text

    out = console()
    out.print()
    out.print(Text.assemble((item.subject or "(no subject)", "bold"), (f"   item {item.id}", "dim")))
    out.print(Text(f"from {item.sender or '?'}, arrived {readable(item.arrived_at, zone)}", style="dim"))
    out.print()
    rows = [
        ("verdict", item.verdict or "not decided yet"),
        ("client", item.client or ""),
        ("rule", item.rule or "none"),
        ("because", item.reason or ""),
        ("kind", ", ".join(item.kind)),
        ("now", _now(item, zone)),
    ]
    rows += moments_of(item)
    for label, text in rows:
        out.print(Text.assemble((f"  {label:<9}", "cyan"), text))
    lines = [f"{'✓' if line.matched else '·'} {line.rule}  {line.because}" for line in trace_of(ledger, item)]
    _section(out, "Rules, from the top", lines)
    _section(out, "Done and owed", [_step(effect_step(one), zone) for one in ledger.effects_for(item.id)])
    _section(out, "Replies", [_step(reply_step(one), zone) for one in ledger.replies_for(item.id)])
    if not ledger.replies_for(item.id):
        _section(out, "No reply", [f"{code}  {reason}" for code, reason in refusals_of(item)])
    out.print()


def _now(item: Item, zone: ZoneInfo | None) -> str:
    where = f" in {item.folder}" if item.folder else ""
    answered = f", answered {readable(item.answered_at, zone)}" if item.answered_at else ""
    return f"{item.state}{where}{answered}"


def _step(step: Step, zone: ZoneInfo | None) -> str:
    return f"{step.text} {readable(step.at, zone)}{f' ({step.remark})' if step.remark else ''}"


def _section(out: Any, title: str, lines: list[str]) -> None:
    from rich.text import Text

    if not lines:
        return
    out.print()
    out.print(Text(title, style="bold"))
    for line in lines:
        out.print(Text("  " + line))
