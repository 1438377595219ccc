"""The answers that `init --from FILE` takes: TOML in, by the name of its question each answer with its place out.

What an answer means its question knows; here is only what may be written.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from triaged.config.document import Node, as_text, read
from triaged.config.problems import Findings, Place, Problem
from triaged.core.timewords import nearest

KEYS: Mapping[str, str] = {
    "address": "yours, or a list",
    "name": "yours, as clients read it",
    "imap": "HOST, HOST:PORT or HOST:PORT/TLS",
    "smtp": "likewise, or none",
    "user": "who signs in",
    "client-id": "of an OAuth application, where no password is taken",
    "tenant": "of your organisation at Microsoft",
    "language": "of replies",
    "timezone": "like Europe/Berlin",
    "authserv-id": "your own server's name in Authentication-Results, or none",
    "situation": "calls, ringing, one-customer, shift or manager",
    "clients": 'addresses and whole domains ("*@harbor.example"), all or none',
    "manager": "an address (situation manager)",
    "cases": "the address of a case system, or none (shift)",
    "delegate": '"Tom <tom@roth.example>", or none (shift)',
    "hours": '"09:00-17:00", or "mon-thu 09:00-12:30, 13:30-17:00; fri 09:00-13:00"',
    "holidays": '"DE-BE", "Bayern", or none',
    "calendar": "the address of an iCalendar feed, or none",
    "telephone": "who sends voicemail, or none (ringing)",
    "page": 'where your page is: "127.0.0.1:8025"; without it there is none',
    "page-url": "how it is reached from elsewhere, through a tunnel or a reverse proxy",
}
TABLES: Mapping[str, str] = {
    "password": 'one of file = "…", env = "…", keyring = "…", credential = "…"',
    "calls": 'by client: harbor = "fri 10:00 for 45m"',
    "form": 'by client: lindenhof = "familiar" (or "formal"), where you write now so and now so',
    "reply": 'by client: "fine", "formal", "familiar" or "none"',
    "text": 'by language, your own words; NAME and WHEN stand for the name and the moment; "de.harbor": for that client alone',
}
_SECRETS = ("file", "env", "keyring", "credential")

Answer = tuple[str, Place]


def read_answers(file: Path) -> tuple[dict[str, Answer], tuple[Problem, ...]]:
    """All that is written there, and what is wrong with it."""
    findings = Findings()
    document = read(file, findings)
    found: dict[str, Answer] = {}
    for key, node in document.table.items() if document is not None else ():
        if key in TABLES:
            found |= _table(key, node, findings)
        elif key in KEYS:
            found |= _one(key, node, findings)
        else:
            findings.error(node.key, f'unknown key "{key}"{nearest(key, (*KEYS, *TABLES))}')
    return found, findings.in_order()


def _table(key: str, node: Node, findings: Findings) -> dict[str, Answer]:
    if not isinstance(node.value, dict):
        findings.error(node.at, f"{key} is a table: {TABLES[key]}")
        return {}
    found: dict[str, Answer] = {}
    for name, inner in node.table.items():
        if key == "password" and name not in _SECRETS:
            findings.error(inner.key, f'unknown key "{name}": write {TABLES[key]}')
        found |= _one(f"{key}.{name}", inner, findings)
    return found


def _one(name: str, node: Node, findings: Findings) -> dict[str, Answer]:
    texts = list(_texts(node))
    if not texts or not all(texts):
        about = KEYS.get(name) or TABLES[name.partition(".")[0]]
        findings.error(node.at, f"{name} is a text: {about}")
        return {}
    return {name: (("; " if name.startswith("calls.") else ", ").join(texts), node.at)}


def _texts(node: Node) -> Iterator[str]:
    """A text or a list of them; "" for anything else."""
    if isinstance(node.value, list):
        for one in node.value:
            yield from _texts(one)
    elif isinstance(node.value, str):
        yield node.value
    else:
        yield "" if isinstance(node.value, dict | bool | int | float) else as_text(node.value)  # a date or a time
