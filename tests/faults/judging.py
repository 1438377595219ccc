"""What must hold in the end, whatever was done; and the figures of it, as a table."""

import collections
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping

from faults.field import Field

MUST_BE_EMPTY = {
    "put aside without a return": """SELECT id FROM item WHERE state = 'aside' AND id NOT IN
        (SELECT item FROM effect WHERE kind = 'back' AND state IN ('planned','trying'))""",
    "two returns of one message": """SELECT item FROM effect WHERE kind = 'back' AND state IN ('planned','trying')
        GROUP BY item HAVING count(*) > 1""",
    "a promise open that nobody was told": """SELECT id FROM promise WHERE state = 'open' AND id NOT IN
        (SELECT promise FROM reply WHERE promise IS NOT NULL AND state IN ('sent','in_doubt','drafted'))""",
    "a reply that is under way for ever": "SELECT id FROM reply WHERE state = 'sending'",
    "unreadable, nobody knows where": "SELECT id FROM item WHERE state = 'unreadable' AND uid IS NULL",
    "two verdicts about one message": "SELECT digest FROM item GROUP BY account, digest HAVING count(*) > 1",
}
"""Questions to the ledger at rest, and what an answer would mean."""

ABOVE_ALL = ("lost", "doubled", "answered twice", "stranded")

Complaints = dict[str, list[int]]


def complaints(field: Field) -> Complaints:
    """What does not hold; in the end nothing. Numbers of messages or people, by what is wrong with them."""
    every = set(range(1, field.sent + 1)) - field.unsure
    inbox, aside, replies = numbers(field, "INBOX"), numbers(field, "Deferred"), accepted(field)
    unreadable = given_up(field)
    writers = {field.correspondent(n) for n in every | field.unsure if field.kind(n) != "outage"}
    excused = field.excused
    spared = {field.correspondent(number) for number in field.dragged | field.answered | field.unsure | excused}
    blurred = {field.correspondent(number) for number in field.lost_at}  # wrote before and after its ledger was lost
    owed = {field.correspondent(n) for n in every - unreadable if field.kind(n) != "outage"} - spared
    waiting = ("question", "again")
    found: dict[str, set[int]] = {
        "lost": every - set(inbox) - set(aside),
        "doubled": {number for number, count in (inbox + aside).items() if count > 1},
        "answered twice": {person for person, count in replies.items() if count > 1} - blurred,
        "answered though urgent": set(replies) - writers,
        "not answered": owed - set(replies) - in_doubt(field),
        "forgotten": {
            n for n in set(inbox) - unreadable - field.dragged - field.unsure - excused if field.kind(n) in waiting
        },
        "taken back from the hand": (field.dragged & set(aside)) - field.unsure,
        "not brought back": {number for number in aside if field.kind(number) == "soon"},
        "stranded": set(aside) - rowed(field),
        "put aside though urgent": {number for number in aside if field.kind(number) == "outage"},
    }
    for what, sql in MUST_BE_EMPTY.items():
        found[what] = {row[0] if isinstance(row[0], int) else 0 for row in field.rows(sql)}
    return {what: sorted(wrong) for what, wrong in found.items() if wrong}


