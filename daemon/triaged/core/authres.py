"""Authentication-Results (RFC 8601) in, a verdict about the From address out.

Believes only what the person's own server wrote: fields with a configured authserv-id, which that server strips from
what comes in (RFC 8601 5). Looks nothing up, verifies no signature itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from triaged.core.address import has_organisation, organisation, same
from triaged.core.message import Message

MICROSOFT = "microsoft365"
"""The configured word for Microsoft 365, whose fields carry no authserv-id."""

_FIELDS_LIMIT = 50
_NAME = "authentication-results"
_GENERIC = frozenset(
    {"opendmarc", "opendkim", "opendkim.example", "localhost", "localhost.localdomain", "hostname", "localdomain"}
    | {"rspamd", "amavis", "spamassassin", "mail", "mx", "smtp", "server", "example.com", "none", "*"}
)
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"|[()]|\\.?|[^"()\\]+', re.DOTALL)
_IN_COMMENT = re.compile(r"[()]|\\.?|[^()\\]+", re.DOTALL)  # quotation marks mean nothing there (RFC 5322 3.2.2)
_EQUALS = re.compile(r"[ \t\r\n]*=[ \t\r\n]*")  # a line may be folded there too (RFC 8601 2.2)
_METHOD = re.compile(r"([a-z][a-z0-9_.-]*)(?:/\d+)?=([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"((?:header|smtp|policy)\.[a-z0-9_.-]+)=(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"[a-z0-9.-]+")
_BY = re.compile(rb"\bby[ \t]+([A-Za-z0-9.-]{1,253})")
_MICROSOFT_HOSTS = (b".outlook.com", b".outlook.de", b".outlook.cn", b".office365.us")
_HELD = "\ue000"  # stands for a blank or semicolon inside a quoted string
_POLICY = re.compile(r"\b(?:p|policy)=(none|quarantine|reject)\b", re.IGNORECASE)
_FOR_SUBDOMAINS = re.compile(r"\bsp=(none|quarantine|reject)\b", re.IGNORECASE)
_SEALED_FOR = re.compile(r"\bfromdomain=([^\s;)]+)", re.IGNORECASE)
_ACTION = re.compile(r"action=(?:o\.?)?(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose results to believe: authserv-ids, `*.suffix` for all hosts below a domain, `microsoft365`; none: unconfigured.

    `silent`: nothing that came lately bears such a field, so that its absence says nothing about a sender.
    """

    authserv_ids: tuple[str, ...] = ()
    silent: bool = False

    def believes(self, authserv_id: str) -> bool:
        """Say whether an id is one of mine; a suffix matches at a label's boundary only.

        Case does not matter, of ASCII letters: a server takes away what bears its name, not what merely folds to it.
        """
        known = same(authserv_id)
        host = _HOST.fullmatch(known) is not None
        return any(
            host and known.endswith(same(own[1:])) if own.startswith("*.") else known == same(own)
            for own in self.authserv_ids
            if known
        )


class Verdict(StrEnum):
    """What is known about the sender."""

    PASS = "pass"  # noqa: S105  # a result's name, no password
    FAIL = "fail"
    NONE = "none"
    UNCONFIGURED = "unconfigured"


@dataclass(frozen=True, slots=True)
class Authentication:
    """The verdict, why in words, and every authserv-id seen (believed or not; `microsoft365` for none), topmost first.

    `believed`: there is a field of my own server.
    """

    verdict: Verdict
    why: str
    ids_seen: tuple[str, ...] = ()
    believed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result: `dkim`, `pass`, its properties (`header.d`), and what the server says beside it in comments."""

    method: str
    result: str
    properties: Mapping[str, str]
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its authserv-id ("" where it has none), and its results. `plain`: the id is written as servers write it."""

    authserv_id: str
    results: tuple[Result, ...]
    plain: bool = True


def refused_id(authserv_id: str) -> str | None:
    """Why this authserv-id must not be configured, None if it may: senders everywhere write the generic ones."""
    known = authserv_id.strip().casefold()
    if known == MICROSOFT:
        return None
    if known in _GENERIC:
        return f"{authserv_id!r} is what servers everywhere call themselves: anybody's mail could claim it"
    host = known.removeprefix("*.")
    if "." not in host:
        return f"{authserv_id!r} is no full host name, so it may be anybody's"
    if known.startswith("*.") and not has_organisation(host):
        return f"{authserv_id!r} holds the hosts of everybody below {host}"
    return None


