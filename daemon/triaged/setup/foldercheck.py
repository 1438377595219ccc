"""Which folders there are: those that are watched, and those that the work needs."""

from triaged.core.settings import Account, Mode
from triaged.mailbox import Role, Session
from triaged.setup.examination import Examination
from triaged.setup.finding import Finding


async def look(of: Examination) -> list[Finding]:
    """The watched folders first, then deferred, urgent, sent, drafts and trash."""
    account, session = of.account, of.session
    infos = await session.folders()
    known = of.figures["folders"] = [info.name for info in infos if info.selectable]
    found = [finding for name in account.watch for finding in await _watched(session, name, known)]
    found.append(await _ours(of, "deferred", account.folders.deferred))
    found += await _unadopted(of)
    if account.folders.urgent:
        found.append(await _ours(of, "urgent", account.folders.urgent))
    found.append(await _sent(of) or _no_sent(account))
    found.append(await _theirs(of, "drafts", account.folders.drafts) or _no_drafts(account))
    found.append(await _theirs(of, "trash", "auto") or Finding("folder trash", "note", "none found", _NO_TRASH))
    return found


_LISTED = 12  # folders named in a line
_NO_TRASH = "A message that is deleted by hand is taken for moved away; nothing else depends on it."


async def _watched(session: Session, name: str, known: list[str]) -> list[Finding]:
    there = await session.locate(name)
    if there is None:
        names = ", ".join(known[:_LISTED]) + (" …" if len(known) > _LISTED else "")
        return [Finding(f"folder {name}", "stop", "there is no such folder to watch", f"There are: {names}.")]
    selected = await session.select(there)
    findings = [Finding(f"folder {there}", "ok", f"watched, {selected.exists} messages")]
    if selected.read_only:
        findings.append(
            Finding(f"folder {there}", "warning", "it is read-only", "Nothing can be flagged or moved in it.")
        )
    kept = "kept" if selected.keywords else "not kept"
    findings.append(Finding("keywords", "ok", f"{kept}; triaged remembers in its own ledger and needs none"))
    return findings


async def _ours(of: Examination, what: str, name: str) -> Finding:
    there = of.figures[f"folder_{what}"] = await of.session.locate(name)
    if there is not None:
        return Finding(f"folder {what}", "ok", there)
    real = await of.session.as_made(name)
    if of.account.mode is Mode.OBSERVE:
        return Finding(f"folder {what}", "ok", f"{real} is not there yet; it is made when mode is draft or send")
    return Finding(f"folder {what}", "ok", f"{real} is not there yet; the daemon makes it")


async def _unadopted(of: Examination) -> list[Finding]:
    """What lies aside with our mark and in no row: a ledger was lost."""
    folder, session = of.figures["folder_deferred"], of.session
    if folder is None:
        return []
    selected = await session.select(folder)
    marks = session.marks_there.union(of.known.marks)
    if not session.keeps_keywords or not marks:
        return []
    marked = await session.marked(sorted(marks))
    unknown = [uid for uid in marked if (folder, selected.uidvalidity, uid) not in of.known.aside]
    of.figures["unadopted"] = len(unknown)
    if not unknown:
        return []
    found = f"{len(unknown)} messages that triaged put aside are in no row of its ledger"
    return [Finding("put aside", "warning", found, f"Nobody brings them back: triaged adopt {of.account.label}.")]


async def _theirs(of: Examination, role: Role, name: str) -> Finding | None:
    there = await of.session.special(role) if name == "auto" else await of.session.locate(name) if name else None
    of.figures[f"folder_{role}"] = there
    return Finding(f"folder {role}", "ok", there) if there is not None else None


async def _sent(of: Examination) -> Finding | None:
    there = await of.session.all_meant(of.account.folders.sent, "sent")
    of.figures["folder_sent"] = there[0] if there else None
    copies = f"{there[0]} (copies go there)" if len(there) > 1 else "".join(there)
    return Finding("folder sent", "ok", ", ".join([copies, *there[1:]])) if there else None


def _no_sent(account: Account) -> Finding:
    follows = (
        "What you answer yourself is not noticed: a robot's reply may follow your own. Name the folder: folders = { sent ="
        ' "…" }.'
    )
    return Finding("folder sent", "note" if account.mode is Mode.OBSERVE else "warning", "none found", follows)


def _no_drafts(account: Account) -> Finding:
    if account.mode is Mode.DRAFT:
        return Finding(
            "folder drafts", "stop", "none found", 'Replies cannot be drafted. Name it: folders = { drafts = "…" }.'
        )
    return Finding("folder drafts", "note", "none found", "Only mode draft needs it.")
