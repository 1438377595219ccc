"""The generated parts of config/README.md: the tables of keys, conditions and refusals, between their markers.

A text with markers goes in, the same text with the tables of today comes out.
`python -m triaged.config.reference config/README.md` rewrites the file.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from triaged.config.described import SECRET_PLACES, table_of
from triaged.config.layout import tables
from triaged.config.spec import Either, Key, Many, Others, Raw, Spec, Table, Text, example_of, words_of
from triaged.config.valuekinds import PROVIDER
from triaged.core.conditions import conditions_table
from triaged.core.guard import guard_table
from triaged.core.settings import Folders, OAuth, PageTls, Server

_WITHIN = (
    ("`page_tls` of [service]", table_of(PageTls)),
    ("`imap` of [account.NAME]; `smtp` likewise", table_of(Server)),
    ("`folders` of [account.NAME]", table_of(Folders)),
    ("`password`, `client_secret` of `oauth`, `url` of [notify.NAME]", SECRET_PLACES),
    ("`oauth` of `imap` and `smtp`", table_of(OAuth)),
    ("`provider` of `oauth`, for one of your own", PROVIDER),
)


def generated() -> dict[str, str]:
    """Marker -> what stands between its begin and its end."""
    return {"keys": keys_tables(), "conditions": conditions_table(), "guard": guard_table()}


def with_tables(text: str) -> str:
    """The text with what its markers hold written anew."""
    for name, table in generated().items():
        between = re.compile(rf"(<!-- {name}:begin -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
        text = between.sub(lambda found, table=table: f"{found[1]}\n{table.strip()}\n\n{found[2]}", text)  # type: ignore[misc]  # a default argument binds the loop's value
    return text


def keys_tables() -> str:
    """Every table with its keys, as Markdown."""
    parts = [
        "\n".join([f"### `{header}`", "", f"{table.about[:1].upper()}{table.about[1:]}.", "", *_rows(table)])
        for header, table in tables()
    ]
    parts += ["\n".join([f"### {title}", "", *_rows(table)]) for title, table in _WITHIN]
    return "\n\n".join(parts) + "\n"


def _rows(table: Table) -> Iterator[str]:
    yield "| key | takes | default | meaning |"
    yield "|---|---|---|---|"
    for name, key in table.keys.items():
        yield f"| `{name}` | {_takes(key.spec)} | {_default(key)} | {_cell(key.about)} |"
    if table.others is not None:
        others = table.others
        yield f"| {others.kind}, as `{others.example}` | {_takes(others.spec)} | | {_cell(others.about)} |"


def _default(key: Key) -> str:
    if key.required:
        return "**required**"
    return (
        f"`{key.default}`" if key.default[:1] in ('"', "[") or key.default in ("true", "false") else _cell(key.default)
    )


def _takes(spec: Spec) -> str:  # noqa: PLR0911  # one return a sort of description
    match spec:
        case Text(words=(_, *_) as words):
            return ", ".join(f"`{word}`" for word in words)
        case Table(others=Others() as others, keys=keys) if not keys:
            return f"a table: {others.kind} → {_takes(others.spec)}"
        case Many(item=Table()):
            return "tables of their own"
        case Raw():
            return "a table, see Conditions"
        case Either(choices):
            return " or ".join(_takes(choice) for choice in choices)
        case Table():
            return "a table"
        case _:
            example = example_of(spec)
            return f"{_cell(words_of(spec))}{f', as `{example}`' if example else ''}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(with_tables(readme.read_text(encoding="utf-8")), encoding="utf-8")