def numbers(field: Field, folder: str) -> collections.Counter[int]:
    """The clients' messages in a folder of both mailboxes."""
    found: collections.Counter[int] = collections.Counter()
    for user in field.users.values():
        with field.dovecot.client(user) as client:
            if not client.folder_exists(folder):
                continue
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            for start in range(0, len(uids), 1000):
                told = client.fetch(uids[start : start + 1000], ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
                found.update(number for data in told.values() if (number := _number(data)))
    return found


def _number(data: Mapping[bytes, object]) -> int:
    """The number of a message, from a FETCH of its Message-ID; 0: it is no client's."""
    words = b" ".join(value for key, value in data.items() if key.startswith(b"BODY") and isinstance(value, bytes))
    match = re.search(rb"<(\d+)@harbor", words)
    return int(match[1]) if match else 0


def rowed(field: Field) -> set[int]:
    """The messages that are put aside by the ledger: these come back."""
    found = (re.fullmatch(r"<(\d+)@harbor.example>", str(mid)) for (mid,) in field.rows(_ASIDE))
    return {int(match[1]) for match in found if match}


_ASIDE = """SELECT message_id FROM item WHERE state = 'aside' AND id IN
    (SELECT item FROM effect WHERE kind = 'back' AND state IN ('planned','trying'))"""


def accepted(field: Field) -> collections.Counter[int]:
    """How many replies the counting server took for each correspondent."""
    found = (re.match(r"g(\d+)@", message.recipients[0]) for message in list(field.sink.received))
    return collections.Counter(int(match[1]) for match in found if match)


def in_doubt(field: Field) -> set[int]:
    """Whose reply is shown as in doubt."""
    command = [sys.executable, "-m", "triaged", "queue", "--json", "-c", str(field.config)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=field.environment())
    shown = [json.loads(line) for line in said.stdout.splitlines()]
    return {int(n) for row in shown if row["state"] == "in_doubt" for n in re.findall(r"g(\d+)@", json.dumps(row))}


def given_up(field: Field) -> set[int]:
    """Messages that were in hand at three deaths: unreadable, urgent, where they were (ledger, transaction A')."""
    where = "WHERE state = 'unreadable' AND uid IS NOT NULL"
    sql = f"SELECT login, uid FROM item JOIN account ON account.id = item.account {where}"
    found: set[int] = set()
    for login, uid in field.rows(sql):
        with field.dovecot.client(str(login).partition("@")[0], "INBOX") as client:
            told = client.fetch([uid], ["FLAGS", "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
        found |= {_number(data) for data in told.values() if b"\\Flagged" in data[b"FLAGS"]}
    return found


# --- the figures ---------------------------------------------------------------------------------------------------


def table(field: Field, wrong: Complaints) -> str:
    """All that happened and what came of it, a line each."""
    lines = "\n".join(f"{name:<20} {figure:>7}   {words}".rstrip() for name, figure, words in _figures(field))
    verdict = "   ".join(f"{what} {len(wrong.get(what, ()))}" for what in ABOVE_ALL)
    others = "".join(f"\n{what}: {found[:20]}" for what, found in wrong.items())
    return f"{lines}\n{verdict}{others}\n"


def _figures(field: Field) -> Iterator[tuple[str, int, str]]:
    yield "kills", sum(field.kills.values()), _counted(field.kills)
    yield "faults", sum(field.faults.values()), _counted(field.faults)
    verdicts = _by(field, "SELECT verdict, count(*) FROM item GROUP BY 1")
    unsure = f"; unsure whether a hand or the delivery got through: {len(field.unsure)}" if field.unsure else ""
    yield "messages", field.sent, _counted(verdicts) + unsure
    yield "hands", len(field.dragged) + len(field.answered), f"dragged out {len(field.dragged)}, answered {len(field.answered)}"  # fmt: skip
    yield "put aside", _count(field, "SELECT count(*) FROM effect WHERE kind = 'aside' AND state = 'done'"), ""
    yield "brought back", _count(field, "SELECT count(*) FROM effect WHERE kind = 'back' AND state = 'done'"), ""
    states = _by(field, "SELECT replace(state, '_', ' '), count(*) FROM reply GROUP BY 1")
    yield "replies taken", len(field.sink.received), f"by the ledger: {_counted(states)}"
    yield "given up", len(given_up(field)), "in hand at three deaths: flagged, where they were"
    yield "starts", field.log(whole=True).count('"service.started"'), ""
    for what in ("MB", "descriptors", "threads"):
        sizes = [size[what] for _, size in field.sizes]
        yield f"most {what}", max(sizes, default=0), f"in each quarter of the time: {_by_quarter(sizes)}"


def _counted(counter: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items(), key=lambda each: -each[1]))


def _by(field: Field, sql: str) -> dict[str, int]:
    return {str(name or "none yet"): int(str(count)) for name, count in field.rows(sql)}


def _count(field: Field, sql: str) -> int:
    return int(str(field.rows(sql)[0][0]))


def _by_quarter(sizes: list[int]) -> str:
    quarter = max(1, -(-len(sizes) // 4))
    parts = [sizes[at : at + quarter] for at in range(0, len(sizes), quarter)]
    return ", ".join(str(max(part)) for part in parts)
