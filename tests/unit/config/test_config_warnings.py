"""What works, but probably not as it was meant."""

import os
from pathlib import Path

import pytest

from support.configurations import CLIENT, RULE, WHOLE, loaded, told
from triaged.config.covering import implies
from triaged.config.document import Node
from triaged.config.problems import Place
from triaged.core.conditions import Condition, parse_when


def warned(tmp_path: Path, text: str) -> list[str]:
    found = told(tmp_path, text)
    assert not [line for line in found if ": error: " in line]
    return [line.partition(": warning: ")[2] for line in found]


FIRST = '[[rule]]\nname = "First"\nthen = "urgent"\n'


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ('then = "defer"', 'then = "defer"\nwhen = { client = "harbor" }', "there is no last rule without when: a message that no rule matches is urgent if a person wrote it"),
        ('then = "defer"', 'then = "defer"\nspends_pass = true', "there is no last rule without when"),
        (RULE, "", "there is no last rule without when"),
        (CLIENT, "", "there is no [client.NAME]: only mail from clients is triaged"),
        ("[[rule]]", FIRST + "[[rule]]", '"Everything" is never reached: "First" (line 26) takes all its mail'),
        ("[[rule]]", FIRST + 'when = { client = "*" }\n[[rule]]', '"Everything" is never reached'),
        ("[[rule]]", FIRST + 'when = { client = "harbor" }\n[[rule]]', '"Everything" is never reached'),
        ("[[rule]]", FIRST + 'when = { tier = "gold" }\n[[rule]]\nname = "x"\nwhen = { tier = "gold", text = "a" }\nthen = "leave"\n[client.other]\ntier = "gold"\nfrom = ["o@o.example"]\n[[rule]]', '"x" is never reached: "First"'),
        ("[[rule]]", FIRST + 'when = { client = "harbor", not = { client = "*" } }\n[[rule]]', 'no client can match "First"'),
        ("[[rule]]", FIRST + 'spends_pass = true\nwhen = { client = "other" }\n[client.other]\nfrom = ["o@o.example"]\n[[rule]]', '"First" spends a pass, but none of its clients has passes'),
        ('tier = "standard"', 'always = "urgent"', '"Everything" changes nothing: mail of its clients is always urgent'),
        ('tier = "standard"', "replies = false", 'no reply goes by "Everything": its clients have replies = false'),
        ('promise = ["2 business days"]', 'promise = "none"', "[reply.later] uses promise, but this rule promises nothing, so it never goes: write promise"),
        ('promise = ["2 business days"]', 'promise = "16:30"', '"16:30" can fall on a day without office hours'),
        ('promise = ["2 business days"]', 'promise = "next call"', "`until` can lie after `promise`"),
        ('calls = ["fri 10:00"]\ntier = "standard"\n', '[[rule]]\nname = "x"\nwhen = { text = "x" }\nthen = "urgent"\npromise = "next call"\n', '"next call" promises a call, but there is none with "harbor"'),
        ('until = ["start of office hours"]', 'until = ["5 business days"]', "`until` can lie after `promise`"),
        ('[hours]\nmon-fri = "09:00-17:00"\nholidays = ""\n', "", '"start of office hours" never comes: without [hours] you are always available, so nothing is put aside'),
        ('holidays = ""\n', "", 'calls: no holidays are named, so calls are promised for them, too, as for 25 December: write holidays, as "DE-BE", in [hours] ("" if there are none)'),
        ('mon-fri = "09:00-17:00"', "mon-fri = []", "[hours] leaves no hour of the coming two years in which you are available"),
        ('mon-fri = "09:00-17:00"', 'mon-fri = "09:00-17:00"\nfocus = { sat = "09:00-10:00" }', "sat: 09:00-10:00 lies outside [hours]: it changes nothing"),
        ("smtp = {", 'start = "2 business days"\nsmtp = {', 'start is calendar time: "2 business days" is taken for 4 days; write "4 days"'),
        ("[me]", '[service]\nkeep = "100 business days"\n[me]', 'keep is calendar time: "100 business days" is taken for 140 days; write "140 days"'),
        ("[[rule]]", '[reply.spare]\ntext = "x"\n[[rule]]', "[reply.spare] is never used: no rule sends it"),
        ("[[rule]]", '[delegate.tom]\nname = "Tom"\naddress = "t@r.example"\n[[rule]]', "[delegate.tom] is never used: nobody sends anything to it"),
        ("[[rule]]", '[delegate.tom]\nname = "Tom"\naddress = "Dana+tom@roth.example"\n[[rule]]', "Dana+tom@roth.example is one of your own addresses: what is sent on comes back to you"),
        ("[[rule]]", '[notify.phone]\nurl = { env = "X" }\n[[rule]]', "[notify.phone] is never used: nothing is pushed there"),
        ("[[rule]]", FIRST + 'when = { text = "x" }\nuntil = "now"\n[[rule]]', 'until changes nothing: with then = "urgent" nothing is put aside'),
        ("[[rule]]", '[[rule]]\nname = "First"\nthen = "leave"\nwhen = { text = "x" }\nspends_pass = true\n[[rule]]', 'a pass is spent for urgency, and then = "leave"'),
        ('reply = "later"', 'reply = "later"\nforward = true', "there is nobody to forward to for harbor: write delegate"),
        ('tier = "standard"', 'passes = "1 per day"', "passes: no rule spends them; write spends_pass = true in one"),
        ('tier = "standard"', 'phones = ["+44 20 7946 0018"]\n' + FIRST + 'when = { kind = "voicemail" }\npromise = "2 business days"\nreply = "later"', "no caller can be written to: write mail, the address for it"),
        ('tier = "standard"', 'people = { "gary@harbour.example" = "Gary" }', 'people: "gary@harbour.example" is not among the addresses of `from`'),
        ("[[rule]]", '[client.ngo]\nfrom = ["*@ngo.example"]\ncalls = ["mon 10:00"]\n[digest]\nagenda_to_client = "draft"\n[[rule]]', "agenda_to_client: [client.ngo] has calls and no address to write to: add mail"),
        ('calls = ["fri 10:00"]\ntier = "standard"\n', '[digest]\nagenda = "1h before next call"\n', "agenda: no client has calls"),
        ('from = ["*@harbor.example"]', 'from = ["*@harbor.example", "dana@roth.example"]', '"dana@roth.example" is your own address: it is never a client\'s'),
        ('host = "imap.roth.example",', 'host = "imap.roth.example", port = 143,', 'at port 143 servers speak STARTTLS: write tls = "starttls" beside it'),
        ('{ host = "smtp.roth.example" }', '{ host = "smtp.roth.example", port = 465, tls = "starttls" }', "at port 465 servers speak TLS from the start: leave tls out"),
        ('timezone = "Europe/Berlin"\n', "", "[me] has no timezone: this machine's is used"),
        ('{ credential = "work" }', '{ file = "pw" }', "there is no file "),
    ],
)  # fmt: skip
def test_it_is_warned_of(tmp_path: Path, line: str, instead: str, said: str):
    assert line in WHOLE
    found = warned(tmp_path, WHOLE.replace(line, instead))
    assert [text for text in found if text.startswith(said)], found


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('tier = "standard"\n', 'passes = "1 per day"\n' + FIRST + "spends_pass = true\n"),
        ("[[rule]]", FIRST + 'when = { client = "harbor", text = "x" }\n[[rule]]'),
        ("[[rule]]", FIRST + 'when = { subject = "x" }\n[[rule]]\nname = "Second"\nthen = "urgent"\nwhen = { text = "x" }\n[[rule]]'),
        ('promise = ["2 business days"]', 'promise = ["next call", "2 business days"]\nwhen = { tier = "x" }\n[client.x]\nfrom = ["x@x.example"]\ntier = "x"\n[[rule]]\nname = "Last"\nthen = "urgent"\npromise = "2 business days"'),
        ('promise = ["2 business days"]', 'promise = "next office day 10:00"'),
        ('then = "defer"\nuntil = ["start of office hours"]\n', 'then = "leave"\n'),
        ("[[rule]]", "".join(f'[reply.{one}]\ntext = "x"\n' for one in ("no-pass", "not-now", "moved", "slip")) + "[promises]\nslip = 'send'\nslip_reply = 'slip'\n[[rule]]"),
        ("[[rule]]", '[promises]\nnotify = "phone"\n[notify.phone]\nurl = { env = "X" }\n[[rule]]'),
    ],
)  # fmt: skip
def test_it_is_not_warned_of(tmp_path: Path, line: str, instead: str):
    assert line in WHOLE
    assert warned(tmp_path, WHOLE.replace(line, instead)) == []


