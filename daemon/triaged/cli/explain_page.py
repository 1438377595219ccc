"""The page of `triaged explain`: one message, what would happen to it, and why, as a person likes to read it."""

from collections.abc import Iterable
from datetime import datetime
from textwrap import shorten
from typing import Any
from zoneinfo import ZoneInfo

from triaged.cli.common import console, readable
from triaged.core.decision import Aside, Decision, Forward, Verdict
from triaged.core.moments import Resolved
from triaged.rehearse.rehearsal import Rehearsed

_CUT_SHOWN = 90
_COLOUR = {"urgent": "bold red", "deferrable": "bold yellow", "left": "bold"}
_WHAT = {
    "urgent": "gets through: flagged, and pushed where the rule says so",
    "deferrable": "is put aside",
    "left": "stays where it is, untouched",
}


def show(found: Rehearsed, name: str) -> None:
    from rich.text import Text

    out = console()
    decision = found.decision
    zone = found.person.worktime.zone
    verdict = decision.verdict.value
    out.print()
    out.print(Text.assemble((found.message.subject or "(no subject)", "bold"), (f"   {name}", "dim")))
    out.print(Text(f"from {decision.sender or '?'}, arrived {readable(found.arrived, zone)}", style="dim"))
    out.print()
    out.print(Text.assemble((verdict.upper(), _COLOUR[verdict]), f"  it {_what_becomes_of(decision)}"))
    for label, text in _lines(found, zone):
        out.print(Text.assemble((f"  {label:<9}", "cyan"), text))
    _trace(out, found)
    _cuts(out, found)
    _reply(out, found, zone)
    out.print()


def _what_becomes_of(decision: Decision) -> str:
    if decision.verdict is Verdict.DEFERRABLE and not any(isinstance(effect, Aside) for effect in decision.effects):
        why = "a call is near" if decision.no_reply == "call-now" else "it would be back within minutes"
        return f"can wait, and stays where it is: {why}"
    return _WHAT[decision.verdict.value]


def _lines(found: Rehearsed, zone: ZoneInfo) -> Iterable[tuple[str, str]]:
    decision, who = found.decision, found.who
    client = who.client
    yield "client", f"{client.name} [client.{client.label}]" if client else "nobody on the roster"
    yield "sender", _authentication(found)
    if who.notice:
        yield "caller", f"{who.notice.name or who.notice.number or 'unknown'} ({who.notice.kind}, {who.notice.system})"
    yield "kind", ", ".join(decision.kind)
    yield "rule", f"“{decision.rule}”" if decision.rule else "none"
    yield "because", decision.reason
    yield from _moment("until", decision.until, zone)
    yield from _moment("promise", decision.promise_moment, zone)
    promise, moment = decision.promise, decision.promise_moment
    if promise and (moment is None or moment.at != promise.due_at):
        yield "", f"the thread was promised {readable(promise.due_at, zone)} before: it never gets later"
    if decision.notify:
        yield "notify", ", ".join(decision.notify)
    if decision.spends_pass:
        yield "pass", f"spends one, {decision.passes_left} left"
    if decision.delegate:
        forwarded = any(isinstance(effect, Forward) for effect in decision.effects)
        yield "delegate", f"{decision.delegate}{', who is sent it' if forwarded else ''}"


def _authentication(found: Rehearsed) -> str:
    authentication = found.who.authentication
    words = {"pass": "verified", "fail": "FORGED", "none": "not verified", "unconfigured": "not checked"}
    return f"{words[authentication.verdict.value]}: {authentication.why}"


def _moment(label: str, resolved: Resolved | None, zone: ZoneInfo) -> Iterable[tuple[str, str]]:
    if resolved is None:
        return
    yield label, f"{readable(resolved.at, zone)}  ({resolved.moment.text})"
    for step in resolved.steps:
        yield "", f"· {step}"


def _trace(out: Any, found: Rehearsed) -> None:
    from rich.text import Text

    if not found.decision.trace:
        return
    out.print()
    out.print(Text("Rules, from the top", style="bold"))
    for line in found.decision.trace:
        mark, style = ("✓", "green") if line.matched else ("·", "dim")
        out.print(Text.assemble((f"  {mark} {line.rule}", style), ("  " + line.because, "dim")))


def _cuts(out: Any, found: Rehearsed) -> None:
    from rich.text import Text

    cuts = found.message.cuts
    if not cuts or found.who.client is None:
        return
    out.print()
    out.print(Text("Not looked at, because it is not new text", style="bold"))
    for cut in cuts[:6]:
        words = " ".join(found.message.text[cut.start : cut.end].split())
        out.print(Text.assemble((f"  {cut.kind:<11}", "cyan"), (shorten(words, _CUT_SHOWN, placeholder="…"), "dim")))


def _reply(out: Any, found: Rehearsed, zone: ZoneInfo) -> None:
    from rich.panel import Panel
    from rich.text import Text

    decision, plan = found.decision, found.decision.reply
    out.print()
    if plan is None or decision.no_reply is not None or found.reply is None:
        out.print(Text("No reply", style="bold"))
        for number, refusal in enumerate(decision.refusals):
            out.print(Text.assemble((f"  {refusal.code:<20}", "cyan" if number == 0 else "dim"), refusal.reason))
        if found.trouble:
            out.print(Text(f"  {found.trouble}", style="red"))
        return
    head = f"reply “{plan.template}” in {plan.language}, {_when(plan.send_at, zone)}, to {found.reply_to}"
    body = f"Subject: {found.reply.rendered.subject}\n\n{found.reply.rendered.text.rstrip()}"
    out.print(Panel(Text(body), title=Text(head), title_align="left", border_style="green", width=min(out.width, 100)))


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"sent {readable(at, zone)}"
