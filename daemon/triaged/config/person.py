"""One person out of a tree of values: every table put together, and what several tables together must be like."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from triaged.config.accounts import check_logins, make_account, unknown
from triaged.config.described import made
from triaged.config.hours import check_focus, make_worktime
from triaged.config.loaded import Case
from triaged.config.parsers import is_feed
from triaged.config.problems import Findings, Place
from triaged.config.reader import Section
from triaged.config.replytexts import check_languages, make_replies
from triaged.config.roster import check_own_addresses, make_delegates, make_roster
from triaged.config.ruletables import Names, check_channels, make_rules, name_of
from triaged.core.momentwords import Clock, Moment
from triaged.core.settings import (
    Account,
    Calendar,
    Channel,
    Digest,
    Person,
    PromisePolicy,
    ReportPlan,
    Telephone,
    TextSecret,
)
from triaged.words import LEXICON

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S", re.IGNORECASE)
_RULES_TABLES = ("hours", "telephone", "client", "delegate", "reply", "rule", "promises")


@dataclass(frozen=True, slots=True)
class Made:
    """A person, the tests of her rules, and where each rule and table stands."""

    person: Person
    cases: tuple[Case, ...]
    section: Section
    rules: Mapping[str, Section]  # by name

    def place(self, *path: str | int) -> Place:
        return self.section.place(*path)


def make_person(file: Path, section: Section, findings: Findings) -> Made | None:
    """Put a person together; None where what nobody can do without is missing (and told)."""
    me: Section | None = section.get("me")
    label = file.stem
    zone = _zone(me, findings)
    worktime = make_worktime(section.get("hours"), zone, findings)
    accounts = _accounts(section, findings)
    names = _names(section)
    rules, cases = make_rules(section.get("rule", ()), names, worktime, findings)
    text = ruleset_text(section)
    person = made(
        Person,
        me,
        label=label,
        name=me.get("name", label) if me else label,
        worktime=worktime,
        accounts=accounts,
        telephone=made(Telephone, section.get("telephone")) or Telephone(),
        roster=make_roster(section, zone, findings),
        delegates=make_delegates(section.get("delegate")),
        replies=make_replies(section.get("reply"), me.get("language", "en") if me else "en", findings),
        rules=rules,
        channels=_channels(section.get("notify"), findings),
        calendars=_calendars(section.get("calendar"), findings),
        promises=_promises(section.get("promises"), names, findings),
        digest=_digest(section.get("digest"), findings),
        report=_report(section.get("report"), findings),
        snooze=_snooze(section.get("snooze"), findings),
        ruleset_hash=hashlib.sha256(text.encode()).hexdigest(),
        ruleset_text=text,
        source=file,
    )
    assert person is not None  # all that she needs is given
    named = {name_of(one): one for one in section.get("rule", ())}
    whole = Made(person, tuple(replace(case, person=label) for case in cases), section, named)
    _check_person(whole, findings)
    return whole if me is not None and accounts else None


def _check_person(made: Made, findings: Findings) -> None:
    section, person = made.section, made.person
    if "hours" in section and not findings.has_errors:  # hours that are wrong would leave all focus outside
        check_focus(section.values["hours"], person.worktime, findings)
    check_own_addresses(person.roster, section.get("client"), person.addresses, findings)
    replies = {name: one.place("reply") for name, one in made.rules.items()}
    slip = "slip_reply" if person.promises.slip_reply else "slip"
    check_languages(person, replies, section.place("promises", slip), findings)
    needs_smtp = {client.label for client in person.roster.clients if client.mode == "send"}
    for account in person.accounts:
        if account.smtp is None and needs_smtp and "smtp" not in section.node.find("account", account.label).table:
            findings.error(
                section.place("client", min(needs_smtp), "mode"),
                f'mode "send" needs smtp = {{ host = "…" }} in [account.{account.label}]',
            )


def _zone(me: Section | None, findings: Findings) -> ZoneInfo:
    zone: ZoneInfo | None = me.get("timezone") if me else None
    if zone is not None:
        return zone
    found = _system_zone()
    if me is not None and "timezone" not in me.node.table:
        findings.warning(me.place(), f'[me] has no timezone: this machine\'s is used; write timezone = "{found.key}"')
    return found


def _system_zone() -> ZoneInfo:
    """The machine's zone, as far as its name can be found; else UTC."""
    try:
        target = str(Path("/etc/localtime").resolve())
        return ZoneInfo(target.partition("/zoneinfo/")[2] or "UTC")
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")