@pytest.mark.parametrize(("mode", "count"), [(0o600, 0), (0o640, 0), (0o644, 1)])
def test_a_password_in_a_file_that_everybody_reads_is_warned_of(tmp_path: Path, mode: int, count: int):
    path = tmp_path / "dana.toml"
    loaded(tmp_path, WHOLE.replace('{ credential = "work" }', '"hunter2"'))
    path.chmod(mode)
    from support.configurations import NOW
    from triaged.config import load

    found = load(path, now=NOW).problems
    assert len(found) == count
    assert not any("hunter2" in str(problem) for problem in found)


@pytest.mark.parametrize(("mode", "count"), [(0o600, 0), (0o604, 1)])
def test_a_file_of_a_secret_that_everybody_reads_is_warned_of(tmp_path: Path, mode: int, count: int):
    secret = tmp_path / "pw"
    secret.write_text("x")
    secret.chmod(mode)
    found = warned(tmp_path, WHOLE.replace('{ credential = "work" }', '{ file = "pw" }'))
    assert found == [f"everybody on this machine can read {secret}: chmod o-r"] * count


def test_a_file_of_a_secret_in_a_closed_folder_is_nobodys_business(tmp_path: Path):
    if os.geteuid() == 0:
        pytest.skip("root may look everywhere")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    assert warned(tmp_path, WHOLE.replace('{ credential = "work" }', '{ file = "closed/pw" }')) == []