def authenticate(message: Message, trust: Trust) -> Authentication:
    """Judge the From address by the Authentication-Results fields that are to be believed.

    Returns:
        FAIL where a believed field says that the sender is forged, and its domain's policy is that such mail is to be
        refused (a failure alone: so looks what was forwarded, and small senders with SPF only); PASS where one says that the From domain or its
        organisation is authenticated, and none contradicts; NONE where there is no such field or no conclusion;
        UNCONFIGURED where nobody is to be believed.
    """
    fields = [read_field(raw) for raw in message.fields.raw(_NAME)[:_FIELDS_LIMIT]]
    seen = tuple(dict.fromkeys(field.authserv_id or MICROSOFT for field in fields if field))
    if not trust.authserv_ids:
        return Authentication(Verdict.UNCONFIGURED, "no authserv_id is configured", seen)
    author = message.author
    if author is None:
        return Authentication(Verdict.NONE, f"no single sender: {message.sender_defect}", seen)
    near, far = _believed(message, trust)
    if near is None:
        if message.sender is not None and _is_internal(message, trust):
            return Authentication(Verdict.PASS, "sent inside the Microsoft 365 organisation", seen)
        return Authentication(Verdict.NONE, "no Authentication-Results of a configured authserv_id", seen)
    verdict, why = _judge(near, far, author.domain)
    if message.sender is None and verdict is Verdict.PASS:
        return Authentication(Verdict.NONE, f"no single sender: {message.sender_defect}", seen, believed=True)
    return Authentication(verdict, why, seen, believed=True)


def _judge(near: list[Result], far: list[Result], domain: str) -> tuple[Verdict, str]:
    failed = [result for result in (*near, *far) if result.method == "dmarc" and result.result == "fail"]
    if failed:
        lenient = any(_is_vouched(result, domain) for result in near)
        strict = not lenient and any(_policy(result, domain) != "none" for result in failed)
        return (Verdict.FAIL, "dmarc=fail") if strict else (Verdict.NONE, "dmarc=fail, which its policy lets pass")
    dmarc = [result for result in near if result.method == "dmarc"]
    if any(result.result != "none" for result in dmarc):
        return _by_dmarc(dmarc, domain)
    return _by_alignment([*near, *far], near, domain)


def _is_vouched(result: Result, domain: str) -> bool:
    """Whether a forwarder's seal, which my server found whole (RFC 8617), says that it was right before it was forwarded."""
    sealed = _SEALED_FOR.search(result.remarks)
    return result.method == "arc" and result.result == "pass" and (sealed is None or _is_aligned(sealed[1], domain))


def _policy(result: Result, domain: str) -> str:
    """What the domain asks for mail that fails (RFC 7489 6.3), as the server tells it: none, quarantine, reject; "" unsaid."""
    named = result.properties.get("policy.published-domain-policy") or result.properties.get("policy.dmarc")
    if named:
        return named.casefold()
    own = _POLICY.search(result.remarks)
    below = _FOR_SUBDOMAINS.search(result.remarks) if organisation(domain) != domain else None
    found = below or own
    return (found[1] if found else result.properties.get("action", "")).casefold()


def _by_dmarc(dmarc: list[Result], domain: str) -> tuple[Verdict, str]:
    odd = next((result.result for result in dmarc if result.result != "pass"), None)
    if odd:
        # temperror, permerror, bestguesspass, or none beside a pass: no conclusion, whatever the policy
        return Verdict.NONE, f"dmarc={odd}"
    if all(_is_aligned(result.properties.get("header.from", ""), domain) for result in dmarc):
        return Verdict.PASS, "dmarc=pass"
    return Verdict.NONE, "dmarc=pass for another domain than From"


def _by_alignment(every: list[Result], near: list[Result], domain: str) -> tuple[Verdict, str]:
    """Without a DMARC policy: an aligned DKIM signature or SPF result counts (RFC 7489 3.1)."""
    if any(_is_dkim(result, domain) and result.result == "pass" for result in near):
        return Verdict.PASS, "dkim=pass for the From domain"
    spf = [(result in near, result.result) for result in every if _is_spf(result, domain)]
    if any(result == "fail" for _, result in spf):
        return Verdict.NONE, "spf=fail for the From domain"
    if spf and all(result == "pass" for _, result in spf) and any(close for close, _ in spf):
        return Verdict.PASS, "spf=pass for the From domain"
    return Verdict.NONE, "no result for the From domain"


def _is_dkim(result: Result, domain: str) -> bool:
    signer = result.properties.get("header.d") or result.properties.get("header.i", "")
    return result.method == "dkim" and _is_aligned(signer, domain)


def _is_spf(result: Result, domain: str) -> bool:
    return result.method == "spf" and _is_aligned(result.properties.get("smtp.mailfrom", ""), domain)


def _is_aligned(value: str, domain: str) -> bool:
    """Whether a domain, or an address's (some write whole addresses), is the From domain or of its organisation."""
    named = value.strip("<>").rpartition("@")[2].rstrip(".").lower()
    return bool(named) and (named == domain or organisation(named) == organisation(domain))


