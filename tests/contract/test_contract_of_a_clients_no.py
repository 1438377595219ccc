"""What a client's own words cause: a no to a reply of ours, and the word that a text has offered him."""

from pathlib import Path
from typing import Any

import pytest

from support.explaining import ACCOUNT, CLIENTS, HOURS, ME, Explained

OFFER = '''
[reply.until-call]
text.en = """
Can it wait until {{ promise | when }}?{% if passes %} If not, write "today" by {{ passes.until | when }}: {{ passes.left }} left.{% endif %}
"""
text.de = """
Hat es Zeit bis {{ promise | when }}?{% if passes %} Wenn nicht: „heute noch“, bis {{ passes.until | when }}.{% endif %}
"""
[notify.desk]
url = "json://desk"
[notify.phone]
url = "json://phone"
'''
RULES = """
[[rule]]
name = "Lindenhof is down"
when = { client = "lindenhof", subject = "down" }
then = "urgent"
notify = ["desk"]

[[rule]]
name = "Outage"
when = { subject = ["outage", "down"] }
then = "urgent"
notify = ["phone"]

[[rule]]
name = "A pass"
when = { hours = "office", body = ["today", "heute noch"] }
then = "urgent"
spends_pass = true

[[rule]]
name = "Everything else waits for the call"
then = "defer"
until = ["1h before next call", "start of office hours"]
promise = ["next call", "2 business days"]
reply = "until-call"
"""
CONFIG = ME + HOURS + ACCOUNT + CLIENTS + OFFER + RULES
PETRA = "petra@lindenhof.example"
NO = "No, it can't. The board meets tonight."


@pytest.fixture
def told(tmp_path: Path) -> Explained:
    return Explained(tmp_path, CONFIG)


class Talk:
    """Mails of one client, one after the other. `answer`: to the reply that our mail of that number got."""

    def __init__(self, explained: Explained, sender: str = "gary@harbor.example") -> None:
        self._explained, self._sender, self._mails = explained, sender, list[Path]()

    def says(self, at: str, text: str = "Can you ring me?", answer: int = 0, **fields: str) -> "Talk":
        """One more, at a moment of November 2026: "24 15:10"."""
        day, clock = at.split()
        if answer:
            ours = f"<triaged.rehearsal{answer}@roth.example>"
            fields = {"Subject": "Re: Question", "In_Reply_To": ours, "References": ours} | fields
        date = f"{day} Nov 2026 {clock}:00 +0100"
        self._mails.append(self._explained.mail(self._sender, text, date, **fields))
        return self

    @property
    def last(self) -> dict[str, Any]:
        """What is said about the last of them."""
        return self._explained.says(*self._mails)[-1]


def outcome(found: dict[str, Any]) -> tuple[str, str | None, str | None, list[str]]:
    """Verdict, rule, text of a reply, channels."""
    reply = found["reply"] and found["reply"]["template"]
    return found["verdict"], found["rule"], reply, found["notify"]


def test_a_no_costs_a_pass_is_urgent_and_told_to_the_first_channel_that_hears_of_urgent_mail(told: Explained):
    found = Talk(told).says("24 09:10").says("24 10:00", NO, answer=1).last
    assert outcome(found) == ("urgent", None, None, ["phone"])
    assert found["reason"].startswith("it says no to a reply of mine, which costs a pass")


def test_an_answer_that_says_no_to_nothing_waits_like_any_other(told: Explained):
    for text in ("No problem, Friday is fine, but bring the figures.", "There are no figures in it."):
        found = Talk(told).says("24 09:10").says("24 10:00", text, answer=1).last
        assert (found["verdict"], found["no_reply"]) == ("deferrable", "loop"), text
    late = Talk(told).says("23 09:10").says("25 17:00", NO, answer=1).last
    assert late["verdict"] == "deferrable", "after two days it is about something else"
    assert Talk(told).says("24 10:00", NO).last["verdict"] == "deferrable", "it answers nothing of ours"


def test_where_no_pass_is_left_a_no_gets_the_mail_that_says_so_and_goes_its_rules_way(told: Explained):
    talk = Talk(told).says("23 09:10").says("23 10:00", NO, answer=1).says("23 11:00", "Still no.", answer=1)
    found = talk.says("24 11:00", "No, that is too late.", answer=1).last
    assert outcome(found)[:3] == ("urgent", None, None), "the thread has spent its pass already"
    more = talk.says("24 11:10", Subject="Another").says("24 11:40", NO, answer=5, Subject="Re: Another")
    more = more.says("25 11:25", Subject="Third").says("25 12:00", NO, answer=7, Subject="Re: Third")
    found = more.last
    assert outcome(found) == ("deferrable", "Everything else waits for the call", "no-pass", [])
    assert found["promise"] == "2026-11-27T10:00:00+01:00"
    assert "used up" in found["reply"]["text"]
    assert "Friday 27 November at 09:00 (London time)" in found["reply"]["text"]


