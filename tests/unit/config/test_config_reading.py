"""What is said about files that are wrong: line, column, what was found, what to write instead."""

from pathlib import Path

import pytest

from support.configurations import ACCOUNT, CLIENT, HOURS, ME, REPLY, RULE, WHOLE, loaded, told, write
from triaged.config import load, timezones
from triaged.config.timezones import parse_zone


def test_the_least_configuration_gives_nothing_to_say(tmp_path: Path):
    assert told(tmp_path, WHOLE) == []


def wrong(tmp_path: Path, text: str) -> list[str]:
    """The texts alone, without places."""
    return [line.partition(": ")[2] for line in told(tmp_path, text)]


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ('timezone = "Europe/Berlin"', 'timezon = "Europe/Berlin"', 'unknown key "timezon" in [me]; did you mean "timezone"?'),
        ('timezone = "Europe/Berlin"', 'timezone = "Europe/Berlim"', 'timezone: "Europe/Berlim" is no time zone; did you mean "Europe/Berlin"?'),
        ('timezone = "Europe/Berlin"', "timezone = 1", 'timezone is the number 1: write a time zone in quotes, as in "Europe/Berlin"'),
        ('timezone = "Europe/Berlin"', 'timezone = ["Europe/Berlin"]', 'timezone is a list: write a time zone in quotes, as in "Europe/Berlin"'),
        ('language = "en"\ntimezone', 'language = "English"\ntimezone', 'language: "English" is no language code: write two small letters, as in "en" or "de"'),
        ('name = "Dana Roth"', 'name = ""', "name: it is empty: write a name"),
        ('name = "Dana Roth"', 'name = "Dana\\u0007"', "name: there is a control character (U+0007) in it"),
        ('name = "Dana Roth"', 'name = "Dana Roth"\nmode = "send"', '"mode" is no key of [me]; it belongs in [account.NAME] or [client.NAME]'),
        ('mode = "send"', 'mode = "sent"', 'mode: "sent" is not known: write "observe", "draft" or "send"; did you mean "send"?'),
        ('mode = "send"', "mode = true", 'mode is true: write "observe", "draft" or "send"'),
        ('mode = "send"', 'late = "12"', 'late: "12" is no duration: write a number and a unit, as in "15m", "2 hours", "1 business day" or "4 office hours"'),
        ('mode = "send"', 'reply_fuse = "60 per fortnight"', 'reply_fuse: "60 per fortnight" is no rate: write a number per minute, hour or day, as in "60 per hour"'),
        ('mode = "send"', 'authserv_id = "a b"', 'authserv_id: "a b" is no authserv-id: write the first word of your Authentication-Results, or a list'),
        ('mode = "send"', "watch = []", "watch is empty: write a folder"),
        ('addresses = ["dana@roth.example"]', 'addresses = "Dana <dana@roth.example>"', 'addresses: "Dana <dana@roth.example>" is no address: write name@domain, without name or angle brackets'),
        ('addresses = ["dana@roth.example"]', "addresses = []", "addresses is empty: write an address"),
        ('addresses = ["dana@roth.example"]\n', "", '[account.work] has no addresses: write addresses = ["dana@roth.example"]'),
        ('smtp = { host = "smtp.roth.example" }', 'smtp = "smtp.roth.example"', 'smtp is "smtp.roth.example": write a table, as in { host = "smtp.roth.example" }'),
        ('smtp = { host = "smtp.roth.example" }', 'smtp = { host = "smtp.roth.example:587" }', 'host: "smtp.roth.example:587" holds a port: write host = "smtp.roth.example", port = 587'),
        ('smtp = { host = "smtp.roth.example" }', 'smtp = { host = "smtp.roth.example", port = "587" }', 'port is "587": write a whole number, without quotes'),
        ('smtp = { host = "smtp.roth.example" }', 'smtp = { host = "smtp.roth.example", port = 0 }', "port is 0: write a number from 1 to 65535"),
        ('smtp = { host = "smtp.roth.example" }', 'smtp = { host = "smtp.roth.example", allow_cleartext = "yes" }', 'allow_cleartext is "yes": write true | false, without quotes'),
        ('from = ["*@harbor.example"]', 'from = ["harbor.example"]', "from: 'harbor.example' is no address; write name@domain, or *@harbor.example for a whole domain"),
        ('from = ["*@harbor.example"]\n', "", '[client.harbor] has no from: write from = ["*@…"]'),
        ('calls = ["fri 10:00"]', 'calls = ["fry 10:00"]', 'calls: "fry" is no day of the week; did you mean "friday"?'),
        ('tier = "standard"', 'passes = "2 per year"', 'passes: "2 per year" is no number of passes: write a number per day, week or month, as in "2 per week"'),
        ('tier = "standard"', 'tier = "a"\n[telephone]\nregion = "UK"', 'region: "UK" is no country whose numbers are known: write its code of ISO 3166, as in "DE"; did you mean "GB"?'),
        ('tier = "standard"', 'phones = ["call me"]', 'phones: "call me" is no telephone number: write it with country code, as in "+44 20 7946 0018", or set [telephone] region = "…"'),
        ('tier = "standard"', 'delegate = "tom"', "there is no [delegate.tom]: no delegate is configured; add one"),
        ('tier = "standard"', 'always = "yes"', 'always: "yes" is not known: write "urgent"'),
        ('mon-fri = "09:00-17:00"', 'mon-fry = "09:00-17:00"', '"fry" is no day of the week; did you mean "friday"?'),
        ('mon-fri = "09:00-17:00"', 'holyday = "DE"', 'unknown key "holyday" in [hours]; did you mean "holidays"?'),
        ('mon-fri = "09:00-17:00"', 'mon-fri = ["09:00-12:00", "11:00-17:00"]', 'mon-fri: "09:00-12:00" and "11:00-17:00" overlap: write them as one, or end the first earlier'),
        ('mon-fri = "09:00-17:00"', 'mon-fri = ["09:00-12:00", "22:00-06:00"]', 'mon-fri: "22:00-06:00" runs over midnight: write "22:00-24:00" and "00:00-06:00" on the next day'),
        ('mon-fri = "09:00-17:00"', 'mon-fri = "09:00-17:00"\nmon-tue = "10:00-11:00"', '"mon-fri" and "mon-tue" both say when mon is: only a single day wins over a range'),
        ('holidays = ""', 'holidays = "DE-XX"', 'holidays: "DE" has no subdivision "XX": write one of '),
        ('mon-fri = "09:00-17:00"', 'mon-fri = "09:00-17:00"\naway = ["2026-12-24..2026-12-01"]', 'away: "2026-12-24..2026-12-01" ends before it starts: write "2026-12-01..2026-12-24"'),
        ('mon-fri = "09:00-17:00"', 'mon-fri = "09:00-17:00"\non = { christmas = [] }', '"christmas" is no date: write year, month and day, as in "2026-12-24"'),
        ('then = "defer"\n', "", '[[rule]] has no then: write then = "urgent", "defer" or "leave"'),
        ('then = "defer"', 'then = "deferrable"', 'then: "deferrable" is not known: write "urgent", "defer" or "leave"; did you mean "defer"?'),
        ('then = "defer"', 'then = "defer"\nuntill = "now"', 'unknown key "untill" in [[rule]]; did you mean "until"?'),
        ('until = ["start of office hours"]', 'until = ["start of ofice hours"]', 'until: "start of ofice hours" is no moment; did you mean "start of office hours"?'),
        ('promise = ["2 business days"]', 'promise = ["none", "now"]', 'promise: "none" stands alone, not in a list'),
        ('reply = "later"', 'reply = "latr"', 'there is no [reply.latr]; did you mean "later"?'),
        ('reply = "later"', 'reply = "later"\nnotify = "phone"\n[notify.phone]\nurl = "my phone"', 'url: this is no URL: write one as in "ntfys://ntfy.example/topic"'),
        ('reply = "later"', 'reply = "later"\nnotify = "phone"', "there is no [notify.phone]: no notify is configured; add one"),
        ('reply = "later"', 'reply = "later"\nwhen = { text = "\\bfoo" }', "text: there is a control character (\\b) in it; write regular expressions in single quotes, where a backslash stays one"),
        ('reply = "later"', 'reply = "later"\nwhen = { client = "harbour" }', 'client: "harbour" is no client; did you mean "harbor"?'),
        ('reply = "later"', 'reply = "later"\nwhen = { tier = "gold" }', 'tier: "gold" is no tier of a client'),
        ('reply = "later"', "reply = \"later\"\nwhen = { text = '/(/' }", "text: "),
        ('reply = "later"', 'reply = "later"\nforward = "yes"', 'forward is "yes": write true | false, without quotes'),
        ('text.en = "You hear', 'text.en = "{{ promis }} You hear', '[reply.later] text.en: there is no variable "promis"; did you mean "promise"?'),
        ('text.en = "You hear', 'text.eng2 = "You hear', '"eng2" is no language code: write two small letters, as in "en" or "de"'),
    ],
)  # fmt: skip
def test_wrong_input_is_told_with_what_to_write_instead(tmp_path: Path, line: str, instead: str, said: str):
    assert line in WHOLE
    found = wrong(tmp_path, WHOLE.replace(line, instead))
    assert [text for text in found if text.startswith(f"error: {said}")], found


