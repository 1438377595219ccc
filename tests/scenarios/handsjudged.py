"""What is wrong in two mailboxes, by what hands have done in them, what lies there and what went out; not by the ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import NamedTuple

WATCHED = (frozenset({"INBOX", "Clients"}), frozenset({"INBOX"}))
"""Of the first mailbox and of the second."""


SNOOZED = ("Deferred/Later", "Deferred/Tomorrow")
DONE = "Deferred/Done"
"""What is put there is dealt with, and filed in the archive."""

ASIDE = ("Deferred", *SNOOZED)
"""What lies there comes back."""


class Lying(NamedTuple):
    """A message as it lies somewhere."""

    mailbox: int
    folder: str
    uid: int
    subject: str
    flags: frozenset[str]


@dataclass(slots=True)
class Told:
    """What the hands know of one message, under the subject that is its own."""

    mailbox: int
    home: str
    sender: str
    copies: int = 1
    old: bool = False  # it lay there before first contact
    seen: bool = False  # the daemon has had the time to see it
    read: bool = False  # a hand has opened it, once at least
    copied: bool = False
    answered: bool = False
    taken: bool = False  # the daemon has had the time to see that a hand took it out or marked it as deleted
    put: str = ""  # where a hand has put it last
    moved: bool = False  # after the daemon had seen it

    def puts(self, place: str) -> None:
        """A hand does, somewhere."""
        self.put, self.moved = place, self.moved or self.seen


Memory = Mapping[str, Told]
"""By subject."""


def saw(memory: Memory, lying: Sequence[Lying]) -> None:
    """Take down that the daemon has had the time to see everything as it lies now."""
    for subject, told in memory.items():
        mine = [one for one in lying if one.subject == subject]
        watched = WATCHED[told.mailbox] | {*ASIDE, DONE}
        out = [one for one in mine if one.folder not in ASIDE or "\\Deleted" in one.flags]
        if told.seen and told.moved and not told.copied and len(out) == len(mine):
            told.taken = True
        told.seen = told.seen or any(one.folder in watched for one in mine)


def judge_replies(memory: Memory, sent: Sequence[Message], before: int) -> None:
    """No second one, and of those since `before` none that a hand has made needless.

    Raises:
        AssertionError: there is one.
    """
    for mail in sent[before:]:
        number = str(mail["In-Reply-To"]).strip("<>").partition("@")[0]
        subject = next(subject for subject in memory if subject.split()[1] == number)
        told = memory[subject]
        assert not told.old, f"{subject} is old and was answered"
        assert told.copied or not told.taken, f"{subject} was taken out by a hand and answered"
        assert not told.answered, f"{subject} was answered by a hand and again"
    twice = [str(asked) for asked, times in Counter(mail["In-Reply-To"] for mail in sent).items() if times > 1]
    assert not twice, f"answered twice: {twice}"


def judge_mail(memory: Memory, lying: Sequence[Lying]) -> None:
    """Everything is there as often as hands have left it, and as unread.

    Raises:
        AssertionError: it is not.
    """
    found = Counter(one.subject for one in lying)
    for subject, told in memory.items():
        assert found[subject] == told.copies, f"of {subject} there are {found[subject]}, not {told.copies}"
    for one in lying:
        told = memory[one.subject]
        assert told.read or "\\Seen" not in one.flags, f"{one.subject} is read, and nobody has opened it"
        assert told.answered or "\\Answered" not in one.flags, f"{one.subject} is answered by nobody"


def judge_places(memory: Memory, lying: Sequence[Lying]) -> None:
    """When nothing is due any more: back where it came to, or where a hand has put it.

    Raises:
        AssertionError: something lies elsewhere.
    """
    for one in lying:
        told = memory[one.subject]
        if "\\Deleted" in one.flags or (told.old and told.copied):
            continue
        if told.old and not told.put:
            assert one.folder == told.home, f"{one.subject} is old, and lies in {one.folder}"
            continue
        assert one.folder not in (*ASIDE, DONE), f"{one.subject} is stranded in {one.folder}"
        if told.copied:
            continue
        if not told.put:
            assert one.folder == told.home, f"{one.subject} came into {told.home} and lies in {one.folder}"
        elif told.put == DONE:
            assert one.folder == "Archive", f"{one.subject} was dealt with and lies in {one.folder}"
        elif told.put not in (*ASIDE, *WATCHED[told.mailbox]):
            assert one.folder == told.put, f"{one.subject} was put into {told.put} and lies in {one.folder}"
