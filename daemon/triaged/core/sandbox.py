"""The one door to Jinja2: a text's source goes in, a bounded renderer comes out.

Sandboxed and strict. Loops, products and lengths are bounded, so that no text takes long or grows beyond what a mail
may hold; what cannot be bounded (macros, includes, recursion) is refused when the text is read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from traceback import walk_tb
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, meta, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from triaged.core.timewords import nearest
from triaged.core.wording import at_time, on_date, when

LONGEST = 4096
"""Characters, and octets of UTF-8, that a text may come to."""

_CLOCK = "_clock"  # the hidden variable that holds what the filters need
_LONGEST_VALUE = 4 * LONGEST
_LONGEST_LOOP = 100
_DEEPEST_LOOP = 2
_FILTERS = frozenset({
    "abs", "capitalize", "count", "d", "default", "first", "int", "items", "join", "last", "length", "list", "lower",
    "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "string",
    "sum", "title", "trim", "truncate", "unique", "upper", "wordcount",
})  # fmt: skip
_TEXT_METHODS = frozenset({
    "capitalize", "casefold", "count", "endswith", "find", "isdigit", "join", "lower", "lstrip", "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rpartition", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strip", "swapcase", "title", "upper",
})  # fmt: skip
_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from … import %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.AssignBlock: "{% set %} without a value",
}
# A line that holds nothing but statements leaves no empty line behind. The comment keeps the count of lines.
_NO_SUCH = re.compile(r"No (filter|test) named '(\w+)'")
_STATEMENT_LINE = re.compile(r"^[ \t]*((?:\{%(?:(?!%\}).)+%\}[ \t]*)+)\n", re.MULTILINE)


class TextError(Exception):
    """A text cannot be read or rendered: what, where (line from 1; 0: unknown), and what to write instead."""

    def __init__(self, message: str, line: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.hint = message, line, hint


@dataclass(frozen=True, slots=True)
class Clock:
    """What the filters need: the text's language, the client's zone, mine, and now."""

    language: str
    zone: ZoneInfo
    mine: ZoneInfo
    now: datetime
    dated: bool = False  # dates only, never "today"


@dataclass(frozen=True, slots=True)
class Source:
    """A compiled text: what it names, and the function that renders it in pieces."""

    names: frozenset[str]
    pieces: Callable[[dict[str, Any]], Iterator[str]]

    def render(self, variables: Mapping[str, Any], clock: Clock) -> str:
        """Fill it in; TextError where it names what is missing, or grows too long."""
        out: list[str] = []
        size = 0
        try:
            for piece in self.pieces({**variables, _CLOCK: clock}):
                size += len(piece)
                _small(size)
                out.append(piece)
        except TextError as fault:
            raise TextError(fault.message, fault.line or _line(fault), fault.hint) from fault.__cause__
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise TextError(_words(error), _line(error)) from error
        return "".join(out)


def _small(size: int) -> None:
    if size > LONGEST:
        raise TextError(f"it comes to more than {LONGEST} characters")


@lru_cache(maxsize=1024)
def compiled(text: str) -> Source:
    """Compile a text, once per text.

    Raises:
        TextError: it is no template, or uses what cannot be bounded.
    """
    environment = _environment()
    if "raw" not in text:
        text = _STATEMENT_LINE.sub(r"\1{#\n#}", text)
    try:
        tree = environment.parse(text)
        _refuse_unbounded(tree, 0)
        names = frozenset(meta.find_undeclared_variables(tree)) - {"range"}
        template = environment.from_string(_Bounded().visit(tree))
    except TemplateSyntaxError as error:  # an unknown filter or test is one, too
        message = error.message or "it cannot be read"
        raise TextError(
            _NO_SUCH.sub(r'there is no \1 "\2"', message).rstrip("."), error.lineno, _filter_hint(message)
        ) from error
    except RecursionError as error:
        raise TextError("it is nested too deeply") from error
    return Source(names, template.generate)


def line_of(text: str, name: str) -> int:
    """The first line on which a text names the variable; 0 where it does not."""
    tree = _environment().parse(text)
    return min((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), default=0)


def _words(error: Exception) -> str:
    """One line, without the paths and types of Python."""
    return " ".join(str(error).split()) or type(error).__name__


def _line(error: Exception) -> int:
    """The line of the text on which it happened: Jinja2 puts frames of the text into the traceback."""
    lines = [number for frame, number in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else 0


def _filter_hint(message: str) -> str:
    found = _NO_SUCH.search(message)
    return (
        nearest(found[2], sorted(_environment().filters)).removeprefix("; ") if found and found[1] == "filter" else ""
    )


def _refuse_unbounded(node: nodes.Node, depth: int) -> None:
    """Refuse statements that loop, call or load without a bound of ours."""
    refused = _REFUSED.get(type(node))
    if refused:
        raise TextError(f"{refused} has no place in a reply", node.lineno)
    if isinstance(node, nodes.For):
        depth += 1
        if node.recursive or depth > _DEEPEST_LOOP:
            raise TextError("loops are nested too deeply", node.lineno)
    for child in node.iter_child_nodes():
        _refuse_unbounded(child, depth)


class _Bounded(NodeTransformer):
    """Send loops and `~`, which Jinja2 hands to nobody, through filters that count."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 — the visitor's name for this node
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_few")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 — likewise
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno, environment=node.environment), "_concat")