def _believed(message: Message, trust: Trust) -> tuple[list[Result] | None, list[Result]]:
    """The results to believe (None: there is no such field), and those that may only count against the sender.

    The person's server writes its fields in one run. What carries its id below a further Received field has come in
    with the message, or from a gateway before it.
    """
    near: list[Result] = []
    far: list[Result] = []
    started = ended = False
    for field in _fields_from_the_top(message, trust):
        if field is None:
            ended = started
            continue
        started = True
        (far if ended else near).extend(field.results)
    return near if started else None, far


def _fields_from_the_top(message: Message, trust: Trust) -> Iterator[Field | None]:
    """The believed fields in order; None for every Received field between them."""
    microsoft = MICROSOFT in trust.authserv_ids
    count = 0
    for name, raw in message.fields:
        if name == "received":
            # Microsoft writes its field above the hop from outside; below a foreign hop nothing is its own.
            microsoft = microsoft and _is_microsoft_hop(raw)
            yield None
        elif name == _NAME and count < _FIELDS_LIMIT:
            count += 1
            field = read_field(raw)
            if field and ((field.plain and trust.believes(field.authserv_id)) or (microsoft and not field.authserv_id)):
                microsoft = microsoft and bool(field.authserv_id)  # the topmost alone is Microsoft's
                yield field


def _is_microsoft_hop(raw: bytes) -> bool:
    host = _BY.search(raw)
    return host is not None and host[1].lower().endswith(_MICROSOFT_HOSTS)


def _is_internal(message: Message, trust: Trust) -> bool:
    """Mail inside one organisation is not checked; Exchange Online strips this field from what comes from outside."""
    internal = message.fields.first("x-ms-exchange-organization-authas") or ""
    return MICROSOFT in trust.authserv_ids and internal.casefold() == "internal"


def read_field(raw: bytes) -> Field | None:
    """Read one field body, comments and quoted strings honoured; None if it cannot be told what is inside them."""
    remarks: dict[int, str] = {}
    plain = _without_comments(raw.decode("utf-8", "replace"), remarks)
    if plain is None:
        return None
    first, *rest = plain.split(";")
    words = first.split()
    if words and "=" in words[0]:  # no authserv-id: Microsoft
        return Field("", tuple(_results([first, *rest], remarks)))
    if not words:
        return None
    named = words[0].replace(_HELD, " ")
    return Field(same(named), tuple(_results(["", *rest], remarks)), _is_plain(raw, named))


def _is_plain(raw: bytes, named: str) -> bool:
    """Whether the id stands there as every server writes it: in front, neither quoted nor behind a comment.

    What takes fields of its own name away from mail that comes in seldom knows the other ways to write it (RFC 8601 2.2).
    """
    return named.isascii() and raw.lstrip(b" \t\r\n").lower().startswith(named.encode("ascii").lower())


def _without_comments(text: str, remarks: dict[int, str]) -> str | None:
    """The text, quoted strings as single words, comments put aside by the number of their statement; None: one is not closed."""
    out: list[str] = []
    depth = position = statement = began = 0
    while position < len(text):
        token = (_IN_COMMENT if depth else _TOKEN).match(text, position)
        if token is None:
            return None  # a quotation mark that is not closed
        if token[0] == "(":
            began = began if depth else token.end()
            depth += 1
        elif token[0] == ")":
            depth -= 1
            out.append(" ")
            if not depth:
                remarks[statement] = f"{remarks.get(statement, '')} {text[began:position]}"
        elif not depth:
            out.append(_as_word(token[1]) if token[0][0] == '"' else token[0])
            statement += out[-1].count(";")
        position = token.end()
        if depth < 0:
            return None
    return None if depth else _EQUALS.sub("=", "".join(out))


def _as_word(quoted: str) -> str:
    return "".join(_HELD if one in " \t;=" else one for one in quoted)


def _results(statements: list[str], remarks: Mapping[int, str]) -> Iterator[Result]:
    for number, statement in enumerate(statements):
        words = statement.split()
        method = _METHOD.fullmatch(words[0]) if words else None
        if method is None:
            continue  # "none", or a stray word in old fields of Microsoft's
        properties: dict[str, str] = {}
        for word in words[1:]:
            if named := _PROPERTY.fullmatch(word):
                properties.setdefault(named[1].lower(), named[2].replace(_HELD, " "))
            elif named := _ACTION.fullmatch(word):  # Microsoft's
                properties.setdefault("action", named[1].lower())
        yield Result(method[1].lower(), method[2].lower(), properties, remarks.get(number, ""))