def test_that_no_pass_is_left_is_said_once_a_day(told: Explained):
    talk = Talk(told).says("23 09:10").says("23 10:00", "today", answer=1)
    talk = talk.says("23 10:10", "today, please", Subject="Second").says("23 11:00", "today", answer=1)
    assert outcome(talk.last)[0] == "urgent", "its thread has a pass"
    talk.says("24 11:00", "I need the other thing today.", Subject="Third")
    assert outcome(talk.last)[:3] == ("deferrable", "Everything else waits for the call", "no-pass")
    again = talk.says("24 12:00", "And this one today, too.", Subject="Fourth").last
    assert (again["reply"], again["no_reply"]) == (None, "recently-replied")
    assert outcome(talk.says("25 12:00", "And this today.", Subject="Fifth").last)[2] == "no-pass"


def test_a_client_without_passes_is_heard_once_a_day(told: Explained):
    talk = Talk(told, PETRA).says("24 09:10", "Können Sie mich bitte anrufen?").says("24 10:00", "Nein.", answer=1)
    assert outcome(talk.last) == ("urgent", None, None, ["desk"]), "the first urgent rule that is about this client"
    assert talk.says("24 11:00", "Nein, das ist zu spät.", answer=1).last["verdict"] == "deferrable"
    assert talk.says("25 11:00", "Nein, das ist zu spät.", answer=1).last["verdict"] == "urgent"


def test_a_rule_that_names_objections_decides_about_them(tmp_path: Path):
    rule = '[[rule]]\nname = "Says no"\nwhen = { kind = "objection" }\nthen = "leave"\n'
    found = Talk(Explained(tmp_path, ME + HOURS + ACCOUNT + CLIENTS + OFFER + rule + RULES)).says("24 09:10")
    assert outcome(found.says("24 10:00", NO, answer=1).last)[:2] == ("left", "Says no")


def test_the_word_offered_in_the_evening_is_answered_with_when_it_counts(told: Explained):
    found = Talk(told).says("24 09:10").says("24 20:00", "Today!", answer=1).last
    assert outcome(found)[:3] == ("deferrable", "Everything else waits for the call", "not-now")
    assert "by tomorrow at 16:30 (London time): then it counts" in found["reply"]["text"]
    assert "Friday 27 November at 09:00" in found["reply"]["text"]


def test_who_was_told_no_word_gets_the_rules_own_reply(told: Explained):
    found = Talk(told).says("24 20:00", "I need this today.").last
    assert outcome(found)[2] == "until-call"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("24 11:10", 'write "today" by today at 16:30 (London time): 2 left.'),
        ("24 20:00", 'write "today" by tomorrow at 16:30 (London time): 2 left.'),
        ("27 16:00", 'write "today" by Monday 30 November at 16:30 (London time): 2 left.'),
    ],
)
def test_an_offer_says_until_when_it_counts(told: Explained, at: str, said: str):
    assert said in Talk(told).says(at).last["reply"]["text"]


def test_without_a_pass_left_none_is_offered(told: Explained):
    talk = Talk(told).says("23 10:00", "today").says("23 10:10", "today", Subject="Second").says("24 11:30")
    assert "today" not in talk.last["reply"]["text"]
    assert "heute noch" not in Talk(told, PETRA).says("24 11:30", "Bitte rufen Sie an.").last["reply"]["text"]


WINDOWS = [
    ('between = "10:00-12:00"', "24 09:30", "today at 11:00", "urgent", "24 10:30"),
    ('between = "10:00-12:00"', "24 15:00", "tomorrow at 11:00", "deferrable", "24 16:00"),
    ('between = ["10:00-12:00", "18:00-20:00"]', "24 15:00", "today at 19:00", "urgent", "24 19:00"),
    ('between = "22:00-02:00"', "24 15:00", "tomorrow at 01:00", "deferrable", "24 20:00"),
    ('hours = "office", between = "09:00-11:00"', "27 16:00", "Monday 30 November at 10:00", "deferrable", "27 16:30"),
    ('not = { hours = "off" }, between = "08:00-23:00"', "24 09:30", "today at 16:30", "urgent", "24 15:00"),
    ('hours = ["office", "focus", "off"]', "24 09:30", "Sunday 29 November at 23:00", "urgent", "24 22:00"),
]


@pytest.mark.parametrize(("asked", "at", "until", "verdict", "writes"), WINDOWS)
def test_an_offer_counts_in_the_hours_that_its_rule_names(
    tmp_path: Path, asked: str, at: str, until: str, verdict: str, writes: str
):
    told = Explained(tmp_path, CONFIG.replace('when = { hours = "office", body', f"when = {{ {asked}, body"))
    talk = Talk(told).says(at)
    assert f'write "today" by {until} (London time): 2 left.' in talk.last["reply"]["text"]
    found = talk.says(writes, "Today!", answer=1).last
    assert found["verdict"] == verdict
    if verdict == "deferrable":
        assert outcome(found)[2] == "not-now"
        assert f"{until} (London time): then it counts" in found["reply"]["text"].replace("by ", "")
