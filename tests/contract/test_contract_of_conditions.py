"""Conditions of `when`: what each holds for, and its nearest neighbour that it does not hold for."""

from pathlib import Path

import pytest

from support.explaining import BASE, WAITS, Explained

Mail = dict[str, str]
ATTACHED = 'multipart/mixed; boundary="b"'
WITH_PDF = (
    "--b\r\nContent-Type: text/plain\r\n\r\nhere\r\n--b\r\nContent-Type: application/pdf\r\n"
    'Content-Disposition: attachment; filename="plan.pdf"\r\n\r\nx\r\n--b--\r\n'
)
QUOTED = "Thanks for asking, we are fine.\r\n\r\nOn Mon, 23 Nov 2026, Dana Roth wrote:\r\n> it is urgent\r\n"
GERMAN = "Können Sie uns bitte sagen, wann die Arbeiten am Dach beginnen und wer den Schlüssel hat? Vielen Dank und freundliche Grüße"

HOLDS: list[tuple[str, Mail, Mail]] = [
    ('client = "harbor"', {}, {"sender": "x@lindenhof.example"}),
    ('client = ["lindenhof", "harbor"]', {}, {"sender": "x@elsewhere.example"}),
    ('client = "*"', {}, {"sender": "x@elsewhere.example"}),
    ('client = "har*"', {}, {"sender": "x@lindenhof.example"}),
    ('tier = "standard"', {}, {"sender": "x@lindenhof.example"}),
    ('from = "gary@*"', {}, {"sender": "may@harbor.example"}),
    ('to = "d.roth@*"', {"To": "d.roth@roth.example"}, {}),
    ('addressed = "to"', {}, {"To": "x@y.example", "Cc": "dana@roth.example"}),
    ('addressed = "cc"', {"To": "x@y.example", "Cc": "dana@roth.example"}, {}),
    ('addressed = "none"', {"To": "x@y.example"}, {}),
    ('subject = "question"', {}, {"Subject": "Questionable"}),
    ('subject = "out*"', {"Subject": "an outage"}, {"Subject": "a scout"}),
    ('subject = "größe"', {"Subject": "=?utf-8?q?GR=C3=96SSE?="}, {"Subject": "Grosse"}),
    (r"subject = '/\bP[12]\b/'", {"Subject": "a p1 again"}, {"Subject": "a P3"}),
    ('body = "ring me"', {}, {"Subject": "ring me", "text": "Hello."}),
    ('text = "question"', {}, {"Subject": "Hello"}),
    ('text = "urgent"', {"text": "it is urgent"}, {"text": QUOTED}),
    ('header = { "X-Priority" = ["1*", "2*"] }', {"X_Priority": "1 (Highest)"}, {"X_Priority": "3"}),
    ("important = true", {"Importance": "high"}, {"Importance": "normal"}),
    ("important = true", {"X_Priority": "1"}, {}),
    ('words = "<= 4"', {}, {"text": "Can you ring me please?"}),
    ('words = "> 4"', {"text": "Can you ring me please?"}, {}),
    ("attachment = true", {"Content_Type": ATTACHED, "text": WITH_PDF}, {}),
    ("attachment = false", {}, {"Content_Type": ATTACHED, "text": WITH_PDF}),
    ('attachment = "*.pdf"', {"Content_Type": ATTACHED, "text": WITH_PDF}, {"Content_Type": ATTACHED, "text": WITH_PDF.replace("pdf", "doc")}),
    ('size = "> 1 kB"', {"text": "word " * 300}, {}),
    ('language = "de"', {"text": GERMAN}, {"text": "Could you please tell us when the work on the roof begins and who has the key?"}),
    ('between = "15:00-16:00"', {}, {"date": "Tue, 24 Nov 2026 16:00:00 +0100"}),
    ('between = "15:10-16:00"', {}, {"date": "Tue, 24 Nov 2026 15:09:59 +0100"}),
    ('between = "22:00-06:00"', {"date": "Tue, 24 Nov 2026 23:00:00 +0100"}, {}),
    ('hours = "office"', {}, {"date": "Tue, 24 Nov 2026 12:30:00 +0100"}),
    ('hours = "focus"', {"date": "Tue, 24 Nov 2026 09:30:00 +0100"}, {}),
    ('hours = "off"', {"date": "Tue, 24 Nov 2026 12:30:00 +0100"}, {"date": "Tue, 24 Nov 2026 09:30:00 +0100"}),
    ('hours = "weekend"', {"date": "Sat, 28 Nov 2026 15:10:00 +0100"}, {}),
    ('hours = "holiday"', {"date": "Fri, 25 Dec 2026 15:10:00 +0100"}, {}),
    ('hours = "away"', {"date": "Sun, 03 Jan 2027 15:10:00 +0100"}, {"date": "Mon, 04 Jan 2027 15:10:00 +0100"}),
    ('kind = "new"', {}, {"sender": "x@elsewhere.example"}),
    ('kind = "courtesy"', {"text": "Thank you!", "Subject": "Re: Question"}, {"text": "Thank you! And the roof?"}),
    ('kind = "list"', {"List_Id": "<a.b.example>"}, {}),
    ('kind = "auto-reply"', {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "no (a person)"}),
    ('kind = "invitation"', {"Content_Type": "text/calendar; method=REQUEST", "text": "BEGIN:VCALENDAR"}, {}),
    ('kind = "delivery-report"', {"Content_Type": 'multipart/report; report-type=delivery-status; boundary="b"', "text": "--b--"}, {}),
    ('not = { subject = "question" }', {"Subject": "Hello"}, {}),
    ('not = { subject = "question", client = "lindenhof" }', {"Subject": "Hello"}, {"Subject": "question"}),
    ('any = [{ subject = "roof" }, { body = "ring" }]', {}, {"text": "Hello."}),
    ('all = [{ subject = "question" }, { body = "ring" }]', {}, {"text": "Hello."}),
    ('subject = "question", body = "ring"', {}, {"text": "Hello."}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "matching", "other"), HOLDS, ids=[f"{place} {when}" for place, (when, *_) in enumerate(HOLDS)]
)
def test_a_condition_holds_for_what_it_says_and_not_for_its_neighbour(
    tmp_path: Path, when: str, matching: Mail, other: Mail
):
    rules = f'[[rule]]\nname = "asked"\nwhen = {{ {when} }}\nthen = "urgent"\n[[rule]]\nname = "rest"\nthen = "leave"\n'
    explained = Explained(tmp_path, BASE + rules)
    first, second = explained.one(**matching), explained.one(**other)
    assert first["rule"] == "asked", first["trace"]
    assert second["rule"] in ("rest", None), second["trace"]
    assert first["trace"][0]["because"]


