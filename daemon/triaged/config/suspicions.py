"""What works, but probably not as it was meant: warnings about a valid person.

A person with the places of her tables goes in, warnings go among the findings. It changes nothing and reads no file but
the permissions of those that hold secrets (`triaged.config.exposure`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from triaged.config.covering import Coverage
from triaged.config.exposure import check_secrets
from triaged.config.momentchecks import MomentChecks
from triaged.config.person import Made
from triaged.config.problems import Findings
from triaged.config.reader import Section
from triaged.config.replytexts import lacks_language
from triaged.core.address import is_mine, read_address
from triaged.core.clients import Client
from triaged.core.momentwarnings import call_warnings, no_call_warnings, warning_notes
from triaged.core.momentwords import Moment, StartOfOfficeHours
from triaged.core.rules import NOTHING, Rule, Then
from triaged.core.settings import Mode, Person
from triaged.core.spans import Span
from triaged.core.template import UNASKED, ReplyTemplate


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A rule, where it stands, and whom it can be about."""

    rule: Rule
    section: Section
    clients: tuple[Client, ...]
    person: Person

    @property
    def until(self) -> tuple[Moment, ...]:
        return self.rule.back

    @property
    def template(self) -> ReplyTemplate | None:
        return self.person.replies.get(self.rule.reply or "")

    @property
    def promise(self) -> tuple[Moment, ...]:
        """What the rule promises: what it writes, else its `until` where the reply's text uses it."""
        if isinstance(self.rule.promise, tuple):
            return self.rule.promise
        asked = self.rule.promise is not NOTHING and self.template is not None and self.template.uses("promise")
        return self.until if asked else ()


def check_meaning(made: Made, now: datetime, findings: Findings) -> None:
    """Add the warnings about one person. `now` (aware) is the start of the weeks that are looked at."""
    person = made.person
    coverage = Coverage(person.roster.clients)
    moments = MomentChecks(person.worktime, person.worktime.date_of(now))
    rules_of: dict[str, list[Rule]] = {client.label: [] for client in person.roster.clients}
    _check_end(made, findings)
    for rule in person.rules.rules:
        ruled = _Ruled(rule, made.rules[rule.name], coverage.reached(rule), person)
        if rules_of:
            _check_reach(ruled, coverage.cover_of(rule, ruled.clients), made, findings)
        coverage.add(rule, ruled.clients)
        for client in ruled.clients:
            rules_of[client.label].append(rule)
        _check_reply(ruled, findings)
        _check_forward(ruled, findings)
        _check_moments(ruled, moments, now, findings)
    _check_clients(made, rules_of, findings)
    _check_holidays(made, findings)
    _check_calendars(made, findings)
    _check_repeats(made, findings)
    _check_agenda(made, findings)
    _check_unused(made, findings)
    _check_delegates(made, findings)
    _check_hours(made, now, findings)
    check_secrets(made.section, findings)
    check_calendar_time(made.section.get("service"), "keep", findings)
    for _, account in made.section.values["account"].sections():  # there is one, else there is no person
        check_calendar_time(account, "start", findings)


