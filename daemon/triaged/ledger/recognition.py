"""Whether a message that is seen is one that was decided: by its place, by what it is made of, by who wrote it when.

Two messages may be made of the same fields: mail collectors and programs that reuse ids write such. Where one of them still
lies in its place, the other is a second one, with an item of its own. Nobody but the mailbox knows: it is asked (`Elsewhere`).
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Sequence
from dataclasses import dataclass

from triaged.core.errors import TriagedError
from triaged.core.message import Message
from triaged.ledger.engine import Connection
from triaged.ledger.entries import AccountRow, Admission, Arriving, Place, Window
from triaged.ledger.instants import to_ms
from triaged.ledger.rows import encode

_AT = "SELECT id, state FROM item WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?"
_COLUMNS = "id, state, folder, uidvalidity, uid, arrived_at, server_id"
_ALIKE = f"""
SELECT {_COLUMNS} FROM item WHERE account = :account AND digest IN (:digest, :older) AND state <> 'new'
UNION ALL
SELECT {_COLUMNS} FROM item WHERE account = :account AND digest > :digest || '+' AND digest < :digest || ',' AND state <> 'new'
ORDER BY id
"""
_BY_IDENTITY = f"""
SELECT {_COLUMNS} FROM item WHERE message_id = ? AND person = ? AND account = ? AND sender IS ?
AND dated_at IS ? AND uid IS NULL AND state <> 'new' ORDER BY id DESC LIMIT 1
"""
_ANY_KNOWN = """
SELECT 1 FROM item WHERE account = :account AND folder = :folder AND uidvalidity = :uidvalidity AND uid >= :first AND uid <= :last
UNION ALL
SELECT 1 FROM json_each(:digests) j CROSS JOIN item i ON i.account = :account AND i.digest = j.value
UNION ALL
SELECT 1 FROM json_each(:ids) j CROSS JOIN item i ON i.message_id = j.value AND i.person = :person AND i.account = :account
  AND i.uid IS NULL AND i.state <> 'new'
