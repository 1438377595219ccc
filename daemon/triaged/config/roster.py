"""[client.*] and [delegate.*] as values."""

from zoneinfo import ZoneInfo

from triaged.config.accounts import unknown
from triaged.config.described import made
from triaged.config.hours import make_worktime
from triaged.config.problems import Findings
from triaged.config.reader import Section
from triaged.core.address import Address, is_mine, read_address
from triaged.core.calls import Call, Series
from triaged.core.clients import Client, Roster
from triaged.core.settings import Delegate


def make_delegates(section: Section | None) -> dict[str, Delegate]:
    """The complete ones by label."""
    all_of_them = ((label, made(Delegate, one, label=label)) for label, one in (section.sections() if section else ()))
    return {label: delegate for label, delegate in all_of_them if delegate is not None}


def make_roster(section: Section, zone: ZoneInfo, findings: Findings) -> Roster:
    """All clients of a person's file, with every tie between two of them told."""
    table: Section | None = section.get("client")
    telephone: Section | None = section.get("telephone")
    clients = []
    for _, one in table.sections() if table else ():
        clients.append(_client(one, zone, telephone.get("region") if telephone else None, findings))
        _check_client(one, section.get("delegate"), findings)
    roster = Roster(tuple(clients))
    if table is not None:
        _check_overlaps(roster, table, findings)
    return roster


def _client(section: Section, zone: ZoneInfo, region: str | None, findings: Findings) -> Client:
    there = section.get("timezone", zone)
    hours, planned = section.get("hours"), section.get("calls", ())
    client = made(
        Client,
        section,
        label=section.label,
        name=section.get("name", section.label),
        patterns=section.get("from", ()),
        zone=there,
        people=_people(section.get("people")),
        phones=_phones(section, region, findings),
        hours=None if hours is None else make_worktime(hours, there, findings),
        calls=tuple(one for one in planned if isinstance(one, Call)),
        series=tuple(one for one in planned if isinstance(one, Series)),
    )
    assert client is not None  # all that it needs is given
    return client


def _people(section: Section | None) -> dict[str, str]:
    found = {}
    for text, name in section.values.items() if section else ():
        address = read_address(text)
        if address is not None:
            found[address.key] = name
    return found


def _phones(section: Section, region: str | None, findings: Findings) -> tuple[str, ...]:
    texts = section.get("phones", ())
    if not texts:
        return ()
    from triaged.core.callnumbers import e164

    found = []
    for index, text in enumerate(texts):
        number = e164(text, region)
        if number is None:
            hint = "" if region or text.lstrip().startswith("+") else ', or set [telephone] region = "…"'
            findings.error(
                section.place("phones", index),
                f'phones: "{text}" is no telephone number: write it with country code, as in "+44 20 7946 0018"{hint}',
            )
        else:
            found.append(number)
    return tuple(found)


def _check_client(section: Section, delegates: Section | None, findings: Findings) -> None:
    if "from" not in section.node.table and "phones" not in section.node.table:
        findings.error(section.place(), f'[client.{section.label}] has no from: write from = ["*@…"]')
    known = delegates.node.table if delegates else {}
    if (delegate := section.get("delegate")) is not None and delegate not in known:
        findings.error(section.place("delegate"), unknown("delegate", delegate, known))


def _check_overlaps(roster: Roster, section: Section, findings: Findings) -> None:
    for overlap in roster.overlaps():
        entries = section.node.find(overlap.second)
        where = entries.at
        for key in ("from", "phones"):
            found = entries.find(key)
            for one in found.value if isinstance(found.value, list) else [found]:
                if one.value == overlap.second_entry:
                    where = one.at
        findings.error(where, str(overlap))


def check_own_addresses(roster: Roster, section: Section | None, mine: tuple[Address, ...], findings: Findings) -> None:
    """Warn of clients whose patterns name my own address: my mail is never a client's."""
    for client in roster.clients if section else ():
        for index, glob in enumerate(client.patterns):
            address = read_address(glob.text)
            if section is not None and address is not None and is_mine(address, mine):
                findings.warning(
                    section.place(client.label, "from", index),
                    f'"{glob.text}" is your own address: it is never a client\'s',
                )
