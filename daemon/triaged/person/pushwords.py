"""The words of mails and pushes to myself: warnings and urgent messages, in my language. Values in, texts out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from triaged.core.settings import Person
from triaged.core.wording import when
from triaged.ledger.values import EffectRow, Item, PromiseRow


@dataclass(frozen=True, slots=True)
class Push:
    """A push as it goes out, and the line of the log about it."""

    title: str
    text: str
    reason: str


_WARNING = {
    "en": (
        "An answer to {client} falls due: {at}",
        (
            "You promised {client} ({to}) an answer by {at}.\n\nSubject: {subject}\nArrived: {arrived}\n{excerpt}\n\n"
            "Answer it from any device and this is settled.\n"
        ),
    ),
    "de": (
        "Eine Antwort an {client} wird fällig: {at}",
        (
            "Sie haben {client} ({to}) eine Antwort zugesagt: {at}.\n\nBetreff: {subject}\nEingegangen: {arrived}\n{excerpt}\n\n"
            "Antworten Sie von einem beliebigen Gerät, und es ist erledigt.\n"
        ),
    ),
    "fr": (
        "Une réponse à {client} arrive à échéance : {at}",
        (
            "Vous avez promis une réponse à {client} ({to}) : {at}.\n\nObjet : {subject}\nReçu : {arrived}\n{excerpt}\n\n"
            "Répondez depuis n’importe quel appareil, et c’est réglé.\n"
        ),
    ),
    "es": (
        "Vence una respuesta a {client}: {at}",
        (
            "Usted prometió una respuesta a {client} ({to}): {at}.\n\nAsunto: {subject}\nRecibido: {arrived}\n{excerpt}\n\n"
            "Responda desde cualquier dispositivo y queda resuelto.\n"
        ),
    ),
}


def _known(language: str) -> str:
    """The language of these words: mine where we have it, else English, dates and all."""
    return language if language in _PUSH else "en"


def warning_words(person: Person, promise: PromiseRow, item: Item | None, now: datetime) -> tuple[str, str]:
    """Subject and text of the note before an answer falls due."""
    language = _known(person.language)
    subject, text = _WARNING[language]
    zone = person.worktime.zone
    client = person.roster.by_label(promise.client)
    values = {
        "client": client.name if client else promise.client,
        "to": promise.correspondent,
        "at": when(promise.due_at, language, zone, now),
        "subject": (item.subject if item else None) or "–",
        "arrived": when(item.arrived_at, language, zone, now) if item else "–",
        "excerpt": f"\n“{item.excerpt}”" if item and item.excerpt else "",
    }
    return subject.format(**values), text.format(**values)


_UNWATCHED = {
    "en": (
        "{account} is not watched",
        "Since {since} nothing proves that the mail of {account} is watched. Look into the mailbox yourself. {error}",
    ),
    "de": (
        "{account} wird nicht beobachtet",
        "Seit {since} belegt nichts, dass die Post von {account} beobachtet wird. Sehen Sie selbst ins Postfach. {error}",
    ),
    "fr": (
        "{account} n’est plus surveillé",
        "Depuis {since}, rien ne prouve que le courrier de {account} est surveillé. Regardez vous-même la boîte. {error}",
    ),
    "es": (
        "{account} no se vigila",
        "Desde {since} nada prueba que se vigile el correo de {account}. Mire usted mismo el buzón. {error}",
    ),
}
_WATCHED = {
    "en": ("{account} is watched again", "The mail of {account} is watched again. It was not since {since}."),
    "de": ("{account} wird wieder beobachtet", "Die Post von {account} wird wieder beobachtet. Sie wurde es nicht seit {since}."),
    "fr": ("{account} est de nouveau surveillé", "Le courrier de {account} est de nouveau surveillé. Il ne l’était plus depuis {since}."),
    "es": ("{account} se vigila de nuevo", "El correo de {account} se vigila de nuevo. No se vigilaba desde {since}."),
}  # fmt: skip


def watching_words(
    person: Person, account: str, since: datetime, error: str, now: datetime, *, over: bool
) -> tuple[str, str]:
    """Title and text of the push about an account that is not watched, or is again."""
    words = _WATCHED if over else _UNWATCHED
    language = _known(person.language)
    title, text = words[language]
    at = when(since, language, person.worktime.zone, now)
    return title.format(account=account), text.format(account=account, since=at, error=error).strip()


_PUSH = {
    "en": {
        "urgent": "{name}: urgent",
        "urgents": "{name}: {count} urgent messages",
        "message": "{name} has written",
        "messages": "{name}: {count} messages",
        "call": "{name} rang",
        "calls": "{name} rang {count} times",
        "unverified": "(sender not verified)",
        "overdue": "An answer is overdue",
        "promised": "An answer promised to {name} is overdue.",
        "somebody": "a client",
    },
    "de": {
        "urgent": "{name}: dringend",
        "urgents": "{name}: {count} dringende Nachrichten",
        "message": "{name} hat geschrieben",
        "messages": "{name}: {count} Nachrichten",
        "call": "{name} hat angerufen",
        "calls": "{name} hat {count}-mal angerufen",
        "unverified": "(Absender nicht bestätigt)",
        "overdue": "Eine Antwort ist überfällig",
        "promised": "Eine Antwort, die {name} zugesagt ist, ist überfällig.",
        "somebody": "einem Kunden",
    },
    "fr": {
        "urgent": "{name} : urgent",
        "urgents": "{name} : {count} messages urgents",
        "message": "{name} a écrit",
        "messages": "{name} : {count} messages",
        "call": "{name} a appelé",
        "calls": "{name} a appelé {count} fois",
        "unverified": "(expéditeur non vérifié)",
        "overdue": "Une réponse est en retard",
        "promised": "Une réponse promise à {name} est en retard.",
        "somebody": "un client",
    },
    "es": {
        "urgent": "{name}: urgente",
        "urgents": "{name}: {count} mensajes urgentes",
        "message": "{name} ha escrito",
        "messages": "{name}: {count} mensajes",
        "call": "{name} ha llamado",
        "calls": "{name} ha llamado {count} veces",
        "unverified": "(remitente no verificado)",
        "overdue": "Una respuesta está atrasada",
        "promised": "Una respuesta prometida a {name} está atrasada.",
        "somebody": "un cliente",
    },
}
_CALLS = frozenset({"voicemail", "missed-call"})


def is_call(kinds: Iterable[str]) -> bool:
    """Whether these are the kinds of a caller's notice."""
    return not _CALLS.isdisjoint(kinds)


