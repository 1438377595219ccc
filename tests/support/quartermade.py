"""A plan of a quarter from a seed: the letters, then what I did about them, then what the daemon said."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from random import Random

from support.quarter import (
    BEGIN,
    BERLIN,
    DANA,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    NUMBER,
    PEOPLE,
    SAM,
    TOM,
    UNTIL,
    Ack,
    Answer,
    Letter,
    Mark,
    Promise,
    Quarter,
    berlin,
)


def quarter(seed: int) -> Quarter:
    """The plan of a seed."""
    return _Making(Random(seed)).made()


class _Making:
    """A plan on its way."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.letters: list[Letter] = []
        self.answers: list[Answer] = []
        self.marks: list[Mark] = []
        self.taken: set[datetime] = set()

    def made(self) -> Quarter:
        for number in range(220):
            self._thread(f"t{number}", self._any_time())
        for number in range(12):
            self._burst(f"b{number}", self._any_time())
        for number in range(60):
            self._robot(f"r{number}", self._any_time())
        self.letters.sort(key=lambda one: one.at)
        for thread in dict.fromkeys(one.thread for one in self.letters if one.what == "question"):
            self._answered([one for one in self.letters if one.thread == thread])
        self.answers.sort(key=lambda one: one.at)
        self._acknowledged()
        self._by_hand()
        return Quarter(self.letters, self.answers, self.marks)

    # -- letters

    def _any_time(self) -> datetime:
        span = (berlin(12, 31) - BEGIN) // MINUTE
        return BEGIN + self.chance.randrange(span) * MINUTE

    def _free(self, at: datetime) -> datetime:
        """No two things happen in the same minute."""
        while at in self.taken:
            at += MINUTE
        self.taken.add(at)
        return at

    def _thread(self, name: str, at: datetime) -> None:
        client = self.chance.choice([*PEOPLE, *PEOPLE, None])
        people = PEOPLE[client] if client else (f"someone{name}@elsewhere.example",)
        refs: tuple[str, ...] = ()
        for number in range(self.chance.choice([1, 1, 1, 2, 3, 5])):
            asks = not number or self.chance.random() < 0.75
            letter = Letter(
                id=f"<{name}.{number}@client.example>",
                at=self._free(at),
                client=client,
                sender=self.chance.choice(people),
                thread=name,
                refs=refs,
                what="question" if asks else "thanks",
                subject=f"Re: about {name}"
                if number and self.chance.random() < 0.8
                else f"about {name}, part {number}",
            )
            self.letters.append(letter)
            refs = (*refs, letter.id)
            at += self.chance.choice([4 * MINUTE, 3 * HOUR, 26 * HOUR, 4 * DAY, 12 * DAY])
            if at > UNTIL - DAY:
                break

    def _burst(self, name: str, at: datetime) -> None:
        client = self.chance.choice(list(PEOPLE))
        rings = client == "shelter" and self.chance.random() < 0.6
        for number in range(self.chance.choice([2, 3, 4, 6])):
            if rings:
                self._voicemail(f"{name}.{number}", at)
            else:
                self.letters.append(
                    Letter(
                        id=f"<{name}.{number}@client.example>",
                        at=self._free(at),
                        client=client,
                        sender=PEOPLE[client][0],
                        thread=f"{name}.{number}",
                        refs=(),
                        what="question",
                        subject=f"about {name}.{number}",
                    )
                )
            at += self.chance.randrange(1, 11) * MINUTE

    def _voicemail(self, name: str, at: datetime) -> None:
        self.letters.append(
            Letter(
                id=f"<{name}@telephone.example>",
                at=self._free(at),
                client="shelter",
                sender="voicemail@sipgate.de",
                thread="phone",
                refs=(),
                what="voicemail",
                subject=f"Neue Voicemail von {NUMBER}",
            )
        )

    def _robot(self, name: str, at: datetime) -> None:
        client = self.chance.choice(list(PEOPLE))
        sender = f"news@{PEOPLE[client][0].partition('@')[2]}"
        self.letters.append(
            Letter(
                id=f"<{name}@client.example>",
                at=self._free(at),
                client=client,
                sender=sender,
                thread=name,
                refs=(),
                what="robot",
                subject=f"Newsletter {name}",
            )
        )

    # -- what I did

    def _answered(self, thread: list[Letter]) -> None:
        """Some at once, some after weeks, some never; now and then to somebody else, or to nobody's message."""
        first = thread[0]
        if first.client is None:
            return
        at = first.at
        for number in range(self.chance.choice([0, 1, 1, 1, 1, 2, 3])):
            at += self.chance.choice([6 * MINUTE, 50 * MINUTE, 5 * HOUR, 20 * HOUR, 3 * DAY, 9 * DAY, 30 * DAY])
            earlier = [one for one in thread if one.at < at]
            if at >= NOW or not earlier:
                return
            self._write(
                f"<{first.thread}.mine{number}@roth.example>", self._free(at), self.chance.choice(earlier), thread
            )

    def _write(self, name: str, at: datetime, to: Letter, thread: list[Letter]) -> None:
        lot = self.chance.random()
        if lot < 0.08:
            self.marks.append(Mark(to, at))
            return
        refs = (*to.refs, to.id) if lot < 0.5 else (to.id,)
        answer = Answer(name, at, DANA, to.sender, "", to.thread, refs, reaches=True)
        if 0.08 <= lot < 0.16:
            answer.to, answer.reaches = TOM, False  # passed on to a colleague
        elif lot < 0.22:
            answer.thread, answer.refs = None, ()  # a new mail: nobody knows what it answers
        elif lot < 0.3:
            answer.sender, answer.cc = SAM, DANA
        elif lot < 0.4:
            answer.to, answer.cc = TOM, to.sender
        self.answers.append(answer)

    def answered_at(self, letter: Letter) -> datetime | None:
        """When a person answered it."""
        later = [a.at for a in self.answers if a.thread == letter.thread and a.reaches and a.at >= letter.at]
        later += [m.at for m in self.marks if m.letter.thread == letter.thread and m.letter.at >= letter.at]
        return min(later, default=None)

    def _answered_by(self, letter: Letter, now: datetime) -> bool:
        at = self.answered_at(letter)
        return at is not None and at <= now

    # -- what the daemon said and did

    def _acknowledged(self) -> None:
        pending: dict[str, Ack] = {}
        for letter in self.letters:
            self._decide(letter)
            if letter.client is None or letter.what != "question" or self.chance.random() < 0.25:
                continue
            waiting = pending.get(letter.sender)
            if waiting is not None and waiting.at > letter.at:
                if not self._busy(letter, waiting.at):
                    self._join(letter, waiting)
            elif (ack := self._ack(letter)) is not None:
                letter.ack = ack
                if ack.promise is not None:
                    ack.promise.letters.append(letter)
                if not ack.cancelled:
                    pending[letter.sender] = ack

    def _decide(self, letter: Letter) -> None:
        if letter.client is None:
            return
        if letter.what != "question":
            letter.rule = "robots" if letter.what == "robot" else "thanks and calls"
            return
        letter.verdict = self.chance.choices(("deferrable", "urgent", "left"), (6, 2, 2))[0]  # type: ignore[assignment]
        letter.rule = {"deferrable": "all waits", "urgent": "urgent words", "left": "to be read"}[letter.verdict]
        letter.spends_pass = letter.verdict == "urgent" and self.chance.random() < 0.4

    def _join(self, letter: Letter, waiting: Ack) -> None:
        letter.ack = waiting
        if waiting.promise is not None:
            waiting.promise.letters.append(letter)

    def _ack(self, letter: Letter) -> Ack | None:
        at = letter.at + 10 * MINUTE
        if busy := self._busy(letter, at):
            return self._too_late(letter, at, busy)
        open_one = self._open(letter)
        if open_one is not None:
            return Ack(at, letter.sender, open_one) if open_one.due > at else None
        if self.chance.random() < 0.15:
            return Ack(at, letter.sender, None)
        return Ack(at, letter.sender, self._new_promise(letter))

    def _busy(self, letter: Letter, until: datetime) -> list[Answer | Mark]:
        """What I did meanwhile that stops a reply."""
        return [
            *(a for a in self.answers
              if letter.at <= a.at <= until and (letter.sender in (a.to, a.cc) or a.thread == letter.thread)),
            *(m for m in self.marks if letter.at <= m.at <= until and m.letter.thread == letter.thread),
        ]  # fmt: skip

    def _too_late(self, letter: Letter, at: datetime, busy: list[Answer | Mark]) -> Ack | None:
        """A reply that was planned, and that my own answer stopped."""
        alone = not any(
            o is not letter and o.sender == letter.sender and abs(o.at - letter.at) < 15 * MINUTE for o in self.letters
        )
        mine = any(isinstance(a, Answer) and a.thread == letter.thread and a.reaches for a in busy)
        return Ack(at, letter.sender, None, cancelled=True) if alone and mine else None

    def _open(self, letter: Letter) -> Promise | None:
        """The open promise of the thread, which a new one must not replace."""
        before = [
            p for one in self.letters
            if one.thread == letter.thread and one.at < letter.at and (p := one.promise) is not None
            and not self._answered_by(one, letter.at)
        ]  # fmt: skip
        return next((p for p in before if not self._closed(p, letter.at)), None)

    def _closed(self, promise: Promise, now: datetime) -> bool:
        if promise.kind == "call":
            return promise.due <= now
        if promise.settled is not None and promise.settled <= now:
            return True
        return all(self._answered_by(one, now) for one in promise.letters)

    def _new_promise(self, letter: Letter) -> Promise:
        if letter.client == "shelter":
            return Promise("call", _next_call(letter.at + 30 * MINUTE))
        return Promise(
            "answer", self._free(letter.at + self.chance.choice([3 * HOUR, DAY, 2 * DAY, 7 * DAY, 60 * DAY]))
        )

    def _by_hand(self) -> None:
        for letter in self.letters:
            if letter.verdict == "deferrable" and self.chance.random() < 0.1:
                letter.hand = "back"
            elif letter.verdict == "urgent" and self.chance.random() < 0.1:
                letter.hand = "aside"
            unanswered = letter.what == "question" and letter.client is not None and self.answered_at(letter) is None
            if unanswered and letter.hand is None and letter.promise is None and self.chance.random() < 0.2:
                letter.gone = True
        for promise in dict.fromkeys(p for one in self.letters if (p := one.promise) is not None):
            never = all(self.answered_at(one) is None for one in promise.letters)
            if promise.kind == "answer" and never and len(promise.letters) == 1 and self.chance.random() < 0.3:
                promise.settled = self._free(promise.letters[0].at + self.chance.choice([HOUR, 5 * DAY]))


def _next_call(at: datetime) -> datetime:
    """The next Friday at ten on my clock."""
    return next(call for day in _days(at) if day.weekday() == 4 and (call := _at_ten(day)) >= at)


def _days(at: datetime) -> Iterator[datetime]:
    for number in range(9):
        yield at.astimezone(BERLIN) + number * DAY


def _at_ten(day: datetime) -> datetime:
    return datetime.combine(day.date(), time(10), BERLIN).astimezone(UTC)
