"""The page of the demo: a story as a person likes to read it. A story goes in, lines on the terminal come out."""

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from triaged.core.guard import CHECKS
from triaged.demo.morning import DAY, END, ME, ZONE, Arrival
from triaged.demo.play import Lying, Story
from triaged.demo.servers import HOST, PASSWORD, USER, Outgoing
from triaged.ledger.entries import DeferredRow
from triaged.log.sentences import sentence

WIDTH = 110
"""Columns that the page uses at most."""

_LOGGED = (
    "message.urgent", "notify.sent", "message.deferred", "reply.scheduled", "reply.joined", "reply.sent", "promise.made",
    "pass.spent", "reply.cancelled", "message.answered", "message.released",
)  # fmt: skip
_HANDS = {
    "answer": "Mara answers “{}” herself, from her own mail client: no other reply goes out",
    "drag": "Mara drags “{}” back into her inbox: it is hers, and stays there",
}


def show(out: Console, story: Story) -> None:
    _title(out, story)
    _decisions(out, story)
    _replies(out, story)
    _phone(out, story)
    _folders(out, story)
    _log(out, story)
    _later(out, story)


def typed() -> str:
    """How this program is called where it lies: by its name, or by a path where a shell would not find it (`make demo`)."""
    path = Path(sys.argv[0])
    if shutil.which("triaged") or path.name != "triaged":
        return "triaged"
    here = path.absolute()
    return str(here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here)


def hint(out: Console, lines: Iterable[tuple[str, str]], *, before: str = "") -> None:
    """What to type next (after the program), and what it does; `before`: what comes first, in another terminal."""
    _heading(out, "What to type next" + (", in another terminal" if before else ""))
    if before:
        out.print(Text("  " + before, style="bold"), soft_wrap=True)
    table = _grid()
    for command, words in lines:
        table.add_row(_under(Text(f"{typed()} {command}", style="bold"), 2), Text(words, style="dim"))
    out.print(table)
    out.print()


def keeping(out: Console, imap: int, smtp: int, config: Path) -> None:
    """How to look at what is left running, on these ports."""
    _heading(out, f"It goes on from {END:%H:%M}, until you press Ctrl-C")
    table = _grid()
    told = {
        "In a mail client": f"IMAP {HOST}, port {imap}, no encryption, user {USER}, password {PASSWORD}",
        "": f"SMTP {HOST}, port {smtp}, no encryption, no password",
        "Write to yourself": f"mail to {ME} arrives here, as if you were a client: from gary@harbor.example, "
        "petra@lindenhof.example or ines@foodbank.example",
    }
    for what, words in told.items():
        table.add_row(_under(Text(what, style="bold"), 2), words)
    out.print(table)
    hint(
        out,
        (
            ("deferred", "what is put aside, and until when"),
            ("status", "how it is"),
            ("release 2", "bring a message back now"),
        ),
        before=f"export TRIAGED_CONFIG={config}",
    )


def _title(out: Console, story: Story) -> None:
    out.print()
    out.print(
        Text.assemble(
            ("triaged", "bold cyan"), f" at work: {story.day:%A} morning of Mara Lind, a consultant", style="bold"
        )
    )
    out.print(
        Text(
            "Real IMAP, real SMTP, the real daemon, a sample mailbox, and a clock that runs faster than yours.",
            style="dim",
        )
    )


def _decisions(out: Console, story: Story) -> None:
    _heading(out, "What came, and what was decided")
    table = _grid()
    for width in (7, 22, None):
        table.add_column(width=width, overflow="fold")
    number = 0
    for act in DAY:
        time = Text(f"  {act.at:%H:%M}", style="dim")
        if isinstance(act, Arrival):
            line = story.decision(number)
            table.add_row(time, _verdict(line), _why(story, act, line))
            number += 1
        else:
            subject = story.arrivals[act.arrival].subject
            table.add_row(
                time, Text("by hand", style="magenta"), Text(_HANDS[act.does].format(subject), style="magenta")
            )
    out.print(table)


def _verdict(line: dict[str, Any]) -> Text:
    match line.get("verdict"):
        case "urgent":
            return Text("URGENT", style="bold red")
        case "deferrable":
            return Text(f"until {_short(line['until'])}", style="yellow")
        case _:
            return Text("left alone", style="dim")


def _why(story: Story, arrival: Arrival, line: dict[str, Any]) -> Text:
    rule = f"“{line['rule']}”: " if line.get("rule") else ""
    text = Text.assemble(
        (arrival.subject, "bold"), ("  " + arrival.name, "cyan"), "\n", (rule + str(line.get("reason", "")), "dim")
    )
    reply = _reply_words(story, line)
    if reply:
        text.append("\n→ " + reply, style="green" if reply.startswith("reply") else "dim")
    return text


