"""Reading a configuration never raises, whatever a person or an accident did to the file, and always says where."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.configurations import NOW, WHOLE
from triaged.config import Loaded, load
from triaged.rehearse.examples import run_examples

CONFIG = Path(__file__).parents[2] / "config"
TEXTS = [WHOLE, *(path.read_text(encoding="utf-8") for path in sorted(CONFIG.glob("*.toml")))]
BITS = ["", '"', "'", "[", "]", "{", "}", "=", ",", "#", "\\", "\n", "true", "1", "[[rule]]", "2026-11-24", '""', "[]", "{}", "none", "*", "/(/", "é", "\x07"]  # fmt: skip
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def reads(folder: Path, text: str) -> Loaded:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    found = load(path, environ={}, now=NOW)
    lines = text.count("\n") + 1
    assert all(1 <= problem.line <= lines for problem in found.problems)
    assert found.usable is not bool(found.errors)
    run_examples(found, NOW)
    return found


@QUICK
@given(st.sampled_from(TEXTS), st.data())
def test_with_lines_taken_out_doubled_or_moved(folder: Path, text: str, choose: st.DataObject):
    lines = text.split("\n")
    for _ in range(choose.draw(st.integers(1, 3))):
        one, other = (choose.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match choose.draw(st.sampled_from(["out", "twice", "moved"])):
            case "out":
                del lines[one]
            case "twice":
                lines.insert(other, lines[one])
            case _:
                lines.insert(other, lines.pop(one))
    assert reads(folder, "\n".join(lines))


@QUICK
@given(st.sampled_from(TEXTS), st.data())
def test_with_pieces_of_the_text_replaced(folder: Path, text: str, choose: st.DataObject):
    for _ in range(choose.draw(st.integers(1, 3))):
        start = choose.draw(st.integers(0, len(text)))
        length = choose.draw(st.integers(0, 12))
        text = text[:start] + choose.draw(st.sampled_from(BITS)) + text[start + length :]
    assert reads(folder, text)


VALUES = st.recursive(
    st.sampled_from(['""', '"x"', '"/(/"', "'1h'", "1", "-1.5", "true", "2026-11-24", "16:30:00", "inf", '"now"', '"*"']),
    lambda inner: st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
    | st.dictionaries(st.sampled_from(["x", "host", "client", "not", "any", "en", "mon"]), inner, max_size=2).map(
        lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
    ),
    max_leaves=4,
)  # fmt: skip


@QUICK
@given(st.sampled_from(TEXTS), VALUES, st.data())
def test_with_any_value_of_any_type_at_any_key(folder: Path, text: str, value: str, choose: st.DataObject):
    lines = text.split("\n")
    keyed = [number for number, line in enumerate(lines) if " = " in line and not line.startswith(("#", "{"))]
    at = choose.draw(st.sampled_from(keyed))
    lines[at] = f"{lines[at].partition(' = ')[0]} = {value}"
    assert reads(folder, "\n".join(lines))


@QUICK
@given(octets=st.binary(max_size=200))
def test_on_any_octets(folder: Path, octets: bytes):
    path = folder / "octets.toml"
    path.write_bytes(octets)
    assert not load(path, environ={}, now=NOW).usable