def _filtered(node: nodes.Node, name: str) -> nodes.Expr:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=node.environment)


class _Missing(StrictUndefined):
    """What a text names and nothing defines: using it in any way tells the person what to write."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, owner = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if owner is None:
            return f'"{name}" is asked of something that is not always there: put it between {{% if … %}} and {{% endif %}}'
        if is_dataclass(owner):
            own = [field.name for field in fields(owner)]
            return f'there is no "{name}" here, only {", ".join(own)}{nearest(str(name), own)}'
        if isinstance(owner, date):
            return f'a date has no "{name}": write it with | when, | date or | time'
        return f'there is no "{name}"'


class _Environment(SandboxedEnvironment):
    """Plain values, a few methods of text, and operators that cannot multiply texts."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 — the library's signature
        """Fields of our values, methods of text that keep its length in bounds, and what a loop says of itself."""
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        if is_dataclass(obj):
            return attr in {field.name for field in fields(obj)}
        return isinstance(obj, LoopContext) and not attr.startswith("_") and attr != "changed"

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """Treat what may not be reached as not being there."""
        return self.undefined(obj=obj, name=attribute)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ARG002 — the library's signature
        """Leave `format` to `is_safe_attribute`, which knows no such method: a width may be any number."""
        return None

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a text; its result is bounded."""
        return _bounded(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Add texts, within bounds; multiply and divide nothing but numbers."""
        if operator != "+" and not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise TextError(f"{operator} is for numbers")
        if operator == "**":
            raise TextError("** has no place in a reply")
        return _bounded(super().call_binop(context, operator, left, right))


def _bounded(value: Any) -> Any:
    if isinstance(value, str | list | tuple) and len(value) > _LONGEST_VALUE:
        raise TextError("a value in it grows too long")
    return value


def _few(items: Iterable[Any]) -> list[Any]:
    found = list(islice(items, _LONGEST_LOOP + 1))
    if len(found) > _LONGEST_LOOP:
        raise TextError(f"a loop goes round more than {_LONGEST_LOOP} times")
    return found


def _range(*numbers: int) -> range:
    found = range(*numbers)
    if len(found) > _LONGEST_LOOP:
        raise TextError(f"range is for at most {_LONGEST_LOOP} numbers")
    return found


@pass_context
def _concat(context: Context, values: list[Any]) -> Any:
    return _bounded("".join(str(_finalize(context, value)) for value in values))


@pass_context
def _finalize(context: Context, value: Any) -> Any:
    """Print what a client may read: an instant in words, never `None` or a list."""
    if isinstance(value, datetime):
        return _when(context, value)
    if value is None:
        raise TextError("it prints something that is not always there: put it between {% if … %} and {% endif %}")
    if isinstance(value, list | tuple):
        raise TextError("it prints a list: ask for its | length, or go through it with {% for … %}")
    return value


def _instant(value: Any, name: str) -> datetime:
    if value is None:
        raise TextError(
            f"| {name} of something that is not always there: put it between {{% if … %}} and {{% endif %}}"
        )
    if isinstance(value, Undefined):
        str(value)  # raises with the words of `_Missing`
    if not isinstance(value, datetime):
        raise TextError(f"| {name} is for promise, until, next_call, last_answer and received")
    return value


def _clock(context: Context) -> Clock:
    clock = context[_CLOCK]
    if not isinstance(clock, Clock):
        raise TextError("_clock is not for texts")
    return clock


@pass_context
def _when(context: Context, value: Any) -> str:
    clock = _clock(context)
    at = _instant(value, "when")
    return when(at, clock.language, clock.zone, clock.now, clock.mine, dated=clock.dated)


@pass_context
def _date(context: Context, value: Any) -> str:
    clock = _clock(context)
    return on_date(_instant(value, "date"), clock.language, clock.zone, clock.now)


@pass_context
def _time(context: Context, value: Any) -> str:
    clock = _clock(context)
    return at_time(_instant(value, "time"), clock.language, clock.zone, clock.mine)


def _is_there(value: Any) -> bool:
    """Whether it is there: for a text, an optional variable without a value is not defined."""
    return value is not None and not isinstance(value, Undefined)


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    # Plain text, not HTML: escaping would put &amp; into a client's mail.
    environment = _Environment(undefined=_Missing, finalize=_finalize, autoescape=False, keep_trailing_newline=True)
    environment.globals = {"range": _range}
    environment.filters = {name: value for name, value in environment.filters.items() if name in _FILTERS}
    environment.filters |= {"when": _when, "date": _date, "time": _time, "_few": _few, "_concat": _concat}
    environment.tests |= {"defined": _is_there, "undefined": lambda value: not _is_there(value)}
    return environment