LIMIT 1
"""
_MOVING = "SELECT 1 FROM effect WHERE item = ? AND kind IN ('aside','urgent','back') AND state IN ('planned','trying')"
_SEEN_THERE = (
    "UPDATE effect SET args = json_patch(args, ?) WHERE item = ? AND kind = 'back' AND state IN ('planned','trying')"
)


class Elsewhere(TriagedError):
    """Messages of a window may be known ones at other places: nothing was written. Ask whether those still lie there."""

    def __init__(self, places: dict[int, Place]) -> None:
        super().__init__("it is not known whether known messages still lie where they lay")
        self.places = places  # by item


@dataclass(frozen=True, slots=True)
class _Row:
    """An item that a message may be."""

    item: int
    state: str
    folder: str | None
    uidvalidity: int | None
    uid: int | None
    arrived_at: int
    server_id: str | None

    @property
    def place(self) -> Place | None:
        if self.folder is None or self.uidvalidity is None or self.uid is None:
            return None
        return Place(self.folder, self.uidvalidity, self.uid)

    def is_outdated(self, place: Place) -> bool:
        """Whether its place says nothing: it was lost, or its folder was numbered anew."""
        return self.uid is None or (self.folder == place.folder and self.uidvalidity != place.uidvalidity)


def digest_of(place: Place | None, message: Message, *, second: bool) -> str:
    """The digest of an item; that of a second message of the same fields says where it was seen first."""
    if not second or place is None:
        return message.digest
    return f"{message.digest}+{place.folder}/{place.uidvalidity}.{place.uid}"


def are_all_new(db: Connection, window: Window) -> bool:
    """Whether none of the messages of a folder can be known: one question. Where any may be, each is asked about."""
    messages = window.messages
    digests = {a.message.digest for a in messages}
    uids = {a.place.uid for a in messages if a.place is not None}
    folders = {(a.place.folder, a.place.uidvalidity) for a in messages if a.place is not None}
    if len(folders) != 1 or not len(digests) == len(uids) == len(messages):
        return False
    ((folder, uidvalidity),) = folders
    given = {
        "account": window.account.id,
        "person": window.account.person,
        "digests": encode([*digests, *(a.message.older_digest for a in messages)]),
        "ids": encode([a.message.message_id for a in messages if a.message.message_id is not None]),
        "folder": folder,
        "uidvalidity": uidvalidity,
        "first": min(uids),
        "last": max(uids),
    }
    return db.execute(_ANY_KNOWN, given).fetchone() is None


def ask_about(db: Connection, window: Window) -> None:
    """Before anything is written: are there known messages of which only the mailbox knows whether they still lie there?

    Raises:
        Elsewhere: there are; ask, and come again with the answers in the window.
    """
    here = {a.place for a in window.messages}
    doubtful: dict[int, Place] = {}
    for a in window.messages:
        if a.place is None or _item_at(db, window.account, a.place):
            continue
        for row in _alike(db, window.account, a):
            if row.item not in window.asked and row.place not in here and not row.is_outdated(a.place):
                assert row.place is not None
                doubtful[row.item] = row.place
    if doubtful:
        raise Elsewhere(doubtful)


def known(db: Connection, window: Window, a: Arriving) -> Admission | None:
    """The item that this message is, if it was decided before; None: it is new, or a second one like another."""
    account = window.account
    if a.place is not None and (at := _item_at(db, account, a.place)):
        item, state = at
        if state != "new":
            return Admission(a, item=item, known=True, how="same")
        # the strikes of a message that could be read after all
        db.execute("DELETE FROM item WHERE id = ? AND state = 'new'", (item,))
    found = _the_very_one(window, a, _alike(db, account, a)) or _by_identity(db, account, a)
    return _seen_again(db, account, a, found) if found else None


def is_second(db: Connection, account: AccountRow, a: Arriving) -> bool:
    """Whether a message that is new is made of the same fields as one that is known."""
    return bool(_alike(db, account, a))


def adoptable(db: Connection, account: AccountRow, a: Arriving) -> int | None:
    """The item of a message that a hand has put aside; of a copy of what lies aside already there is none yet."""
    alike = _alike(db, account, a)
    return next((row.item for row in alike if row.place == a.place or row.state != "aside"), None)


def _the_very_one(window: Window, a: Arriving, alike: Sequence[_Row]) -> _Row | None:
    """Of the items made of the same fields the one that this message is: of the same arrival, or whose place is lost."""
    if a.place is None:
        return alike[0] if alike else None
    if a.server_id is not None and (same := next((r for r in alike if r.server_id == a.server_id), None)):
        return same
    here = {one.place for one in window.messages}
    gone = [row for row in alike if row.is_outdated(a.place) or not (row.place in here or row.item in window.standing)]
    arrived = to_ms(a.arrived_at)
    # COPY keeps INTERNALDATE: what was put aside and is seen again with it was copied or dragged by hand
    dragged = [row for row in alike if row.state == "aside" and row.arrived_at == arrived]
    return next(iter(sorted([*gone, *dragged], key=lambda row: row.arrived_at != arrived)), None)


def _item_at(db: Connection, account: AccountRow, place: Place) -> tuple[int, str] | None:
    found: tuple[int, str] | None = db.execute(_AT, (account.id, place.folder, place.uidvalidity, place.uid)).fetchone()
    return found


def _alike(db: Connection, account: AccountRow, a: Arriving) -> list[_Row]:
    """Items made of the same fields, but for those that the server itself tells apart."""
    given = {"account": account.id, "digest": a.message.digest, "older": a.message.older_digest}
    rows = [_Row(*row) for row in db.execute(_ALIKE, given)]
    return [row for row in rows if None in (row.server_id, a.server_id) or row.server_id == a.server_id]


def _by_identity(db: Connection, account: AccountRow, a: Arriving) -> _Row | None:
    """A message whose Received fields a server has touched: only one whose place was lost can be it."""
    message = a.message
    if message.message_id is None or a.place is None:
        return None
    given = (message.message_id, account.person, account.id, a.who.correspondent, to_ms(message.date))
    found = db.execute(_BY_IDENTITY, given).fetchone()
    return _Row(*found) if found else None


def _seen_again(db: Connection, account: AccountRow, a: Arriving, row: _Row) -> Admission:
    """Known at another place. Where nothing is under way the new place is simply remembered."""
    if a.place is None:
        return Admission(a, item=row.item, known=True, how="same")
    outdated = row.is_outdated(a.place)
    moving = not outdated and (row.state == "aside" or db.execute(_MOVING, (row.item,)).fetchone())
    if moving or (outdated and row.state == "aside" and not _is_deferred(db, account, a.place)):
        # whoever looks may be killed before he has; the watermark has passed it by then
        db.execute(_SEEN_THERE, (encode({"seen": [a.place.folder, a.place.uidvalidity, a.place.uid]}), row.item))
        return Admission(a, item=row.item, known=True, how="reappeared")
    put_place(db, row.item, a.place)
    if row.state == "gone":
        db.execute("UPDATE item SET state = 'here' WHERE id = ? AND state = 'gone'", (row.item,))
    return Admission(a, item=row.item, known=True, how="placed")


def _is_deferred(db: Connection, account: AccountRow, place: Place) -> bool:
    found = db.execute("SELECT role FROM folder WHERE account = ? AND name = ?", (account.id, place.folder)).fetchone()
    return found is not None and found[0] == "deferred"


def put_place(db: Connection, item: int, place: Place | None) -> None:
    """Inside a transaction: where it lies now. Whoever was believed to lie there has lost its place."""
    if place is None:
        db.execute("UPDATE item SET uidvalidity = NULL, uid = NULL WHERE id = ? AND uid IS NOT NULL", (item,))
        return
    lost = db.execute(
        "UPDATE item SET uidvalidity = NULL, uid = NULL WHERE account = (SELECT account FROM item WHERE id = ?)"
        " AND folder = ? AND uidvalidity = ? AND uid = ? AND id <> ? RETURNING id, state",
        (item, place.folder, place.uidvalidity, place.uid, item),
    ).fetchall()
    for other, state in lost:
        if state in ("new", "unreadable"):  # nobody had read it: it is the very message that is known by another item
            _never_was(db, other)
    db.execute(
        "UPDATE item SET folder = ?, uidvalidity = ?, uid = ? WHERE id = ? AND state <> 'new'",
        (place.folder, place.uidvalidity, place.uid, item),
    )


def _never_was(db: Connection, item: int) -> None:
    db.execute("DELETE FROM effect WHERE item = ?", (item,))
    db.execute("DELETE FROM item WHERE id = ?", (item,))
