"""What is said of values that do not fit: what was found, what is allowed, the nearest known word. Words only."""

from difflib import get_close_matches

from triaged.config.document import Node, as_text
from triaged.config.spec import Flag, Key, Others, Spec, Text, Whole, example_of, one_of, words_of

Path = tuple[str | int, ...]


def wrong_characters(value: str, spec: Text) -> str | None:
    """What is wrong with the characters of a text, in words."""
    allowed = "\n\t" if spec.lines else ""
    strange = next((one for one in value if (one < " " or one == "\x7f") and one not in allowed), None)
    if strange is None:
        return None
    if spec.pattern:
        return (
            f"there is a control character ({_control(strange)}) in it; write regular expressions in single quotes, "
            "where a backslash stays one"
        )
    return f"there is a control character ({_control(strange)}) in it"


def _control(character: str) -> str:
    names = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r", "\x1b": r"\e"}
    return names.get(character, f"U+{ord(character):04X}")


def wrong_word(value: str, spec: Text) -> str | None:
    """Why a text is none of those allowed, in words."""
    if not value.strip() and not spec.empty and "" not in spec.words:
        return f"it is empty: write {words_of(spec)}"
    if not spec.words or value in spec.words:
        return None
    close = get_close_matches(value.casefold(), spec.words, n=1)
    return f'"{value}" is not known: write {one_of(spec.words)}{f"; did you mean {chr(34)}{close[0]}{chr(34)}?" if close else ""}'


def wrong_key(others: Others, name: str) -> str | None:
    """Why a key that a person chose cannot be one, in words."""
    if not name.strip() or any(character < " " for character in name):
        return f'"{name}" is no {others.kind}'
    if others.parse is not None:
        try:
            others.parse(name)
        except ValueError as error:
            return str(error)
    return None


def shown(node: Node) -> str:
    """A value as a message names it."""
    match node.value:
        case bool(value):
            return str(value).lower()
        case int(value) | float(value):
            return f"the number {value}"
        case str(value):
            return f'"{value}"' if len(value) <= 40 else "a text"  # noqa: PLR2004  # more does not help
        case list():
            return "a list"
        case dict():
            return "a table"
        case value:
            return as_text(value)


def instead_of(spec: Spec, node: Node) -> str:
    """What to write in place of a value of the wrong type."""
    words, example = words_of(spec), example_of(spec)
    if isinstance(spec, Text):
        return words if spec.words else f"{words} in quotes{f', as in {example}' if example else ''}"
    if isinstance(spec, Flag | Whole) and isinstance(node.value, str):
        return f"{words}, without quotes"
    return f"{words}, as in {example}" if example else words


def missing(name: str, key: Key) -> str:
    """What to write for a key that must stand and does not."""
    if isinstance(key.spec, Text) and key.spec.words:
        return f"write {name} = {words_of(key.spec)}"
    example = example_of(key.spec)
    return f"write {name} = {example}" if example else f"it is {key.about}"


def header(path: Path) -> str:
    """A table as its header writes it: `[rule.when]`, `[[rule]]`, `[client.harbor]`."""
    if not path:
        return "the file"
    names = ".".join(step for step in path if isinstance(step, str))
    return f"[[{names}]]" if isinstance(path[-1], int) else f"[{names}]"


def name_of(path: Path) -> str:
    """A value as messages name it: the last key on its way."""
    return next((step for step in reversed(path) if isinstance(step, str)), "the file")
