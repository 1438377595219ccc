"""HTML in, plain text out, with the stretches that its markup calls quote or signature. Linear; runs nothing, loads nothing."""

import re
from dataclasses import dataclass, field
from html import unescape

from triaged.core.decoding import clean_text

_DEPTH_LIMIT = 400  # deeper elements are read, but no longer tracked

# A comment, the content of an element that is never shown, a tag, or text. Everything unclosed reaches to the end and
# attribute values are possessive, so that each octet is looked at a fixed number of times.
_TOKEN = re.compile(
    r"<!--(?:.*?-->|.*)"
    r"|<(script|style|title|template|noscript)\b[^>]*>?(?:.*?</\1\b[^>]*>?|.*)"
    r"|<(/?)([a-z][a-z0-9:]*)((?>[^>=]+|=\s*\"[^\"]*\"|=\s*'[^']*'|=)*+)>?"
    r"|<[!?/][^>]*>?"
    r"|((?:[^<]+|<(?![a-z!?/]))++)",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}(?![0-9])|#x[0-9a-f]{1,6}(?![0-9a-f])|[a-z][a-z0-9]{1,31});?", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_ATTRIBUTE = re.compile(
    r"(class|id|name|style|type|data-marker)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE
)
_INTERESTING = re.compile(
    r"gmail_|divrplyfwdmsg|signature|appendonsend|moz-|protonmail|quoted|outlookmessageheader|messagereplysection"
    r"|cm_|front-|display|cite|border",
    re.IGNORECASE,
)

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote"})
_LINES = frozenset(
    {"div", "tr", "li", "br", "hr", "dt", "dd", "section", "article", "header", "footer", "address", "form", "center"}
    | {"fieldset", "figure", "nav", "main", "aside", "caption", "body", "html", "option", "tbody", "thead"}
)
_CELLS = frozenset({"td", "th"})

