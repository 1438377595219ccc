"""Every condition of `when`: that it holds, that it does not, and that it says why in words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support.rulekit import BERLIN, HOURS, MINUTE, NOW, WEEK, address, client, facts, mail, view, when
from triaged.core.authres import Authentication, Verdict
from triaged.core.conditions import View, asks_for_cc, evaluate, longest_burst, names_kind, reaches
from triaged.core.facts import Arrival, OpenPromise
from triaged.core.message import read_raw
from triaged.core.worktime import WorkTime

PASSED = Authentication(Verdict.PASS, "dmarc=pass")


def of_tier(tier: str):
    return view(of=client(tier=tier))


def at(moment: datetime, **rest: Any):
    return view(facts=facts(arrived=moment, now=moment), **rest)


def berlin(*parts: int):
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)


HOLIDAYS = WorkTime(ZoneInfo("Europe/Berlin"), WEEK, holidays="DE-BE", away=((date(2026, 12, 28), date(2026, 12, 30)),))
ATTACHED = read_raw(
    b"From: gary@harbor.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n"
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="Offer.PDF"\r\n\r\nx\r\n--b--\r\n'
)
RECENT = tuple(Arrival(NOW - n * MINUTE, frozenset(), automatic=False) for n in (5, 20, 21))
CALLS = tuple(Arrival(NOW - n * MINUTE, frozenset({"voicemail"}), automatic=True) for n in (5, 10))

HOLDS = [
    ({"client": "harbor"}, view(), "client is harbor"),
    ({"client": ["lindenhof", "har*"]}, view(), "client is harbor"),
    ({"client": "*"}, view(), "client is harbor"),
    ({"tier": ["gold", "standard"]}, of_tier("standard"), "client is of tier standard"),
    ({"from": "GARY@*"}, view(), "sender is gary@harbor.example"),
    ({"to": "*@roth.example"}, view(), "addressed to dana@roth.example"),
    (
        {"to": "dana@roth.example"},
        view(mail(To="x@y.example", Cc="dana@roth.example")),
        "addressed to dana@roth.example",
    ),
    ({"addressed": "to"}, view(), "I am in To"),
    ({"addressed": "to"}, view(mail(To="Dana+shop@ROTH.example")), "I am in To"),
    ({"addressed": "cc"}, view(mail(To="x@y.example", Cc="dana@roth.example")), "I am in Cc"),
    ({"addressed": ["none", "cc"]}, view(mail(To=None)), "I am in neither To nor Cc"),
    ({"subject": ["outage", "quick"]}, view(), "subject has 'Quick'"),
    ({"body": "ring me"}, view(), "text has 'ring me'"),
    ({"text": "question"}, view(), "subject has 'question'"),
    ({"text": "figures"}, view(), "text has 'figures'"),
    ({"header": {"x-priority": ["1*", "2*"]}}, view(mail(X_Priority="1 (Highest)")), "x-priority is '1 (Highest)'"),
    ({"header": {"List-Id": "*"}}, view(mail(List_Id="<a.b>")), "List-Id is '<a.b>'"),
    ({"important": True}, view(mail(Importance="High")), "marked Importance: high"),
    ({"important": True}, view(mail(X_Priority="2")), "marked X-Priority: 2"),
    ({"important": False}, view(mail(X_Priority="10")), "not marked as important"),
    ({"important": False}, view(mail(X_Priority="3")), "not marked as important"),
    ({"words": "<= 12"}, view(), "7 words, at most 12"),
    ({"words": "= 1"}, view(mail("hm")), "1 word, exactly 1"),
    ({"attachment": False}, view(), "no attachment"),
    ({"attachment": True}, view(ATTACHED), "1 attachment"),
    ({"attachment": "*.pdf"}, view(ATTACHED), "attachment 'Offer.PDF'"),
    ({"attachment": ["image/*", "application/pdf"]}, view(ATTACHED), "attachment 'application/pdf'"),
    ({"size": "< 1 KB"}, view(), None),
    ({"authenticated": True}, view(authentication=PASSED), "sender authenticated"),
    ({"authenticated": False}, view(), "sender not authenticated: no authserv_id is configured"),
    ({"between": "15:10-15:11"}, view(), "arrived at 15:10, within 15:10-15:11"),
    (
        {"between": ["08:00-09:00", "22:00-06:00"]},
        at(berlin(2026, 11, 24, 23, 30)),
        "arrived at 23:30, within 22:00-06:00",
    ),
    ({"between": "22:00-06:00"}, at(berlin(2026, 11, 24, 5, 59)), "arrived at 05:59, within 22:00-06:00"),
    ({"hours": "office"}, view(), "arrived in office hours"),
    ({"hours": "focus"}, at(berlin(2026, 11, 24, 9, 0)), "arrived in a focus block"),
    ({"hours": "off"}, at(berlin(2026, 11, 24, 12, 30)), "arrived outside office hours"),
    ({"hours": "weekend"}, at(berlin(2026, 11, 28, 12, 0)), "arrived on a weekend"),
    ({"hours": "away"}, at(berlin(2026, 12, 28, 12, 0), worktime=HOLIDAYS), "arrived on a day away"),
    ({"kind": "new"}, view(), "it is a new message"),
    ({"kind": ["voicemail", "reply"]}, view(facts=facts(newest_in_thread="mine")), "it is an answer to me"),
    ({"kind": "follow-up"}, view(facts=facts(newest_in_thread="client")), "it is a follow-up"),
    (
        {"kind": "follow-up"},
        view(facts=facts(promise=OpenPromise(1, "answer", NOW, told=True))),
        "it is a follow-up",
    ),
    ({"kind": "voicemail"}, view(kinds=frozenset({"voicemail"})), "it is a voicemail"),
    ({"burst": "3 in 20m"}, view(facts=facts(recent=RECENT)), "3 messages of this client in 20m"),
    (
        {"kind": "voicemail", "burst": "3 in 20m"},
        view(facts=facts(recent=CALLS), kinds=frozenset({"voicemail"}), automatic=True),
        "it is a voicemail and 3 messages of this client in 20m",
    ),
    ({"not": {"client": "lindenhof", "from": "x@*"}}, view(), None),
    (
        {"any": [{"client": "lindenhof"}, {"subject": "quick", "body": "ring"}]},
        view(),
        "subject has 'Quick' and text has 'ring'",
    ),
    ({"all": [{"subject": "quick"}, {"any": [{"body": "figures"}]}]}, view(), None),
    ({}, view(), "no conditions"),
]

FAILS = [
    ({"client": ["lindenhof", "x*"]}, view(), "client is harbor, not lindenhof or x*"),
    ({"tier": "gold"}, of_tier("standard"), "client is of tier standard, not gold"),
    ({"tier": "gold"}, view(), "client has no tier, asked is gold"),
    ({"from": "anna@*"}, view(), "sender is gary@harbor.example, not anna@*"),
    ({"from": "anna@*"}, view(mail(From="a@b.example, c@d.example")), "no readable sender, asked is anna@*"),
    ({"to": "sales@*"}, view(), "not addressed to sales@*"),
    ({"addressed": "cc"}, view(), "I am in To, asked is Cc"),
    ({"subject": ["outage", "down"]}, view(), "no 'outage' or 'down' in the subject"),
    ({"body": "quick"}, view(), "no 'quick' in the new text"),
    ({"text": "asap"}, view(), "no 'asap' in subject or new text"),
    (
        {"body": "urgent"},
        view(mail("Fine.\r\n\r\nOn Monday, Dana wrote:\r\n> this is urgent\r\n")),
        "no 'urgent' in the new text",
    ),
    ({"header": {"X-Priority": "1*"}}, view(), "no X-Priority in the header"),
    ({"header": {"X-Priority": "1"}}, view(mail(X_Priority="11")), "X-Priority is '11', not '1'"),
    (
        {"header": {"Importance": "high", "X-Priority": "1"}},
        view(mail(Importance="high")),
        "no X-Priority in the header",
    ),
    ({"important": True}, view(mail(Importance="low", X_Priority="5")), "not marked as important"),
    ({"important": False}, view(mail(Importance="high")), "marked Importance: high"),
    ({"words": "> 12"}, view(), "7 words, not more than 12"),
    ({"attachment": True}, view(), "no attachment"),
    ({"attachment": False}, view(ATTACHED), "1 attachment"),
    ({"attachment": "*.docx"}, view(ATTACHED), "no attachment '*.docx'"),
    ({"size": "> 5 MB"}, view(), None),
    ({"language": "de"}, view(mail("ok")), "language not recognised, asked is de"),
    ({"authenticated": False}, view(authentication=PASSED), "sender authenticated"),
    ({"between": "15:00-15:10"}, view(), "arrived at 15:10, not within 15:00-15:10"),
    ({"hours": "off"}, view(), "arrived in office hours, not outside office hours"),
    ({"hours": "office"}, at(berlin(2026, 11, 24, 17, 30)), "arrived outside office hours, not in office hours"),
    ({"hours": ["weekend", "holiday", "away"]}, view(), None),
    ({"kind": ["voicemail", "reply"]}, view(), "it is a new message, not a voicemail or an answer to me"),
    ({"burst": "4 in 20m"}, view(facts=facts(recent=RECENT)), "only 3 messages of this client in 20m, asked are 4"),
    ({"burst": "3 in 20m"}, view(facts=facts(recent=CALLS)), "only 1 message of this client in 20m, asked are 3"),
    (
        {"burst": "2 in 20m"},
        view(facts=facts(recent=RECENT), kinds=frozenset({"list"}), automatic=True),
        "automatic mail makes no burst",
    ),
    ({"not": {"client": "lindenhof", "from": "gary@*"}}, view(), "excluded: sender is gary@harbor.example"),
    (
        {"any": [{"client": "lindenhof"}, {"subject": "slow"}]},
        view(),
        "client is harbor, not lindenhof; no 'slow' in the subject",
    ),
    ({"all": [{"subject": "quick"}, {"subject": "slow"}]}, view(), "no 'slow' in the subject"),
]


@pytest.mark.parametrize(("table", "seen", "because"), HOLDS)
def test_a_condition_holds_and_says_why(table: dict[str, object], seen: View, because: str | None):
    outcome = evaluate(when(**table), seen)
    assert outcome.matched
    assert because in (None, outcome.because)


@pytest.mark.parametrize(("table", "seen", "because"), FAILS)
def test_a_condition_fails_and_says_why(table: dict[str, object], seen: View, because: str | None):
    outcome = evaluate(when(**table), seen)
    assert not outcome.matched
    assert because in (None, outcome.because)


def test_a_holiday_is_named():
    outcome = evaluate(when(hours="holiday"), at(berlin(2026, 12, 25, 12, 0), worktime=HOLIDAYS))
    assert outcome.matched
    assert outcome.because.startswith("arrived on a holiday (")


def test_exactly_one_of_office_focus_and_off_holds_at_any_minute_of_a_week():
    words = [when(hours=word) for word in ("office", "focus", "off")]
    for minutes in range(0, 7 * 24 * 60, 30):
        seen = at(NOW + timedelta(minutes=minutes))
        assert sum(evaluate(condition, seen).matched for condition in words) == 1


def test_a_message_in_german_is_known_as_such():
    german = "Guten Tag Frau Roth, können Sie mir bitte bis morgen die Unterlagen für die Sitzung schicken? Vielen Dank"
    seen = view(mail(german), languages=("en", "de"))
    assert evaluate(when(language="de"), seen).because == "written in de"
    assert evaluate(when(language="en"), seen).because == "written in de, not en"


def test_a_message_of_nobody_matches_no_client():
    nobody = view()
    object.__setattr__(nobody, "client", None)
    assert evaluate(when(client="*"), nobody).because == "from no client"
    assert not evaluate(when(tier="gold"), nobody).matched


def test_neither_text_nor_language_is_looked_at_where_the_rest_fails():
    message = mail()
    seen = view(message, languages=("en", "de"))
    assert not evaluate(when(language="de", body="ring", client="lindenhof"), seen).matched
    assert "language" not in seen.__dict__
    assert "body" not in seen.__dict__


def test_a_subject_that_matches_spares_reading_the_body():
    seen = view()
    assert evaluate(when(text="quick"), seen).matched
    assert "body" not in seen.__dict__


def test_a_message_that_came_after_this_one_is_not_of_its_burst():
    later = (Arrival(NOW + MINUTE, frozenset(), automatic=False),)
    assert not evaluate(when(burst="2 in 20m"), view(facts=facts(recent=later))).matched


def test_a_kind_is_named_where_it_is_asked_for_not_where_it_is_excluded():
    assert names_kind(when(any_=[{"all": [{"kind": ["list", "courtesy"]}]}]), "courtesy")
    assert not names_kind(when(not_={"kind": "courtesy"}), "courtesy")
    assert not names_kind(None, "courtesy")


def test_mail_in_copy_is_asked_for_by_addressed_only():
    assert asks_for_cc(when(any_=[{"addressed": ["cc", "to"]}]))
    assert not asks_for_cc(when(not_={"addressed": "cc"}))
    assert not asks_for_cc(None)


def test_how_far_back_bursts_reach():
    assert longest_burst(when(burst="3 in 20m", any_=[{"burst": "5 in 2h"}])) == timedelta(hours=2)
    assert longest_burst(None) == timedelta(0)


@pytest.mark.parametrize(
    ("table", "text", "language"),
    [
        ({"subject": "a", "from": "a@*", "size": "> 1 MB"}, False, False),
        ({"any": [{"not": {"text": "a"}}]}, True, False),
        ({"attachment": True}, True, False),
        ({"words": "> 1"}, True, False),
        ({"language": "de"}, True, True),
    ],
)
def test_what_a_condition_has_to_read(table: dict[str, object], *, text: bool, language: bool):
    assert reaches(when(**table), "text") is text
    assert reaches(when(**table), "language") is language


def test_my_addresses_are_known_with_their_tags():
    seen = view(mail(To="d.roth+list@gmail.com"), mine=(address("droth@gmail.com"),))
    assert evaluate(when(addressed="to"), seen).matched


def test_hours_are_those_of_my_zone():
    assert HOURS.zone.key == "Europe/Berlin"
    assert evaluate(when(between="00:30-01:00"), at(datetime(2026, 7, 1, 22, 45, tzinfo=UTC))).matched