def test_a_problem_stands_at_the_value_or_at_the_unknown_key(tmp_path: Path):
    text = '[me]\n  nmae = "Dana"\nname = "Dana"\ntimezone = "UTC"\n' + ACCOUNT.strip().replace('"send"', ' "sent"')
    assert [line.split(" ")[0] for line in told(tmp_path, text)][:2] == ["2:3:", "6:9:"]


def test_every_problem_is_told_at_once_and_in_the_order_of_the_file(tmp_path: Path):
    text = (
        (ME + HOURS + ACCOUNT + CLIENT + REPLY + RULE)
        .replace("Berlin", "Nowhere")
        .replace("fri 10", "fry 10")
        .replace("start of", "stat of")
    )
    lines = [int(line.partition(":")[0]) for line in told(tmp_path, text)]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_the_same_mistake_on_several_days_is_one_finding_at_the_first(tmp_path: Path):
    hours = 'mon = ["09:00-12:00", "11:00-17:00"]\ntue = ["09:00-12:00", "11:00-17:00"]\nwed = ["09:00-12", "11-12"]'
    found = told(tmp_path, WHOLE.replace('mon-fri = "09:00-17:00"', hours))
    assert [one.partition(": error: ")[2] for one in found] == [
        'mon, tue: "09:00-12:00" and "11:00-17:00" overlap: write them as one, or end the first earlier',
        'wed: "12" is no time of day: write "12:00"',
        'wed: "11" is no time of day: write "11:00"',
    ]


