"""Which of these is you? Five ways to be reached too much, each with its shipped example and with the questions it needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from triaged.core.address import organisation
from triaged.setup.firstlook import Seen

_MOST_RING, _ONE_CUSTOMER = 0.3, 0.6


@dataclass(frozen=True, slots=True)
class Situation:
    """One way. `topics`: what is asked, in this order, beside what her mail shows."""

    name: str
    example: str  # the file of config/ whose rules and texts it takes
    topics: Sequence[str]
    passes: bool = False  # its rules know last-minute passes


SITUATIONS = (
    Situation("calls", "triaged", ("clients", "zone", "hours", "holidays", "calendar", "calls"), passes=True),
    Situation(
        "ringing", "consultant",
        ("clients", "zone", "hours", "holidays", "telephone", "calendar", "calls"), passes=True,
    ),
    Situation("one-customer", "project-manager", ("clients", "zone", "hours", "holidays", "calendar", "calls")),
    Situation("shift", "support", ("clients", "zone", "hours", "holidays", "cases", "delegate")),
    Situation("manager", "employee", ("manager", "zone", "hours", "holidays")),
)  # fmt: skip


def situation_named(name: str) -> Situation | None:
    """By its number in the list or its name."""
    numbered = {str(number): one for number, one in enumerate(SITUATIONS, 1)}
    return numbered.get(name) or next((one for one in SITUATIONS if one.name == name), None)


def likely_situation(seen: Seen | None) -> Situation:
    """What her mail looks like; without a sign the first."""
    if seen is None or not seen.senders:
        return SITUATIONS[0]
    if not seen.clients and seen.colleagues:  # nobody from elsewhere is answered: cases come in, or a manager asks
        home = {organisation(one.pattern.rpartition("@")[2]) for one in seen.colleagues}
        most, n = next(iter(seen.senders.most_common(1)))
        is_away = organisation(most.rpartition("@")[2]) not in home
        shift, manager = SITUATIONS[3:]
        return shift if is_away and n >= _MOST_RING * sum(seen.senders.values()) else manager
    total = sum(seen.senders.values())
    if sum(seen.senders[one] for one in seen.telephones) >= _MOST_RING * total:
        return SITUATIONS[1]
    came = [one.came for one in seen.clients]
    if len(came) > 1 and max(came) >= _ONE_CUSTOMER * sum(came):
        return SITUATIONS[2]
    return SITUATIONS[0]