def check_calendar_time(section: Section | None, key: str, findings: Findings) -> None:
    """Warn of office time where the calendar alone counts."""
    span = None if section is None else section.get(key)
    if section is not None and isinstance(span, Span) and span.in_office_time:
        days = -(-span.calendar // timedelta(days=1))
        findings.warning(
            section.place(key), f'{key} is calendar time: "{span}" is taken for {days} days; write "{days} days"'
        )


def notes(person: Person, now: datetime) -> tuple[str, ...]:
    """Good to know, and nothing to mend: calls of the coming weeks that do not take place, senders that nobody verifies."""
    today = person.worktime.date_of(now)
    told = (moment for rule in person.rules.rules if rule.reply for moment in rule.tells)
    return (
        *warning_notes(told, person.promises.warn),
        *(
            f"{client.name}: {text}"
            for client in person.roster.clients
            for text in call_warnings(person.schedule(client), today)
        ),
        *(
            f"{client.name}: where a calendar holds a series with it, that alone says when its calls are, as far ahead as it is"
            f" read; {' and '.join(call.text for call in client.calls)} serves beyond"
            for client in person.roster.clients
            if client.calls and (client.series or person.reads_calls)
        ),
        *(
            f"[account.{account.label}] has no authserv_id: no sender is verified; `triaged doctor` says what to write"
            for account in person.accounts
            if account.trust is None and account.mode is Mode.SEND
        ),
    )


def _check_end(made: Made, findings: Findings) -> None:
    """The end of the rules, and somebody for them to be about."""
    person = made.person
    if not person.roster.clients:
        findings.warning(made.place(), "there is no [client.NAME]: only mail from clients is triaged")
    rules = person.rules.rules
    if any(rule.when is None and not rule.spends_pass for rule in rules):
        return
    place = made.rules[rules[-1].name].place() if rules else made.place()
    findings.warning(
        place, "there is no last rule without when: a message that no rule matches is urgent if a person wrote it"
    )


def _check_reach(ruled: _Ruled, cover: Rule | None, made: Made, findings: Findings) -> None:
    rule, section = ruled.rule, ruled.section
    place = section.place("name") if "name" in section else section.place()
    if not ruled.clients:
        findings.warning(section.place("when"), f'no client can match "{rule.name}"')
    elif cover is not None:
        above = made.rules[cover.name].place().line
        findings.warning(place, f'"{rule.name}" is never reached: "{cover.name}" (line {above}) takes all its mail')
    elif rule.spends_pass and not any(client.passes for client in ruled.clients):
        findings.warning(
            section.place("spends_pass"), f'"{rule.name}" spends a pass, but none of its clients has passes'
        )
    elif rule.then is not Then.URGENT and all(client.always == "urgent" for client in ruled.clients):
        findings.warning(place, f'"{rule.name}" changes nothing: mail of its clients is always urgent')


def _check_reply(ruled: _Ruled, findings: Findings) -> None:
    template, clients, language = ruled.template, ruled.clients, ruled.person.language
    if template is None:
        return
    place = ruled.section.place("reply")
    if clients and not any(client.replies for client in clients):
        findings.warning(place, f'no reply goes by "{ruled.rule.name}": its clients have replies = false')
    if template.uses("promise") and not ruled.promise:
        findings.warning(
            place,
            f"[reply.{template.label}] uses promise, but this rule promises nothing, so it never goes: write promise",
        )
    if lacks_language(template, language) and any(client.language is None for client in clients):
        findings.warning(
            place, f"[reply.{template.label}] has no text in your language, {language}: add text.{language}"
        )


def _check_repeats(made: Made, findings: Findings) -> None:
    """Lists of texts that run out within the 7 days in which none goes twice."""
    for label, template in made.person.replies.items():
        for language in template.more:
            number = len(template.variants(language))
            if template.once_a_thread or number * template.every.calendar < timedelta(days=7):
                findings.warning(
                    made.place("reply", label, "text"),
                    f'[reply.{label}] text.{language}: {number} texts, one every "{template.every}", would repeat within 7 days:'
                    " then none goes; write more of them, or a longer every",
                )


def _check_forward(ruled: _Ruled, findings: Findings) -> None:
    if not ruled.rule.forward or ruled.rule.delegate is not None:
        return
    without = [client.label for client in ruled.clients if client.delegate is None]
    if without:
        place = ruled.section.key_place("forward")
        findings.warning(place, f"there is nobody to forward to for {', '.join(without)}: write delegate")


def _check_delegates(made: Made, findings: Findings) -> None:
    person = made.person
    for label, delegate in person.delegates.items():
        if is_mine(delegate.address, person.addresses):
            place = made.place("delegate", label, "address")
            findings.warning(
                place, f"{delegate.address} is one of your own addresses: what is sent on comes back to you"
            )


def _check_moments(ruled: _Ruled, moments: MomentChecks, now: datetime, findings: Findings) -> None:
    until, promise, section = ruled.until, ruled.promise, ruled.section
    worktime = ruled.person.worktime
    told = section.place("promise") if "promise" in section else section.place("until")
    for text in (
        *moments.of_days(promise),
        *no_call_warnings(promise, {one.label: one.has_calls or ruled.person.reads_calls for one in ruled.clients}),
    ):
        findings.warning(told, text)
    for text in moments.of_order(until, promise, ruled.clients):
        findings.warning(section.place("until"), text)
    never = bool(until) and isinstance(until[-1].form, StartOfOfficeHours)
    if never and worktime.next_available(now, strictly=True) is None:
        findings.warning(
            section.place("then"),
            '"start of office hours" never comes: without [hours] you are always available, so nothing is put aside',
        )


def _check_clients(made: Made, rules_of: Mapping[str, list[Rule]], findings: Findings) -> None:
    """What clients have, and no rule or address makes use of."""
    for client in made.person.roster.clients:
        mine = rules_of[client.label]
        if client.passes and not any(rule.spends_pass for rule in mine):
            findings.warning(
                made.place("client", client.label, "passes"),
                "passes: no rule spends them; write spends_pass = true in one",
            )
        answered = any(rule.reply and (rule.names_kind("voicemail") or rule.names_kind("missed-call")) for rule in mine)
        if answered and client.phones and client.replies and client.caller_address is None:
            findings.warning(
                made.place("client", client.label, "phones"),
                "no caller can be written to: write mail, the address for it",
            )
        for text in client.people:
            address = read_address(text)
            if address and not any(glob.matches(address) for glob in client.patterns):
                place = made.place("client", client.label, "people")
                findings.warning(
                    place, f'people: "{text}" is not among the addresses of `from`, so nobody is called that'
                )


def _check_holidays(made: Made, findings: Findings) -> None:
    """Standing calls that go on through all holidays, because none are named (`holidays = ""` says that there are none)."""
    hours: Section | None = made.section.get("hours")
    with_calls = [client.label for client in made.person.roster.clients if client.calls]
    if with_calls and (hours is None or "holidays" not in hours):
        findings.warning(
            made.place("client", with_calls[0], "calls"),
            "calls: no holidays are named, so calls are promised for them, too, as for 25 December: write holidays, as"
            ' "DE-BE", in [hours] ("" if there are none)',
        )


def _check_calendars(made: Made, findings: Findings) -> None:
    """Calls that a calendar is to hold where none is read, and those that stand in both."""
    for client in made.person.roster.clients:
        if client.series and not made.person.reads_calls:
            findings.error(
                made.place("client", client.label, "calls"),
                f'calls: "{client.series[0].text}" names a calendar, and none is read for calls: write [calendar.NAME]',
            )


def _check_agenda(made: Made, findings: Findings) -> None:
    digest = made.person.digest
    known = any(client.has_calls for client in made.person.roster.clients) or made.person.reads_calls
    if digest and digest.agenda is not None and not known:
        findings.warning(made.place("digest", "agenda"), "agenda: no client has calls")
    if digest and digest.agenda_to_client != "off":
        for client in made.person.roster.clients:
            if client.has_calls and client.replies and client.caller_address is None:
                findings.warning(
                    made.place("client", client.label),
                    f"agenda_to_client: [client.{client.label}] has calls and no address to write to: add mail",
                )


def _check_unused(made: Made, findings: Findings) -> None:
    person = made.person
    rules, clients = person.rules.rules, person.roster.clients
    used: dict[str, set[str | None]] = {
        "reply": {rule.reply for rule in rules} | {person.promises.slip_reply, *UNASKED} | _papers(person),
        "delegate": {rule.delegate for rule in rules} | {client.delegate for client in clients},
        "notify": {*person.promises.notify, *(label for rule in rules for label in rule.notify)},
    }
    words = {
        "reply": "no rule sends it",
        "delegate": "nobody sends anything to it",
        "notify": "nothing is pushed there",
    }
    for kind, labels in used.items():
        table: Section | None = made.section.get(kind)
        for label in table.values if table else ():
            if label not in labels:
                findings.warning(made.place(kind, label), f"[{kind}.{label}] is never used: {words[kind]}")


def _papers(person: Person) -> set[str | None]:
    """The text of the paper for a call, where there is one."""
    return {"paper"} if person.digest is not None and person.digest.agenda_to_client != "off" else set()


def _check_hours(made: Made, now: datetime, findings: Findings) -> None:
    worktime = made.person.worktime
    if worktime.week is not None and worktime.next_available(now) is None:
        findings.warning(
            made.place("hours"), "[hours] leaves no hour of the coming two years in which you are available"
        )