def _reply_words(story: Story, line: dict[str, Any]) -> str:
    of_it = [one for one in story.lines if one.get("item") == line.get("item") and one.get("item")]
    planned = next((one for one in of_it if one["event"] in ("reply.scheduled", "reply.joined")), None)
    if planned is None:
        code = line.get("no_reply") if line.get("verdict") == "deferrable" else None
        return f"no reply: {next(check.words for check in CHECKS if check.code == code)}" if code else ""
    if planned["event"] == "reply.joined":
        return "told in the same reply"
    if any(one["event"] == "reply.cancelled" for one in of_it):
        return "a reply was planned, and cancelled"
    return f"reply to {planned['to']}, at {planned['send_at'][11:16]}"


def _replies(out: Console, story: Story) -> None:
    _heading(out, "What the clients were told")
    for at, outgoing in story.replies:
        out.print(Padding(_letter(at, outgoing, min(out.width, WIDTH) - 4), (0, 0, 0, 2)))


def _letter(at: datetime, outgoing: Outgoing, width: int) -> Panel:
    message = message_from_bytes(outgoing.raw, policy=default)
    body = message.get_body(("plain",))
    text = str(body.get_content()).strip() if body is not None else ""
    head = f"{at.astimezone(ZONE):%H:%M} to {', '.join(outgoing.recipients)}"
    return Panel(
        Text.assemble((f"{message['Subject']}\n\n", "bold"), text), title=Text(head), title_align="left",
        border_style="green", width=width, subtitle=Text(f"Auto-Submitted: {message['Auto-Submitted']}", style="dim"),
        subtitle_align="right",
    )  # fmt: skip


def _phone(out: Console, story: Story) -> None:
    _heading(out, "What the phone said")
    table = _grid()
    for at, words in story.pushes:
        table.add_row(Text(f"  {at.astimezone(ZONE):%H:%M}", style="dim"), Text(words.title, style="bold"), words.text)
    out.print(table)


def _folders(out: Console, story: Story) -> None:
    _heading(out, "The mailbox now")
    back = {row.item.message_id: row for row in story.aside}
    table = _grid()
    for folder, messages in story.folders.items():
        table.add_row(_under(Text(folder, style="bold"), 2), Text(f"{len(messages)} messages", style="dim"))
        rows = Counter(
            (one.subject, _state(one, back.get(one.message_id) if folder == "Deferred" else None)) for one in messages
        )
        for (subject, state), count in rows.items():
            times = f"  ({count})" if count > 1 else ""
            table.add_row(
                _under(Text(f"{subject}{times}"), 4), Text(state, style="red" if state == "flagged" else "yellow")
            )
    out.print(table)


def _state(one: Lying, row: DeferredRow | None) -> str:
    if row is None or row.until is None:
        return "flagged" if "\\Flagged" in one.flags else ""
    told = f", the client knows of {_day(row.promise.due_at)}" if row.promise and row.promise.told_at else ""
    return f"comes back {_day(row.until)}{told}"


def _log(out: Console, story: Story) -> None:
    _heading(out, "A few lines of its log")
    first = {one["event"]: one for one in reversed(story.lines)}  # of each event the first
    for line in sorted((first[event] for event in _LOGGED if event in first), key=lambda one: str(one["timestamp"])):
        at = datetime.fromisoformat(line["timestamp"]).astimezone(ZONE)
        out.print(Text(f"  {at:%H:%M} {sentence(line)}", style="dim"), no_wrap=True, overflow="ellipsis")


def _later(out: Console, story: Story) -> None:
    if story.later is None:
        return
    _heading(out, f"And then it is {story.later.astimezone(ZONE):%A, %H:%M}")
    for one in _new(story):
        out.print(Text.assemble("  in the inbox, unread: ", (one.subject, "bold")))
        if one.subject.startswith("Agenda"):
            out.print(Padding(Text(one.text.partition("\n-- ")[0].strip(), style="dim"), (0, 0, 0, 6)))


def _new(story: Story) -> Iterator[Lying]:
    before = {(one.uid, one.subject) for one in story.folders["INBOX"]}
    return (one for one in story.inbox_later if (one.uid, one.subject) not in before)


def _grid() -> Table:
    """Columns as wide as what stands in them, two blanks apart."""
    return Table.grid(padding=(0, 2, 0, 0))


def _under(text: Text, indent: int) -> Padding:
    """A text whose every line is indented."""
    return Padding(text, (0, 0, 0, indent))


def _heading(out: Console, words: str) -> None:
    out.print()
    out.print(Text(words, style="bold underline" if out.is_terminal else "bold"))


def _short(instant: str) -> str:
    return _day(datetime.fromisoformat(instant))


def _day(at: datetime) -> str:
    there = at.astimezone(ZONE)
    return f"{there:%a} {there.day} {there:%b} {there:%H:%M}"
