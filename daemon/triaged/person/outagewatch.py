"""The watch over outages: when an account's mail, or one folder of it, is not watched, or no reply of it can go.

Its person is told on her phone.

In: how the accounts are. Out: an event and one push an outage and channel, owed in the ledger, and one more when it is over;
an outage outlives a restart. Never by mail: what is dead may be the mail. Whoever says no, it is told alike.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.account.health import Health
from triaged.core.settings import Service
from triaged.ledger import Ledger, NewEffect
from triaged.person.personcontext import PersonContext
from triaged.person.pushwords import Outage, outage_words, unadopted_words

_SLEPT = timedelta(minutes=5)
"""Rounds are a minute apart: after a longer gap the machine was suspended, and what was well may need a moment."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an outage may last untold. An idling connection is proven every nine minutes."""

    watching: timedelta = timedelta(minutes=15)
    replies: timedelta = timedelta(hours=1)


def patience_of(service: Service | None) -> Patience:
    """As it is configured."""
    written = service.outage if service is not None else None
    return Patience() if written is None else Patience(written.calendar, written.calendar)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What can be out: what the ledger remembers while it is told and not over, and the names of the words for it."""

    fact: str
    begun: str
    ended: str
    what: str
    folder: str = ""  # that it is about; "": the account


_WATCHING = _Kind(
    "unwatched_since", "unwatched", "watched", "nothing has proven for {minutes} minutes that the mail is watched"
)
_REPLIES = _Kind("unsent_since", "unsent", "sendable", "for {minutes} minutes no reply could go")
_FOLDER = "unwatched_since:"


def _of_folder(folder: str) -> _Kind:
    what = folder.replace("{", "{{").replace("}", "}}") + " has not been watched for {minutes} minutes"
    return _Kind(_FOLDER + folder, _WATCHING.begun, _WATCHING.ended, what, folder)


@dataclass(frozen=True, slots=True)
class _State:
    """How one of them is: since when it is out, if it is; when it was last known to be well; how long it may be out untold."""

    out_since: datetime | None
    well_at: datetime | None
    error: str
    most: timedelta


@dataclass(slots=True)
class _Account:
    """What is remembered of an account from one look to the next."""

    floor: datetime  # nothing could be proven before
    excused: bool = False  # once for each trouble
    unadopted: int = 0  # messages that are in no row, as it was told
    told: dict[str, str] = field(default_factory=dict)  # by fact: since when
    said: set[str] = field(default_factory=set)  # in the log: a ledger that is full cannot remember that it was told


class OutageWatch:
    """Looks at the accounts of every person at each round. `patience` is asked anew each time."""

    def __init__(self, context: Context, patience: Callable[[], Patience] = Patience) -> None:
        self._patience = patience
        self._began = context.now()
        self._last: dict[str, datetime] = {}
        self._known: dict[int, _Account] = {}

    async def look(self, context: PersonContext) -> None:
        """Tell of every outage that lasts too long, and of every one that was told and is over."""
        now = context.now()
        last = self._last.get(context.key, now)
        self._last[context.key] = now
        slept = not timedelta() <= now - last <= _SLEPT
        for label, account in context.accounts.items():
            loop = account.loop
            known = self._known.setdefault(loop.row.id, _Account(self._began))
            _excuse(known, now, slept=slept, well=loop.health.state == "watching")
            patience = self._patience()
            await self._look_at(context, label, _WATCHING, _watching(loop.health, known.floor, patience.watching))
            await self._look_at(context, label, _REPLIES, _replies(loop.health, patience.replies))
            for folder in self._folders(loop):
                state = _folder(loop.health, folder, known.floor, patience.watching)
                await self._look_at(context, label, _of_folder(folder), state)
            await self._tell_unadopted(context, label)

    async def _tell_unadopted(self, context: PersonContext, label: str) -> None:
        """Messages that nobody brings back: told once, and again when there are more or fewer."""
        loop = context.accounts[label].loop
        known, count, person = self._known[loop.row.id], loop.health.unadopted, context.person
        if count and count != known.unadopted:
            title, text = unadopted_words(person, label, count)
            for channel in person.promises.notify or tuple(person.channels):
                args = {"channel": channel, "title": title, "text": text}
                key = f"unadopted:{loop.row.id}:{count}:{channel}"
                await context.write(Ledger.plan, NewEffect(key, "notify", context.key, context.now(), args=args))
        known.unadopted = count

    def _folders(self, loop: AccountLoop) -> list[str]:
        """Watched folders that are not watched, or were told to be not."""
        told = [fact for fact in {**loop.row.learned, **self._known[loop.row.id].told} if fact.startswith(_FOLDER)]
        return sorted({*loop.health.unwatched, *(fact.removeprefix(_FOLDER) for fact in told)})

    async def _look_at(self, context: PersonContext, label: str, kind: _Kind, state: _State) -> None:
        loop = context.accounts[label].loop
        known = self._known[loop.row.id]
        told = known.told.setdefault(kind.fact, str(loop.row.learned.get(kind.fact) or ""))
        if state.out_since is None:
            known.said.discard(kind.fact)
        if told and state.well_at is not None and state.well_at > datetime.fromisoformat(told):
            since = datetime.fromisoformat(told)
            await self._tell(context, kind, Outage(label, since, state.error, kind.folder), over=True)
        elif not told and state.out_since is not None and context.now() - state.out_since >= state.most:
            reason = kind.what.format(minutes=state.most // timedelta(minutes=1))
            if kind.fact not in known.said:
                known.said.add(kind.fact)
                loop.events.emit("account.degraded", level="error", error=state.error, reason=reason)
            await self._tell(context, kind, Outage(label, state.out_since, state.error, kind.folder), over=False)

    async def _tell(self, context: PersonContext, kind: _Kind, outage: Outage, *, over: bool) -> None:
        person, now = context.person, context.now()
        number, since = context.accounts[outage.account].id, outage.since.isoformat()
        name = kind.ended if over else kind.begun
        title, text = outage_words(person, outage, now, name)
        for channel in person.promises.notify or tuple(person.channels):
            args = {"channel": channel, "title": title, "text": text}
            key = ":".join((name, str(number), since, channel, *([outage.folder] if outage.folder else ())))
            await context.write(Ledger.plan, NewEffect(key, "notify", context.key, now, args=args))
        told = "" if over else since
        await context.write(Ledger.learn, number, **{kind.fact: told or None})
        self._known[number].told[kind.fact] = told


def _excuse(known: _Account, now: datetime, *, slept: bool, well: bool) -> None:
    """A machine that wakes gets the time that a connection takes, but a trouble that goes on is not excused again."""
    if well:
        known.excused = False
    if slept and not known.excused:
        known.floor, known.excused = now, not well


def _watching(health: Health, floor: datetime, most: timedelta) -> _State:
    proven = health.proven_alive
    return _State(max(proven, floor) if proven else floor, proven, health.error, most)


def _folder(health: Health, folder: str, floor: datetime, most: timedelta) -> _State:
    """A folder is well when the account was proven to be, and nothing says otherwise of it."""
    out = health.unwatched.get(folder)
    return _State(max(out.since, floor), None, out.why, most) if out else _State(None, health.proven_alive, "", most)


def _replies(health: Health, most: timedelta) -> _State:
    stuck = health.stuck()
    return _State(stuck.since if stuck else None, health.went_at(), stuck.error if stuck else "", most)
