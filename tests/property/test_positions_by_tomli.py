"""Positions against tomli: every path that tomli finds has a place, and what was written there stands there."""

import tomli
from hypothesis import given
from hypothesis import strategies as st

from triaged.config.positions import Lines, Path, positions

NAMES = st.text("abcXYZ019_-", min_size=1, max_size=4) | st.text("aä .#=[]{},\"'\\\t", min_size=1, max_size=3)


class Writer:
    """Writes a nested value as TOML in many ways, and remembers where each key and value was put."""

    def __init__(self, choose: st.DataObject) -> None:
        self.choose = choose
        self.text = ""
        self.keys: dict[Path, str] = {}
        self.values: dict[Path, str] = {}

    def pick(self, *choices: str) -> str:
        return self.choose.draw(st.sampled_from(choices))

    def key(self, name: str) -> str:
        if (
            name
            and all(one.isascii() and (one.isalnum() or one in "-_") for one in name)
            and self.pick("b", "q") == "b"
        ):
            return name
        if "'" not in name and self.pick("l", "b") == "l":
            return f"'{name}'"
        return '"' + "".join(f"\\u{ord(one):04X}" if one in '"\\' else one for one in name) + '"'

    def scalar(self, value: object) -> str:
        if isinstance(value, str):
            escaped = "".join(f"\\u{ord(one):04X}" if one in '"\\\n' else one for one in value)
            choices = [f'"{escaped}"', f'"""{escaped}"""', f'"""\n{escaped}"""']
            if "'" not in value and "\n" not in value:
                choices += [f"'{value}'", f"'''{value}'''"]
            return self.pick(*choices)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def gap(self) -> str:
        return self.pick("", " ", "\t")

    def line(self) -> str:
        return self.pick("\n", "\n\n", ' # "x" = [1, {\n', "\n  # [no]\n", "\r\n")

    def inline(self, value: object, path: Path) -> str:
        if isinstance(value, list):
            between = [
                self.pick("", "\n", " # ] x\n") + self.inline(one, (*path, number)) + self.gap()
                for number, one in enumerate(value)
            ]
            written = "[" + ",".join(between) + self.pick("", "\n") + "]"
        elif isinstance(value, dict):
            pairs = [
                f"{self.gap()}{self.inline_key(name, path)}{self.gap()}={self.gap()}{self.inline(one, (*path, name))}"
                for name, one in value.items()
            ]
            written = "{" + ",".join(pairs) + self.gap() + "}"
        else:
            written = self.scalar(value)
        self.values[path] = written
        return written

    def inline_key(self, name: str, path: Path) -> str:
        written = self.keys[*path, name] = self.key(name)
        return written

    def table(self, table: dict[str, object], path: Path, header: list[str]) -> None:
        below = {name: value for name, value in table.items() if self.is_table(value) and self.pick("i", "h") == "h"}
        for name, value in table.items():
            if name not in below:
                written = self.inline_key(name, path)
                self.text += (
                    f"{self.gap()}{written}{self.gap()}={self.gap()}{self.inline(value, (*path, name))}{self.line()}"
                )
        for name, value in below.items():
            written = self.inline_key(name, path)
            inner = value if isinstance(value, list) else [value]
            opening, closing = ("[[", "]]") if isinstance(value, list) else ("[", "]")
            for number, one in enumerate(inner):
                here = (*path, name, number) if isinstance(value, list) else (*path, name)
                dot = self.gap() + "." + self.gap()
                self.text += f"{opening}{self.gap()}{dot.join([*header, written])}{self.gap()}{closing}{self.line()}"
                self.table(one, here, [*header, written])

    @staticmethod
    def is_table(value: object) -> bool:
        return isinstance(value, dict) or (
            isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
        )


SCALARS = st.integers(-99, 99) | st.booleans() | st.text("ab\"'#=\\\n]},", max_size=4)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES, inner, max_size=3)
        | st.lists(st.dictionaries(NAMES, inner, max_size=2), min_size=1, max_size=2)
    ),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.data())
def test_what_stands_at_a_position_is_what_was_written_there(document: dict[str, object], choose: st.DataObject):
    writer = Writer(choose)
    writer.table(document, (), [])
    text = writer.text.replace("\r\n", "\n")
    read = tomli.loads(text)
    found = positions(text)
    assert set(found) == set(paths(read))
    for path, written in writer.values.items():
        assert text.startswith(written.replace("\r\n", "\n"), found[path].value), path
    for path, written in writer.keys.items():
        assert text.startswith(written, found[path].key), path


def paths(value: object, path: Path = ()):
    yield path
    if isinstance(value, dict):
        for name, one in value.items():
            yield from paths(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from paths(one, (*path, number))


@given(st.text() | st.text("[]{}=,.\"'#\\\nab1 -"))
def test_on_anything_else_it_ends_and_stays_inside_the_text(text: str):
    found = positions(text)
    assert all(0 <= offset <= len(text) + 1 for one in found.values() for offset in (one.key, one.value))


@given(st.text("ab\n"), st.data())
def test_lines_and_columns_count_from_one(text: str, choose: st.DataObject):
    offset = choose.draw(st.integers(0, len(text)))
    line, column = Lines(text).of(offset)
    before = text[:offset].split("\n")
    assert (line, column) == (len(before), len(before[-1]) + 1)
