"""Rules and replies as somebody has typed them, laid over a file for a trial. Text in, trees with places out; no file is written."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from triaged.config.document import Node, read, read_text
from triaged.config.problems import Findings

TYPED: Final = Path("what you typed")
"""Where a problem of the text is said to stand."""
_TRIED: Final = ("rule", "reply")
_HEADER: Final = re.compile(r"^[ \t]*\[\[?[ \t]*([\"']?)([\w-]+)\1[ \t]*[.\]]")
_MULTILINE: Final = re.compile(r'"""|\'\'\'')

Edit = Callable[[Node, Findings], Node]


def replaced(text: str) -> Edit:
    """A file with these `[[rule]]` and `[reply.*]` in place of its own."""

    def edit(own: Node, findings: Findings) -> Node:
        typed = _typed(text, findings)
        if not isinstance(own.value, dict) or typed is None:
            return own
        kept = {name: node for name, node in own.value.items() if name not in _TRIED}
        return Node({**kept, **typed.table}, own.at, own.key)

    return edit


def above(text: str, rule: str | None) -> Edit:
    """A file with these rules above the one of that name; where it has none of that name, below its own."""

    def edit(own: Node, findings: Findings) -> Node:
        typed = _typed(text, findings)
        if not isinstance(own.value, dict) or typed is None:
            return own
        rules, new, names = _list(own, "rule"), _list(typed, "rule"), _names(own)
        at = names.index(rule) if rule in names else len(rules)
        laid = [*rules[:at], *new, *rules[at:]]
        return Node({**own.value, "rule": Node(laid, own.at, own.key)}, own.at, own.key)

    return edit


def rules_text(file: Path) -> str | None:
    """The `[[rule]]` and `[reply.*]` of a file as they stand there; None: it cannot be read, or they are written otherwise."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    taken = "".join(_sections(text)).strip("\n") + "\n"
    whole, part = read_text(file, text, Findings()), read_text(file, taken, Findings())
    if whole is None or part is None:
        return None
    same = all(_plain(whole, name) == _plain(part, name) for name in _TRIED)
    return taken if same else None


def own_rules(file: Path) -> list[str]:
    """The names of the rules that stand in a file itself, in their order."""
    node = read(file, Findings())
    return _names(node) if node is not None else []


def _names(node: Node) -> list[str]:
    """One without a name is called by its number, as everywhere."""
    rules = enumerate(_list(node, "rule"), 1)
    return [str(one.table["name"].value) if "name" in one.table else f"rule {number}" for number, one in rules]


def _typed(text: str, findings: Findings) -> Node | None:
    """The tree of a typed text, if it has nothing else in it; what is wrong is said."""
    node = read_text(TYPED, text, findings)
    for name, other in (node.table if node else {}).items():
        if name not in _TRIED:
            findings.error(other.key, f"only [[rule]] and [reply.*] are tried here: {name} stays in the file")
    return None if findings.has_errors else node


def _sections(text: str) -> Iterator[str]:
    """The lines of the tables that are tried, with the comments in them."""
    inside, quote = False, ""
    for line in text.splitlines(keepends=True):
        header = None if quote else _HEADER.match(line)
        if header:
            inside = header[2] in _TRIED
        for mark in _MULTILINE.findall(line):
            quote = "" if quote == mark else quote or mark
        if inside:
            yield line


def _list(node: Node, name: str) -> list[Node]:
    value = node.table[name].value if name in node.table else []
    return value if isinstance(value, list) else []


def _plain(node: Node, name: str) -> object:
    return node.table[name].plain() if name in node.table else None