def test_focus_is_not_said_to_lie_outside_hours_that_are_wrong(tmp_path: Path):
    hours = 'mon-fri = ["09:00-12:00", "11:00-17:00"]\nfocus = { tue = "10:00-11:00" }'
    (found,) = told(tmp_path, WHOLE.replace('mon-fri = "09:00-17:00"', hours))
    assert "overlap" in found


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("GMT+1", "Europe/Berlin"),
        ("UTC-5", "America/New_York"),
        ("+05:30", "Asia/Kolkata"),
        ("gmt0200", ""),
        ("CEST", "Europe/Berlin"),
        ("PST", "America/Los_Angeles"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
    ],
)
def test_what_is_no_region_proposes_one(zone: str, region: str):
    with pytest.raises(ValueError, match=r"is no time zone|is an offset") as refused:
        parse_zone(zone)
    assert region in str(refused.value)


@pytest.mark.parametrize("zone", [*timezones._REGIONS.values(), *timezones._ABBREVIATIONS.values()])
def test_every_region_that_is_proposed_is_one(zone: str):
    assert parse_zone(zone).key == zone


def test_a_key_that_slipped_into_the_conditions_is_told_so_and_not_missed_beside(tmp_path: Path):
    rule = '[[rule]]\nname = "x"\n[rule.when]\nclient = "harbor"\nthen = "urgent"\n'
    found = [text for text in wrong(tmp_path, WHOLE + rule) if text.startswith("error")]
    assert found == ['error: "then" is inside [rule.when]; move it above that line']


def test_a_key_that_slipped_into_an_inner_table_names_the_table(tmp_path: Path):
    found = wrong(tmp_path, WHOLE.replace('host = "smtp.roth.example"', 'host = "smtp.roth.example", mode = "send"'))
    assert 'error: "mode" is inside [account.work.smtp]; move it above that line' in found


def test_a_table_in_the_wrong_place_is_told_so(tmp_path: Path):
    assert 'error: "hours" is no key of [me] but a table of its own: write [hours]' in wrong(
        tmp_path, WHOLE.replace("[hours]", "[me.hours]")
    )


def test_a_top_level_key_is_told_where_it_belongs(tmp_path: Path):
    assert 'error: "passes" is no key of the file; it belongs in [client.NAME]' in wrong(
        tmp_path, 'passes = "1 per day"\n' + WHOLE
    )


