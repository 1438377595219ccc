"""Copies and mails to myself, put into a folder by APPEND; drafts taken away again.

An APPEND whose end was not seen is looked for by Message-ID before it is tried again.
"""

import base64
from collections.abc import Sequence
from datetime import datetime

from triaged.account import signinmail
from triaged.account.places import holds
from triaged.account.visit import Visit
from triaged.core.backoff import APPEND
from triaged.core.message import Message, read_raw
from triaged.ledger import Ledger
from triaged.ledger.entries import EffectRow
from triaged.mailbox import Refused

_LARGEST = 1024 * 1024
"""Octets of a draft that are looked at."""


async def carry_out(visit: Visit, effect: EffectRow) -> bool:
    """Do one of them. True when it is done."""
    try:
        if effect.kind == "remove":
            await _remove(visit, effect)
        else:
            await _append(visit, effect)
    except Refused as refusal:
        retry_at, why = visit.now() + APPEND.after(), str(refusal)
        await visit.write(Ledger.postpone, effect.id, retry_at, why)
        visit.events.emit(
            "account.degraded", reply=effect.reply, error=why, reason="a mail to a folder of mine is tried again"
        )
        return False
    now = visit.now()
    await visit.write(Ledger.done, effect.id, now)
    _say_delivered(visit, effect)
    return True


def _say_delivered(visit: Visit, effect: EffectRow) -> None:
    """A mail to myself lies in its folder: say so, where it is one that people wait for."""
    if event := effect.args.get("event"):
        visit.events.emit(event, folder=effect.args.get("folder"), client=effect.args.get("client"))


async def _append(visit: Visit, effect: EffectRow) -> None:
    raw = await _octets(visit, effect)
    folder = await _folder(visit, effect)
    if raw is None or folder is None:
        return
    message_id = str(effect.args.get("message_id") or "")
    if message_id and (effect.tries or effect.reply is not None):
        await visit.session.select(folder)
        if await visit.session.find(message_id, 1):
            if not effect.tries:  # this provider keeps what is sent by itself
                smtp = visit.account.smtp
                await visit.learn(saves_sent=smtp.host if smtp else None)
            return
    now = visit.now()
    await visit.write(Ledger.begin, [effect.id], now)
    flags = [str(flag) for flag in effect.args.get("flags", ["\\Seen"])]
    await visit.session.append(folder, raw, flags, _at(effect, now))


async def _octets(visit: Visit, effect: EffectRow) -> bytes | None:
    if effect.reply is not None:
        reply = effect.reply
        return await visit.write(Ledger.reply_raw, reply)
    if page := effect.args.get("signs_in_at"):
        return await signinmail.written(visit, str(page), str(effect.args["message_id"]))
    written = effect.args.get("raw")
    return base64.b64decode(written) if written else None


async def _folder(visit: Visit, effect: EffectRow) -> str | None:
    if effect.reply is None:
        return visit.layout.named(str(effect.args.get("folder") or visit.layout.home))
    if visit.layout.sent:
        return visit.layout.sent[0]
    wanted = visit.account.folders.sent[0]
    return await visit.session.ensure("Sent" if wanted == "auto" else wanted)


def _at(effect: EffectRow, now: datetime) -> datetime:
    written = effect.args.get("at")
    return datetime.fromisoformat(written) if written else now


async def _remove(visit: Visit, effect: EffectRow) -> None:
    """A draft of ours that is no longer wanted: into the bin, and only it."""
    folder = effect.args.get("folder") or visit.layout.drafts
    message_id, session = str(effect.args.get("message_id") or ""), visit.session
    if not folder or await session.status(str(folder)) is None:
        return
    trash = await session.special("trash")
    in_trash = effect.tries and trash is not None and await holds(session, trash, message_id)
    await session.select(str(folder))
    found = await session.find(message_id, 1)
    now = visit.now()
    if not found or await _is_hers(visit, effect, found):
        return
    if not await visit.write(Ledger.begin, [effect.id], now):
        return
    if in_trash:
        await session.finish_move(found)  # an attempt whose end was not seen had copied it already
    elif trash is not None and trash != folder and session.can_move:
        await session.move(found, trash)
    else:
        await session.store(found, add=["\\Deleted"])


async def _is_hers(visit: Visit, effect: EffectRow, uids: Sequence[int]) -> bool:
    """Whether the paper for a call was edited where it lies: then it is no more than hers, and stays."""
    reply = await visit.write(Ledger.reply, effect.reply) if effect.reply is not None else None
    if reply is None or reply.kind != "paper":
        return False
    written = await visit.write(Ledger.reply_raw, reply.id)
    lies = [read_raw(await visit.session.raw(uid, _LARGEST)) for uid in uids]
    return written is None or any(_says(one) != _says(read_raw(written)) for one in lies)


def _says(message: Message) -> tuple[object, ...]:
    """What a person changes in a draft; how a server writes it down is another matter."""
    whom = (message.to, message.cc, message.bcc)
    return (*whom, message.subject, message.text.split(), tuple(message.attachments))