def asked(folder: Path, when: str) -> Explained:
    rules = f'[[rule]]\nname = "asked"\nwhen = {{ {when} }}\nthen = "urgent"\n[[rule]]\nname = "rest"\nthen = "leave"\n'
    return Explained(folder, BASE + rules)


def test_a_burst_counts_this_one_and_those_of_the_last_twenty_minutes(tmp_path: Path):
    explained = asked(tmp_path, 'burst = "3 in 20m"')
    mails = [explained.mail(date=f"Tue, 24 Nov 2026 15:{minute}:00 +0100") for minute in (10, 20, 30, 41)]
    assert [found["rule"] for found in explained.says(*mails)] == ["rest", "rest", "asked", "rest"]


def test_automatic_mail_makes_no_burst_unless_its_kind_is_named(tmp_path: Path):
    config = '[telephone]\nfrom = ["voicemail@sipgate.example"]\n'
    rules = '[[rule]]\nname = "rings"\nwhen = { kind = "voicemail", burst = "2 in 20m" }\nthen = "urgent"\n'
    rules += '[[rule]]\nname = "writes"\nwhen = { burst = "2 in 20m" }\nthen = "urgent"\n[[rule]]\nname = "rest"\nthen = "leave"\n'
    explained = Explained(tmp_path, BASE + config + rules)
    rung = {"sender": "voicemail@sipgate.example", "Subject": "New voicemail from +44 20 7946 0018"}
    first, second, written = explained.mail(**rung), explained.mail(**rung), explained.mail()
    assert [found["rule"] for found in explained.says(first, second, written)] == ["rest", "rings", "rest"]


def test_new_reply_and_follow_up_exclude_one_another(tmp_path: Path):
    explained = asked(tmp_path, 'kind = "reply"')
    first = explained.mail(Message_ID="<a@harbor.example>")
    again = explained.mail(
        Message_ID="<b@harbor.example>", In_Reply_To="<a@harbor.example>", date="Tue, 24 Nov 2026 15:20:00 +0100"
    )
    mine = explained.mail(
        sender="dana@roth.example", To="gary@harbor.example", Message_ID="<c@roth.example>", In_Reply_To="<b@harbor.example>",
        date="Tue, 24 Nov 2026 15:30:00 +0100",
    )  # fmt: skip
    answer = explained.mail(
        Message_ID="<d@harbor.example>", In_Reply_To="<c@roth.example>", date="Tue, 24 Nov 2026 15:40:00 +0100"
    )
    kinds = [found["kind"] for found in explained.says(first, again, mine, answer)]
    assert [kinds[0], kinds[1], kinds[3]] == [["new"], ["follow-up"], ["reply"]]