def _accounts(section: Section, findings: Findings) -> tuple[Account, ...]:
    table: Section | None = section.get("account")
    if not section.node.find("account").table or "account" not in section.node.table:
        findings.error(section.place(), "there is no [account.NAME]: triaged needs a mailbox to watch")
    made: list[tuple[Account, Section]] = []
    for label, one in table.sections() if table else ():
        account = make_account(label, one, findings)
        if account is not None:
            made.append((account, one))
    check_logins(made, findings)
    return tuple(account for account, _ in made)


def _names(section: Section) -> Names:
    def table(name: str) -> Mapping[str, Any]:
        return section.node.table[name].table if name in section.node.table else {}

    clients: Section | None = section.get("client")
    tiers = {one.get("tier") for _, one in clients.sections()} if clients else set()
    return Names(
        table("client"),
        tuple(sorted(tier for tier in tiers if tier)),
        table("reply"),
        table("notify"),
        table("delegate"),
    )


def _channels(section: Section | None, findings: Findings) -> dict[str, Channel]:
    found = {}
    for label, one in section.sections() if section else ():
        channel = made(Channel, one, label=label)
        if channel is None:
            continue
        if isinstance(channel.url, TextSecret) and not _URL.match(channel.url.text):
            findings.error(one.place("url"), 'url: this is no URL: write one as in "ntfys://ntfy.example/topic"')
        found[label] = channel
    return found


def _calendars(section: Section | None, findings: Findings) -> dict[str, Calendar]:
    found = {}
    for label, one in section.sections() if section else ():
        calendar = made(Calendar, one, label=label)
        if calendar is None:
            continue
        if isinstance(calendar.url, TextSecret) and not is_feed(calendar.url.text):
            findings.error(
                one.place("url"),
                "url: this is no address of a calendar: write one that begins with https://, webcal:// or file:///",
            )
        if calendar.password is not None and calendar.user is None:
            findings.error(one.place("password"), 'password: whose? write user = "…" beside it')
        found[label] = replace(calendar, away_words=calendar.away_words or LEXICON.everywhere("calendar", "away"))
    return found


def _promises(section: Section | None, names: Names, findings: Findings) -> PromisePolicy:
    policy = made(PromisePolicy, section) or PromisePolicy()
    if section is None:
        return policy
    named = policy.slip_reply or "slip"
    if named not in names.replies and named != "slip":
        findings.error(section.place("slip_reply"), unknown("reply", named, names.replies))
    check_channels(section, names.channels, findings)
    return replace(policy, slip_reply=named if named in names.replies else None)


def _digest(section: Section | None, findings: Findings) -> Digest | None:
    digest = made(Digest, section) if section is not None else None
    if section is not None and digest is not None and digest.agenda is not None and not digest.agenda.needs_call:
        findings.error(section.place("agenda"), 'agenda: it belongs to a call: write it as in "30m before next call"')
    for moment in digest.at if digest is not None else ():
        if section is not None and moment.needs_call:
            findings.error(section.place("at"), f'at: "{moment.text}" is no time of a day: write it as in "16:30"')
    return digest


def _report(section: Section | None, findings: Findings) -> ReportPlan | None:
    plan = made(ReportPlan, section) if section is not None else None
    weekly = plan.weekly if plan is not None else None
    if section is not None and weekly is not None and not (isinstance(weekly.form, Clock) and weekly.form.weekdays):
        findings.error(section.place("weekly"), 'weekly: write a day of the week and a time, as in "fri 14:00"')
    return plan


def _snooze(section: Section | None, findings: Findings) -> dict[str, tuple[Moment, ...]]:
    """When what is dragged into each folder comes back; no moments: it is settled."""
    found: dict[str, tuple[Moment, ...]] = {}
    for name, moments in section.values.items() if section is not None else ():
        assert section is not None
        if None in moments and len(moments) > 1:
            findings.error(section.place(name), f'{name}: "settled" stands alone, or write moments')
        if name.casefold() in map(str.casefold, found):
            findings.error(section.key_place(name), f"{name}: there is a folder of that name already")
        found[name] = tuple(one for one in moments if one is not None)
        if found[name] and all(one.needs_call for one in found[name]):
            told = f"{name}: of whom there is no call it comes back at the start of office hours; write it as a second moment"
            findings.warning(section.place(name), told)
    return found


def ruleset_text(section: Section) -> str:
    """What decides about messages, as JSON: never accounts, addresses of channels or secrets."""
    plain = section.node.plain()
    kept = {name: plain[name] for name in _RULES_TABLES if name in plain}
    me = plain.get("me")
    if isinstance(me, dict):
        kept["me"] = {key: me[key] for key in ("language", "timezone") if key in me}
    return json.dumps(kept, ensure_ascii=False, sort_keys=False, separators=(",", ":"), default=str)
