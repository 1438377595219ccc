"""The shipped examples as templates: their rules and texts, without their people. The text of a file in, TOML out."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from triaged.core.tomltext import quoted
from triaged.words import LEXICON

_HERE = Path(__file__).parents[1]
_FOLDERS = (_HERE / "examples", _HERE.parents[1] / "config")
"""In a wheel, and in a checkout."""

_HEADER = re.compile(r"^\[\[?([\w.-]+)\]?\](?:[ \t]*#.*)?$", re.MULTILINE)
_KEPT = re.compile(r"reply\..+|rule|promises|digest|report")
_VARIANT = re.compile(r'^(text|subject)(?:\.([\w-]+))? = (""".*?"""|"[^\n]*")\n', re.MULTILINE | re.DOTALL)
_PHONE = re.compile(r'^notify = \["phone"\].*\n', re.MULTILINE)
_AGENDA = re.compile(r"^agenda = .*\n", re.MULTILINE)
_DIVIDER = re.compile(r"^# ---.*\n", re.MULTILINE)
_CLIENT = re.compile(r'client = "([\w-]+)"')
_FIRST_OF_TWO = re.compile(r'\{ client = "([\w-]+)" \}, ')
_DELEGATE = re.compile(r'^delegate = "([\w-]+)"', re.MULTILINE)
_REPLY = re.compile(r'^reply = "([\w-]+)"', re.MULTILINE)
_ALARMS = {"outage": '"outage"', "today": '"today"'}


@dataclass(frozen=True, slots=True)
class Fitting:
    """To whom an example is fitted.

    `clients`: their names by label. `texts`: her own words, by reply, language and the client that they are for alone; "":
    for all.
    """

    languages: Sequence[str]  # in use, hers first
    clients: Mapping[str, str]
    delegates: Collection[str]
    texts: Mapping[tuple[str, str, str], str]
    calls: bool = True  # whether anybody has some


def example_text(name: str) -> str:
    """The text of a shipped example."""
    return next(text for folder in _FOLDERS if (text := _text(folder / f"{name}.toml")))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def fitted(name: str, to: Fitting) -> str:
    """Rules, texts and what comes by itself, for these clients in these languages."""
    blocks = [(head, _PHONE.sub("", text)) for head, text in _blocks(example_text(name)) if _KEPT.fullmatch(head)]
    if not to.calls:
        blocks = [(head, _AGENDA.sub("", text)) for head, text in blocks]
    blocks = [(head, _known_clients(text, to.clients)) for head, text in blocks if _fits(head, text, to)]
    used = {reply for head, text in blocks if head == "rule" for reply in _REPLY.findall(text)}
    told = (
        _reply(head.removeprefix("reply."), text, to) if head.startswith("reply.") else _alarms(text, to.languages)
        for head, text in blocks
        if not head.startswith("reply.") or head.removeprefix("reply.") in used
    )
    return "\n".join(block.strip("\n") + "\n" for block in told)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each table with its lines; the comments right above a header belong to it."""
    text = _DIVIDER.sub("", text)
    heads = list(_HEADER.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        yield head[1], text[head.start() : following.start() if following else len(text)]


def _fits(head: str, text: str, to: Fitting) -> bool:
    """Whether whom a rule names is there: a client by himself, or a delegate."""
    if head != "rule":
        return True
    alone = _CLIENT.findall(_FIRST_OF_TWO.sub("", text))
    return set(alone) <= set(to.clients) and set(_DELEGATE.findall(text)) <= set(to.delegates)


def _known_clients(text: str, clients: Collection[str]) -> str:
    return _FIRST_OF_TWO.sub(lambda found: found[0] if found[1] in clients else "", text)


def _reply(name: str, text: str, to: Fitting) -> str:
    """With a text in each language in use: hers, the example's, else the built-in one."""
    variants = _variants(text)
    lines = [_VARIANT.sub("", text).rstrip("\n")]
    for language in to.languages:
        if subject := variants.get(("subject", language)):
            lines.append(f"subject.{language} = {subject}")
        own = to.texts.get((name, language, ""))
        said = _long(own) if own is not None else _said(text, language)
        alone = {to.clients[one[2]]: own for one, own in to.texts.items() if one[:2] == (name, language) and one[2]}
        lines.append(f"text.{language} = {_for_each(alone, said) if alone else said}")
    return "\n".join(lines) + "\n"


def text_of(example: str, reply: str, language: str) -> str:
    """What a reply of an example says in a language, as TOML."""
    return next(_said(text, language) for head, text in _blocks(example_text(example)) if head == f"reply.{reply}")


def _variants(text: str) -> dict[tuple[str, str], str]:
    return {(kind, language or "en"): said for kind, language, said in _VARIANT.findall(text)}


def _said(text: str, language: str) -> str:
    """The example's text, else the built-in one."""
    usual = first_words if "promise" in text else redirecting_words
    return _variants(text).get(("text", language)) or _long(usual(language))


def _for_each(alone: Mapping[str, str], others: str) -> str:
    """One text that says to some, by their names, something of their own; `others` is TOML already."""
    parts = [
        f"{{%{'' if first else '-'} {'if' if first else 'elif'} client.name == {json.dumps(name, ensure_ascii=False)} -%}}\n{text}\n"
        for first, (name, text) in zip([True, *[False] * len(alone)], alone.items(), strict=False)
    ]
    rest = others.removeprefix('"""').removesuffix('"""') if others.startswith('"""') else others[1:-1]
    return f'"""\n{_escaped("".join(parts))}{{%- else -%}}{rest}{{%- endif %}}\n"""'


def first_words(language: str) -> str:
    """The built-in text of a first reply."""
    return str(LEXICON.section(language, "replies")["first"])


def redirecting_words(language: str) -> str:
    """The built-in text of a reply that promises nothing, and names who can help."""
    return str(LEXICON.section(language, "replies")["redirect"])


def _long(text: str) -> str:
    return f'"""\n{_escaped(text.strip(chr(10)))}\n"""'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"""', '""\\"')


def _alarms(text: str, languages: Sequence[str]) -> str:
    """A rule that looks for alarm words looks for those of all languages in use."""
    return "".join(_alarm_line(line, languages) for line in text.splitlines(keepends=True))


def _alarm_line(line: str, languages: Sequence[str]) -> str:
    for kind, sign in _ALARMS.items():
        if f"[{sign}" in line:
            words = [word for one in languages for word in (LEXICON.own(one, "alarms") or {}).get(kind, ())]
            more = [quoted(word) for word in dict.fromkeys(words) if quoted(word) not in line]
            line = line.replace(f"[{sign}", f"[{', '.join([sign, *more])}")
    return line