def test_a_person_whom_no_rule_matches_is_urgent_and_a_robot_is_left(tmp_path: Path):
    explained = Explained(tmp_path, BASE + '[[rule]]\nname = "a"\nwhen = { subject = "roof" }\nthen = "leave"\n')
    person, robot = explained.one(), explained.one(Auto_Submitted="auto-generated")
    assert (person["verdict"], person["rule"]) == ("urgent", None)
    assert (robot["verdict"], robot["rule"]) == ("left", None)
    assert "warning" in explained.check()[1]


def test_a_courtesy_is_left_unless_the_rule_names_it(tmp_path: Path):
    rest = '[[rule]]\nname = "rest"\nthen = "defer"\nreply = "later"\npromise = "in 2 days"\n'
    found = Explained(tmp_path, BASE + rest).one(text="Thank you!", Subject="Re: Question")
    assert (found["verdict"], found["reply"], found["promise"], found["no_reply"]) == ("left", None, None, "courtesy")
    named = '[[rule]]\nname = "thanks"\nwhen = { kind = "courtesy" }\nthen = "defer"\n'
    assert (
        Explained(tmp_path, BASE + named + rest).one(text="Thank you!", Subject="Re: Question")["verdict"]
        == "deferrable"
    )


def test_thanks_under_an_alarms_subject_stay_thanks_unless_their_own_words_match(tmp_path: Path):
    alarm = '[[rule]]\nname = "alarm"\nwhen = { text = "outage" }\nthen = "urgent"\n'
    explained = Explained(tmp_path, BASE + alarm)
    thanks = explained.one(text="It works again, many thanks!", Subject="Re: outage")
    assert (thanks["verdict"], thanks["kind"]) == ("left", ["new", "courtesy"])
    named = explained.one(text="Many thanks for your help with the outage!", Subject="Re: question")
    assert (named["verdict"], named["kind"]) == ("urgent", ["new"])


def test_a_weak_sign_of_a_machine_refuses_a_reply_and_decides_nothing_else(tmp_path: Path):
    rules = '[[rule]]\nname = "pass"\nwhen = { text = "ring" }\nthen = "urgent"\nspends_pass = true\nreply = "later"\n'
    found = Explained(tmp_path, BASE + rules).one(Subject="Absent team member, please ring")
    assert (found["verdict"], found["rule"], found["kind"]) == ("urgent", "pass", ["new"])
    assert (found["reply"], found["no_reply"]) == (None, "auto-submitted")
    burst = '[[rule]]\nname = "burst"\nwhen = { burst = "2 in 20m" }\nthen = "urgent"\n'
    explained = Explained(tmp_path, BASE + burst)
    mails = [
        explained.mail(Subject="Returned mail from our members", date=f"Tue, 24 Nov 2026 15:1{n}:00 +0100")
        for n in range(2)
    ]
    assert [one["rule"] for one in explained.says(*mails)] == [None, "burst"]


def test_a_postmaster_on_the_roster_is_a_person_until_a_message_comes_back(tmp_path: Path):
    explained = Explained(tmp_path, BASE.replace('"*@harbor.example", ', '"postmaster@harbor.example", ') + WAITS)
    assert explained.one(sender="postmaster@harbor.example")["no_reply"] is None
    back = "--b\r\n\r\nThe recipient is not known\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nx\r\n--b--"
    found = explained.one(sender="postmaster@harbor.example", text=back, Content_Type="multipart/mixed; boundary=b")
    assert (found["reply"], found["no_reply"]) == (None, "robot-sender")


def test_intervals_of_hours_may_not_wrap_midnight(tmp_path: Path):
    config = BASE.replace('fri = "09:00-15:00"', 'fri = "22:00-02:00"')
    assert Explained(tmp_path, config + '[[rule]]\nname = "r"\nthen = "leave"\n').check()[0] == 78


def test_no_pattern_can_take_exponential_time(tmp_path: Path):
    explained = asked(tmp_path, r"body = '/(a|a)*(a|a)*b$/'")
    assert explained.one(text="a" * 30_000)["rule"] == "rest"