def test_calls_that_do_not_take_place_are_noted_and_not_warned_of(tmp_path: Path):
    found = loaded(tmp_path, WHOLE.replace('holidays = ""', 'holidays = "DE-BE"'))
    assert found.problems == ()
    call, _ = found.notes
    assert call.startswith("Harbor Trust: no call takes place on Fri 25 Dec 2026 10:00 (Christmas Day)")


def test_an_account_that_sends_without_verifying_senders_is_noted(tmp_path: Path):
    quiet = WHOLE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"')
    assert loaded(tmp_path, quiet).notes == ()
    assert loaded(tmp_path, WHOLE).notes == (
        "[account.work] has no authserv_id: no sender is verified; `triaged doctor` says what to write",
    )


def test_a_reply_for_everybody_without_a_text_in_my_language_is_warned_of(tmp_path: Path):
    text = WHOLE.replace("text.en", "text.fr").replace('language = "en"\ncalls', "calls")
    assert warned(tmp_path, text) == ["[reply.later] has no text in your language, en: add text.en"]


def condition(**when: object) -> Condition:
    found = parse_when(when)
    assert not isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ({"client": "harbor"}, {"client": ["harbor", "x"]}),
        ({"client": "harbor"}, {"client": "har*"}),
        ({"tier": "a"}, {"tier": ["a", "b"]}),
        ({"from": "gary@harbor.example"}, {"from": "*@harbor.example"}),
        ({"to": "a@b.example"}, {"to": ["a@b.example", "*@c.example"]}),
        ({"subject": "a"}, {"text": ["a", "b"]}),
        ({"text": "a", "client": "x"}, {"text": "a"}),
        ({"kind": "voicemail"}, {"kind": ["voicemail", "missed-call"]}),
        ({"hours": "off"}, {"hours": ["off", "focus"]}),
        ({"addressed": "cc"}, {"addressed": ["cc", "none"]}),
        ({"language": "de"}, {"language": ["de", "en"]}),
        ({"any": [{"text": "a"}, {"text": "b"}]}, {"text": ["a", "b"]}),
        ({"text": "a"}, {"any": [{"text": "a"}, {"important": True}]}),
        ({"text": "a", "important": True}, {"any": [{"text": "a"}, {"tier": "x"}]}),
        ({"not": {"text": ["a", "b"]}}, {"not": {"text": "a"}}),
        ({"words": "<= 12"}, {"words": "<= 12"}),
    ],
)
def test_a_narrower_condition_implies_a_broader_one_and_not_the_other_way(
    narrow: dict[str, object], broad: dict[str, object]
):
    one, other = condition(**narrow), condition(**broad)
    assert implies(one, other)
    assert implies(one, None)
    assert implies(other, one) is (narrow == broad)


def test_a_node_that_is_not_there_stands_where_what_is_above_it_does():
    place = Place(Path("x"), 3, 4)
    assert Node({}, place, place).find("a", 0, "b").at == place


def test_among_thousands_of_rules_reading_stays_quick_and_still_says_what_no_client_can_match(tmp_path: Path):
    many = "".join(
        f'[[rule]]\nname = "r{number}"\nwhen = {{ client = "harbor", subject = "word{number}" }}\nthen = "urgent"\n'
        for number in range(1_000)
    )
    never = '[[rule]]\nname = "never"\nwhen = { client = "harbor", not = { client = "*" } }\nthen = "urgent"\n'
    assert warned(tmp_path, WHOLE.replace("[[rule]]", many + never + "[[rule]]")) == ['no client can match "never"']
