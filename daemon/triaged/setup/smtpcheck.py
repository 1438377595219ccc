"""The way out: whether submission signs us in, takes the null sender, and keeps a copy. Nothing is sent."""

from typing import Any

from triaged.core.providers import submission_for, takes_null_sender
from triaged.core.settings import Account, Mode
from triaged.setup.examination import Examination
from triaged.setup.expiry import Certificate
from triaged.setup.finding import Finding, Level


async def look(of: Examination) -> list[Finding]:
    """Sign in, ask, and reset."""
    account, delivery, figures = of.account, of.delivery, of.figures
    server, learned = account.smtp, of.known.learned
    if delivery is None or server is None:
        level: Level = "stop" if account.mode is Mode.SEND else "note"
        return [
            Finding("submission", level, "no smtp is configured", "Replies cannot go out; mode draft works without it.")
        ]
    probe = await delivery.probe(account.addresses[0])
    figures["smtp"] = probe.trouble == ""
    if probe.trouble:
        level = "stop" if account.mode is Mode.SEND else "warning"
        return [Finding("submission", level, probe.trouble, "Replies cannot go out until this works.")]
    figures["smtp_ms"] = round(probe.took * 1000)
    found = [Finding("submission", "ok", f"{server.host}, port {server.port}: {probe.how}, in {probe.took:.1f} s")]
    found += Certificate("smtp certificate", server, probe.certificate_expires).findings(of)
    found.append(_null_sender(account, figures, takes=takes_null_sender(server, learned, known=probe.null_sender)))
    found.append(_copies(account, figures, saves=submission_for(account, of.session.profile, learned).saves_sent))
    return found


def _null_sender(account: Account, figures: dict[str, Any], *, takes: bool | None) -> Finding:
    figures["null_sender"] = takes
    if account.envelope == "me":
        return Finding("null sender", "ok", 'not used (envelope = "me"): what bounces comes back to you')
    if takes is False and account.envelope == "null":
        follows = 'No reply can go out like this: take envelope = "null" out.'
        return Finding("null sender", "stop", "the server refuses it, and the configuration insists on it", follows)
    if takes is False:
        follows = "Replies go out with your own address in the envelope; a reply that bounces comes to your inbox."
        return Finding("null sender", "ok", "refused by this server", follows)
    if takes is None:
        return Finding("null sender", "note", "not known; the first reply will tell")
    return Finding("null sender", "ok", "taken: a reply that cannot be delivered bothers nobody")


def _copies(account: Account, figures: dict[str, Any], *, saves: bool) -> Finding:
    figures["saves_sent"] = saves
    match account.save_sent:
        case "no":
            return Finding("sent copies", "ok", 'none are made by triaged (save_sent = "no")')
        case "yes":
            return Finding("sent copies", "ok", 'triaged puts each reply into the sent folder (save_sent = "yes")')
        case "auto" if saves:
            return Finding("sent copies", "ok", "the server keeps them; triaged looks, and makes none")
        case "auto":
            return Finding(
                "sent copies", "ok", "triaged puts each reply into the sent folder, unless it lies there already"
            )
