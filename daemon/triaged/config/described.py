"""Settings as tables: the fields of a value that say what they are (`About`) are its keys in the file.

A class goes in, the description of its table comes out (`table_of`); a table that was read goes in, the value comes out
(`made`). Neither knows any key by name.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache, reduce
from operator import or_
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from triaged.config.files import beside
from triaged.config.reader import Section
from triaged.config.spec import Either, Key, Many, Others, Spec, Table, Text
from triaged.config.valuekinds import KINDS
from triaged.core.about import About
from triaged.core.conditions import CONDITIONS, ConditionWord
from triaged.core.settings import CommandSecret, Secret, Server, TextSecret

T = TypeVar("T")


@cache
def table_of(cls: type) -> Table:
    """The keys of a value, in the order of its fields. What it is about is the first sentence of its docstring."""
    keys = {name: _key(one, hint, about) for name, one, hint, about in _described(cls)}
    sentence = (cls.__doc__ or "").partition("\n")[0].partition(". ")[0].rstrip(".")
    return Table(MappingProxyType(keys), about=f"{sentence[:1].lower()}{sentence[1:]}")


def spec_of(hint: Any, about: About) -> Spec:  # noqa: PLR0911  # one return a sort of type
    """What a value of this type, so described, takes."""
    hint = _without_none(hint)
    known = KINDS.get(about.kind) or KINDS.get(hint) or _derived(hint, about)
    if known is not None and not isinstance(known, Text):
        return known
    if get_origin(hint) is tuple and get_args(hint)[-1] is ...:
        item = spec_of(get_args(hint)[0], about)
        return Many(item, alone=not isinstance(item, Table), least=about.least)
    if known is not None:
        return replace(known, example=about.example or known.example)
    if get_origin(hint) is Literal:
        return Text(words=get_args(hint))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Text(words=tuple(one.value for one in hint))
    if is_dataclass(hint) and isinstance(hint, type):
        return table_of(hint)
    if get_origin(hint) is Union or isinstance(hint, UnionType):
        return Either(tuple(spec_of(one, about) for one in get_args(hint)))
    if get_origin(hint) is Mapping:
        return Table(others=Others(spec_of(get_args(hint)[1], about), about.text, "a name"))
    return Text(about.kind or "text", example=about.example)


def made(cls: type[T], section: Section | None, **more: Any) -> T | None:
    """A value of its table: what is written in it, and `more`, which wins; for all else the field's own default.

    None where something is missing that it cannot do without; the reader has told of it.
    """
    given = dict(more)
    for name, one, hint, _ in _described(cls):  # type: ignore[arg-type]  # a class can be hashed, of whatever kind
        if section is not None and name in section and one.name not in given:
            given[one.name] = _value(_without_none(hint), section.values[name])
    return None if any(_is_needed(one) and one.name not in given for one in fields(cls)) else cls(**given)  # type: ignore[arg-type]  # every class handed in is a dataclass


def _value(hint: Any, value: Any) -> Any:
    if hint == Secret:
        return secret_of(value)
    if isinstance(value, Section):
        return made(hint, value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, StrEnum) else value


def secret_of(value: Section | str | None) -> Secret | None:
    """Where a secret is; a program with a slash in its name lies beside the configuration, any other in PATH."""
    if value is None or isinstance(value, str):
        return None if value is None else TextSecret(value)
    secret = next((found for kind in _PLACES if (found := made(kind, value)) is not None), None)
    if isinstance(secret, CommandSecret) and secret.argv and ("/" in secret.argv[0] or secret.argv[0].startswith("~")):
        program = beside(secret.argv[0], value.place("command"))
        return CommandSecret((str(program), *secret.argv[1:]))
    return secret


@cache
def _described(cls: type) -> tuple[tuple[str, Field[Any], Any, About], ...]:
    """Of each field that is a key: its name in the file, itself, its type, what it says of itself."""
    annotated = ((one, *get_args(one.type)) for one in fields(cls) if get_origin(one.type) is Annotated)
    return tuple((about.key or one.name, one, hint, about) for one, hint, about in annotated)


def _key(one: Field[Any], hint: Any, about: About) -> Key:
    written = about.default or _as_written(one.default)
    return Key(spec_of(hint, about), about.text, written, required=not about.default and _is_needed(one))


def _is_needed(one: Field[Any]) -> bool:
    return one.init and one.default is MISSING and one.default_factory is MISSING


def _as_written(default: Any) -> str:
    """A default as the file would have it; "" where there is nothing to write."""
    match default:
        case bool():
            return str(default).lower()
        case tuple() if default:
            return f"[{', '.join(map(_as_written, default))}]"
        case str():
            return f'"{default}"'
        case _:
            text = getattr(default, "text", "")
            return f'"{text}"' if text else ""


def _without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    return reduce(or_, (one for one in get_args(hint) if one is not NoneType))


def _derived(hint: Any, about: About) -> Spec | None:
    """The kinds that are made of settings themselves."""
    if hint == Secret:
        return Either((Text("a password"), SECRET_PLACES))
    return SMTP if about.kind == "an SMTP server" else None


_PLACES = get_args(Secret)[1:]
SECRET_PLACES = Table(
    MappingProxyType(
        {name: replace(key, required=False) for kind in _PLACES for name, key in table_of(kind).keys.items()}
    ),
    one_of=tuple(name for kind in _PLACES for name in table_of(kind).keys),
)

_SERVER = table_of(Server).keys
SMTP = Table(
    MappingProxyType(
        {
            **{name: key for name, key in _SERVER.items() if name != "profile"},
            "host": replace(_SERVER["host"], spec=spec_of(str, About("", kind="a host", example="smtp.roth.example"))),
            "user": replace(_SERVER["user"], default="that of imap", required=False),
        }
    )
)


def _condition(word: ConditionWord) -> Key:
    about = About(word.sentence, kind=word.form if isinstance(word.form, str) else "", least=1)
    spec = Many(Text(words=word.words), least=1) if word.words else spec_of(word.form, about)
    return Key(spec, f"{word.sentence} As in: {word.example}")


WHEN = Table(MappingProxyType({word.name: _condition(word) for word in CONDITIONS}))