def push_words(
    person: Person, client: str, pushes: Sequence[tuple[EffectRow, Item | None]], *, subjects: bool, calls: int = 0
) -> Push:
    """One push about everything of one client that waits for it, in my language; other news of the service carry their own text.

    `calls`: how many calls of this client it tells of, with those that were not pushed; `subjects` False: none are named.
    """
    items = [item for _, item in pushes if item is not None]
    if not items:
        return _news(person, client, pushes)
    words = _PUSH[_known(person.language)]
    known = person.roster.by_label(client)
    title = _title(words, known.name if known else client, items, calls)
    lines = [_line(item, subjects=subjects) for item in items[-5:]]
    if (items[-1].decision or {}).get("verified") is False:
        lines.append(words["unverified"])
    return Push(title, "\n".join(lines), f"{len(items)} message{'s' if len(items) > 1 else ''}")


def _title(words: Mapping[str, str], name: str, items: Sequence[Item], calls: int) -> str:
    urgent = sum(item.verdict == "urgent" for item in items)
    if all(is_call(item.kind) for item in items):
        what, count = "call", max(calls, len(items))
    else:
        what, count = ("urgent", urgent) if urgent else ("message", len(items))
    return words[f"{what}s" if count > 1 else what].format(name=name, count=count)


def _line(item: Item, *, subjects: bool) -> str:
    if not subjects:
        return f"{item.sender}"
    return f"{item.subject}" if is_call(item.kind) and item.subject else f"{item.sender}: {item.subject or '–'}"


def _news(person: Person, client: str, pushes: Sequence[tuple[EffectRow, Item | None]]) -> Push:
    effect, _ = pushes[-1]
    if len({str(one.args.get("title")) for one, _ in pushes if one.args.get("text")}) > 1:  # of several accounts
        texts = dict.fromkeys(str(one.args["text"]) for one, _ in pushes if one.args.get("text"))
        return Push("triaged", "\n".join(texts), f"{len(texts)} news of the service")
    if effect.args.get("promise") is not None:
        words = _PUSH[_known(person.language)]
        known = person.roster.by_label(client)
        name = known.name if known else client or words["somebody"]
        return Push(words["overdue"], words["promised"].format(name=name), "an overdue promise")
    return Push(str(effect.args.get("title", "triaged")), str(effect.args.get("text", "")), "news of the service")