def test_a_table_of_nearly_the_right_name_is_told_the_right_one(tmp_path: Path):
    told_of = wrong(tmp_path, WHOLE + '[replies.later]\ntext = "x"\n')
    assert 'error: there is no table "replies"; did you mean "reply"?' in told_of


def test_a_rule_in_single_brackets_is_told_to_take_two(tmp_path: Path):
    text = WHOLE.partition("[[rule]]")[0] + '[rule]\nthen = "leave"\n'
    assert "error: [rule] needs two brackets: write [[rule]]" in wrong(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[me]\nname = "a"\nname = "b"\n', "3:11: error: no valid TOML: cannot overwrite a value; this key or table stands above already"),
        ("[me]\nname = Dana\n", "2:8: error: no valid TOML: invalid value; text needs quotes, a list needs [ ]"),
        ('[me]\nname = "Dana\n', "2:13: error: no valid TOML: this text does not end: its closing quote is missing"),
        ("[me]\nname = “Dana”\n", '2:8: error: no valid TOML: invalid value; quotes have to be straight: "…"'),
        ("[[rule]]\nforward = yes # please\n", "2:11: error: no valid TOML: invalid value; write true or false"),
        ("[client.a]\nx = 1\n[client.a] # once more\n", "3:10: error: no valid TOML: [client.a] stands above already"),
        ("[rule]\n[[rule]]\n", "2:7: error: no valid TOML: cannot overwrite a value; a list of tables has two brackets"),
        ("[me\n", "1:4: error: no valid TOML: expected ']'"),
        ('[me]\nname = "\\d"\n', "2:10: error: no valid TOML: unescaped '\\' in a string; write regular expressions (and paths with \\) in single quotes"),
        ("a = " + "[" * 500, "1:1: error: values are nested too deeply"),
        ("a = " + "9" * 5000, "1:1: error: a number that nobody can have meant"),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_told_with_its_place(tmp_path: Path, text: str, said: str):
    found = told(tmp_path, text)
    assert len(found) == 1
    where, _, words = said.partition(": ")
    assert found[0].split(": ", 1)[1].startswith(words)
    assert found[0].startswith(where.split(":")[0])


def test_a_file_that_is_not_utf8_is_told_with_its_place(tmp_path: Path):
    path = tmp_path / "dana.toml"
    path.write_bytes(b'[me]\nname = "D\xe4na"\n')
    assert [str(problem) for problem in load(path).problems] == [
        f"{path}:2:10: error: is not UTF-8 from here on; save the file as UTF-8"
    ]


def test_a_byte_order_mark_and_line_ends_of_windows_do_no_harm(tmp_path: Path):
    path = write(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert load(path).problems == ()


def test_what_cannot_be_read_is_told(tmp_path: Path):
    missing, huge = tmp_path / "missing.toml", tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 5_000_000)
    assert [problem.text for path in (missing, huge) for problem in load(path).problems] == [
        "there is no such file; `triaged init` makes one, -c PATH or $TRIAGED_CONFIG names another",
        "is larger than 4 MB; this is no configuration",
    ]


def test_dates_and_times_may_stand_without_quotes(tmp_path: Path):
    text = WHOLE.replace('mon-fri = "09:00-17:00"', 'mon-fri = "09:00-17:00"\naway = [2026-12-24]')
    text += '\n[digest]\nat = 16:30:00\n[[rule.example]]\nfrom = "g@harbor.example"\nat = 2026-11-24 15:10:00\nexpect = { then = "defer", until = 2026-11-25 09:00:00 }\n'
    found = loaded(tmp_path, text.replace("[digest]\nat = 16:30:00\n", "") + "[digest]\nat = 16:30:00\n")
    assert found.problems == ()
    assert [moment.text for moment in found.persons[0].digest.at] == ["16:30"]
    assert found.persons[0].worktime.away[0][0].isoformat() == "2026-12-24"
    assert found.cases[0].example.expect["until"] == "2026-11-25 09:00"


def test_a_fault_in_a_text_of_several_lines_is_told_at_its_line(tmp_path: Path):
    text = WHOLE.replace(
        'text.en = "You hear from me {{ promise | when }}."', 'text.en = """\nHello\n{{ promise | whenn }}\n"""'
    )
    line = text.splitlines().index("{{ promise | whenn }}") + 1
    assert [one for one in told(tmp_path, text) if one.startswith(f"{line}:1: error: [reply.later] text.en: ")]
