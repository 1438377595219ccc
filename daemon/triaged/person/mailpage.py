"""A mail to myself as text and as HTML: values in, two renderings of the same out. Plain, printable, no outside resource."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import count
from textwrap import indent, wrap

from triaged.ledger.entries import Line

_WIDTH = 76


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, or one line about several."""

    at: str
    who: str
    subject: str
    excerpt: str = ""
    notes: tuple[str, ...] = ()
    line: Line | None = None  # what its number stands for; None: it has none
    letter: str = ""  # the whole text of a mail that waits, its lines as they are


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading; `more` says what was left out."""

    title: str
    entries: tuple[Entry, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole mail. `opening`: what a telephone shows beside the subject, before anything else."""

    title: str
    lead: str
    sections: tuple[Section, ...]
    footer: str
    opening: str = ""

    @property
    def lines(self) -> dict[int, Line]:
        """What each number stands for, in the order of the entries."""
        told = (entry.line for section in self.sections for entry in section.entries)
        return dict(enumerate((line for line in told if line is not None), 1))


def as_text(page: Page) -> str:
    """The text part: readable in any mail client, at 76 columns."""
    numbers = count(1)
    blocks = [page.opening, page.title, page.lead]
    for section in page.sections:
        blocks.append(f"{section.title}\n{'-' * len(section.title)}")
        blocks.extend(_entry_text(entry, numbers) for entry in section.entries)
        blocks.append(section.more)
    blocks.append(f"-- \n{page.footer}")
    return "\n\n".join(block for block in blocks if block) + "\n"


def _entry_text(entry: Entry, numbers: Iterator[int]) -> str:
    number = f"{next(numbers)}." if entry.line is not None else ""
    head = "  ".join(part for part in (number, entry.at, entry.who) if part)
    body = [*wrap(entry.subject, _WIDTH - 2), *wrap(entry.excerpt, _WIDTH - 2), *(f"→ {note}" for note in entry.notes)]
    body += [f"| {line}".rstrip() for line in entry.letter.splitlines()]
    return head + "\n" + indent("\n".join(body), "  ") if body else head


def as_html(page: Page, language: str) -> str:
    """The HTML part: inline styles only, because mail clients drop the rest."""
    numbers = count(1)
    sections = "".join(_section_html(section, numbers) for section in page.sections)
    opening = f'<p style="margin:0 0 1em"><strong>{escape(page.opening)}</strong></p>' if page.opening else ""
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(page.title)}</title></head>"
        '<body style="margin:0 auto;max-width:40em;padding:1em;overflow-wrap:anywhere;font:16px/1.5 system-ui,sans-serif">'
        f'{opening}<h1 style="font-size:1.3em;margin:0 0 .2em">{escape(page.title)}</h1>'
        f'<p style="margin:0 0 1.5em">{escape(page.lead)}</p>{sections}'
        f'<p style="margin-top:2em;font-size:.85em;opacity:.75">{escape(page.footer)}</p></body></html>'
    )


def _section_html(section: Section, numbers: Iterator[int]) -> str:
    entries = "".join(_entry_html(entry, numbers) for entry in section.entries)
    more = f"<p>{escape(section.more)}</p>" if section.more else ""
    return (
        f'<h2 style="font-size:1.05em;margin:1.5em 0 .5em;border-bottom:1px solid #8888">{escape(section.title)}</h2>'
        f'<ul style="list-style:none;margin:0;padding:0">{entries}</ul>{more}'
    )


def _entry_html(entry: Entry, numbers: Iterator[int]) -> str:
    number = f"{next(numbers)}." if entry.line is not None else ""
    head = " · ".join(escape(part) for part in (number, entry.at, entry.who) if part)
    excerpt = f'<br><span style="opacity:.8">{escape(entry.excerpt)}</span>' if entry.excerpt else ""
    notes = "".join(f"<br><em>→ {escape(note)}</em>" for note in entry.notes)
    return (
        f'<li style="margin:0 0 .9em"><span style="font-size:.85em;opacity:.75">{head}</span><br>'
        f"<strong>{escape(entry.subject)}</strong>{excerpt}{notes}{_letter_html(entry.letter)}</li>"
    )


def _letter_html(letter: str) -> str:
    style = "margin:.4em 0 0;padding:0 0 0 .8em;border-left:3px solid #8888;white-space:pre-wrap"
    return f'<blockquote style="{style}">{escape(letter.strip())}</blockquote>' if letter else ""