_SIGNATURE_CLASSES = frozenset({"gmail_signature", "moz-signature", "front-signature", "protonmail_signature_block"})
_QUOTE_CLASSES = frozenset(
    {"gmail_quote", "gmail_extra", "moz-cite-prefix", "moz-forward-container", "protonmail_quote", "yahoo_quoted"}
    | {"outlookmessageheader", "front-blockquote", "gmail_attr"}
)
_QUOTE_IDS = frozenset({"divrplyfwdmsg", "appendonsend"})  # these and all that follows beside them


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text that the markup calls `quote` or `signature`."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text, and the outermost marked stretches in order, none overlapping."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet: its name, and where it ends a mark or a hidden stretch."""

    name: str
    marks: bool = False
    hides: bool = False
    keeps: bool = False  # pre: blanks count


@dataclass(slots=True)
class _Page:
    """The text written so far."""

    out: list[str] = field(default_factory=list)
    length: int = 0
    line_ends: int = 2  # at the end of the text so far, none counted beyond two; nothing yet: as after a paragraph
    blank: bool = False  # a blank is due before the next word
    hidden: int = 0
    kept: int = 0
    stack: list[_Open] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    marked: str = ""  # the kind of the mark that is open
    marked_from: int = 0


def render(html: str) -> Rendered:
    """Turn HTML into the text a person would read.

    Blocks become lines, paragraphs are set apart by a blank line, what is never shown is left out; blockquotes and the
    quote and signature containers of the usual mail programs become marks.
    """
    page = _Page()
    for token in _TOKEN.finditer(html):
        name = token[3]
        if name is not None:
            _tag(page, name.lower(), token[4], closing=bool(token[2]))
        elif token[5] is not None:
            _text(page, token[5])
    _end_mark(page)
    text = "".join(page.out)
    return Rendered(text, tuple(page.marks))


def _text(page: _Page, raw: str) -> None:
    if page.hidden:
        return
    text = _ENTITY.sub(_entity, raw) if "&" in raw else raw
    if page.kept:
        _write(page, text)
        page.line_ends = min(2, len(text) - len(text.rstrip("\n"))) if text.rstrip("\n") else page.line_ends
        return
    words = _BLANKS.sub(" ", text)
    if words[:1] == " ":
        words = words[1:]
        page.blank = True
    if not words:
        return
    if page.blank and not page.line_ends:
        words = " " + words
    page.blank = words[-1] == " "
    _write(page, words[:-1] if page.blank else words)
    page.line_ends = 0


def _entity(found: re.Match[str]) -> str:
    text = unescape(found[0])
    return " " if text in {"\u00a0", "\r"} else clean_text(text)


def _write(page: _Page, text: str) -> None:
    page.out.append(text)
    page.length += len(text)


def _break(page: _Page, wanted: int) -> None:
    """See to it that the text ends with so many line ends."""
    page.blank = False
    if page.line_ends < wanted and not page.hidden:
        _write(page, "\n" * (wanted - page.line_ends))
        page.line_ends = wanted


def _tag(page: _Page, name: str, attributes: str, *, closing: bool) -> None:
    if name == "br":
        page.blank = False
        if not page.hidden:
            _write(page, "\n")
            page.line_ends = min(2, page.line_ends + 1)
        return
    if name in _PARAGRAPHS:
        _break(page, 2)
    elif name in _LINES:
        _break(page, 1)
    elif name in _CELLS:
        page.blank = True
    if closing:
        _close(page, name)
    elif name not in _VOID:
        _open(page, name, attributes)


def _open(page: _Page, name: str, attributes: str) -> None:
    if len(page.stack) >= _DEPTH_LIMIT:
        return
    element = _Open(name)
    if name == "pre":
        element.keeps = True
        page.kept += 1
    if name == "blockquote" or (attributes and _INTERESTING.search(attributes)):
        _look_at(page, element, name, attributes)
    page.stack.append(element)
    page.counts[name] = page.counts.get(name, 0) + 1


def _look_at(page: _Page, element: _Open, name: str, attributes: str) -> None:
    """Find out whether an element is hidden, a quote or a signature."""
    values = {
        found[1].lower(): (found[2] or found[3] or found[4] or "").lower() for found in _ATTRIBUTE.finditer(attributes)
    }
    style = values.get("style", "").replace(" ", "")
    if "display:none" in style:
        element.hides = True
        page.hidden += 1
    kind = _kind(name, values, style)
    if kind and not page.marked:
        page.marked, page.marked_from = kind, page.length
        follows = values.get("id", "").removeprefix("x_") in _QUOTE_IDS
        if follows and page.stack:
            page.stack[-1].marks = True
        elif not follows:
            element.marks = True


def _kind(name: str, values: dict[str, str], style: str) -> str:
    classes = {word.removeprefix("x_") for word in values.get("class", "").split()}
    identity = values.get("id", "").removeprefix("x_")
    if classes & _SIGNATURE_CLASSES or identity == "signature":
        return "signature"
    if (
        classes & _QUOTE_CLASSES
        or identity in _QUOTE_IDS
        or identity.startswith("cm_")
        or values.get("name") == "messagereplysection"
        or values.get("data-marker") == "__quoted_text__"
    ):
        return "quote"
    # Mail programs indent paragraphs with blockquotes, too: those have no border and cite nothing.
    indents = "border:none" in style or "webkit-indent-blockquote" in classes
    return "quote" if name == "blockquote" and (not indents or values.get("type") == "cite") else ""


def _close(page: _Page, name: str) -> None:
    """Close the innermost element of that name and all that is open inside it; nothing if none is open."""
    if not page.counts.get(name):
        return
    while page.stack:
        element = page.stack.pop()
        page.counts[element.name] -= 1
        page.hidden -= element.hides
        page.kept -= element.keeps
        if element.marks:
            _end_mark(page)
        if element.name == name:
            return


def _end_mark(page: _Page) -> None:
    if page.marked and page.length > page.marked_from:
        page.marks.append(Mark(page.marked, page.marked_from, page.length))
    page.marked = ""
