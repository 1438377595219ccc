"""Copies and mails to myself, put into a folder by APPEND; drafts taken away again.

An APPEND whose end was not seen is looked for by Message-ID before it is tried again.
"""

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from triaged.core.settings import Account
from triaged.ledger import Ledger
from triaged.ledger.values import EffectRow
from triaged.mailbox import Refused, Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk

_RETRY = timedelta(minutes=5)


async def carry_out(desk: "Desk", session: Session, account: Account, effect: EffectRow) -> bool:
    """Do one of them. True when it is done."""
    office = desk.office
    try:
        if effect.kind == "remove":
            await _remove(desk, session, effect)
        else:
            await _append(desk, session, account, effect)
    except Refused as refusal:
        retry_at, why = office.now() + _RETRY, str(refusal)
        await office.write(Ledger.postpone, effect.id, retry_at, why)
        desk.events.emit(
            "account.degraded", reply=effect.reply, error=why, reason="a mail to a folder of mine is tried again"
        )
        return False
    now = office.now()
    await office.write(Ledger.done, effect.id, now)
    desk.appended(effect)
    return True


async def _append(desk: "Desk", session: Session, account: Account, effect: EffectRow) -> None:
    office = desk.office
    raw = await _octets(desk, effect)
    folder = await _folder(desk, session, account, effect)
    if raw is None or folder is None:
        return
    message_id = str(effect.args.get("message_id") or "")
    if message_id and (effect.tries or effect.reply is not None):
        await session.select(folder)
        if await session.find(message_id, 1):
            if not effect.tries:  # this provider keeps what is sent by itself
                await office.write(Ledger.learn, desk.row.id, saves_sent=account.smtp.host if account.smtp else None)
            return
    now = office.now()
    await office.write(Ledger.begin, [effect.id], now)
    flags = [str(flag) for flag in effect.args.get("flags", ["\\Seen"])]
    await session.append(folder, raw, flags, _at(effect, now))


async def _octets(desk: "Desk", effect: EffectRow) -> bytes | None:
    if effect.reply is not None:
        reply = effect.reply
        return await desk.office.write(Ledger.reply_raw, reply)
    written = effect.args.get("raw")
    return base64.b64decode(written) if written else None


async def _folder(desk: "Desk", session: Session, account: Account, effect: EffectRow) -> str | None:
    if effect.reply is None:
        return str(effect.args.get("folder") or account.watch[0])
    if desk.layout is not None and desk.layout.sent is not None:
        return desk.layout.sent
    return await session.ensure("Sent" if account.folders.sent == "auto" else account.folders.sent)


def _at(effect: EffectRow, now: datetime) -> datetime:
    written = effect.args.get("at")
    return datetime.fromisoformat(written) if written else now


async def _remove(desk: "Desk", session: Session, effect: EffectRow) -> None:
    """A draft of ours that is no longer wanted: into the bin, and only it."""
    folder = effect.args.get("folder") or (desk.layout.drafts if desk.layout else None)
    message_id = str(effect.args.get("message_id") or "")
    if not folder or await session.status(str(folder)) is None:
        return
    trash = await session.special("trash")
    in_trash = effect.tries and trash is not None and await _is_in(session, trash, message_id)
    await session.select(str(folder))
    found = await session.find(message_id, 1)
    now = desk.office.now()
    if not found or not await desk.office.write(Ledger.begin, [effect.id], now):
        return
    if in_trash:
        await session.finish_move(found)  # an attempt whose end was not seen had copied it already
    elif trash is not None and trash != folder and session.can_move:
        await session.move(found, trash)
    else:
        await session.store(found, add=["\\Deleted"])


async def _is_in(session: Session, folder: str, message_id: str) -> bool:
    await session.select(folder)
    return bool(await session.find(message_id, 1))
