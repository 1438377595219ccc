"""A folder: persons, what they have in common, and that one invalid file leaves only its person out."""

from pathlib import Path

from support.configurations import ACCOUNT, CLIENT, HOURS, ME, NOW, REPLY, RULE, WHOLE, write
from triaged.config import Loaded, load

OTHER = ACCOUNT.replace("dana", "lea")


def read(folder: Path, **files: str) -> Loaded:
    for name, text in files.items():
        write(folder, text, f"{name}.toml")
    return load(folder, environ={"XDG_STATE_HOME": str(folder)}, now=NOW)


def texts(found: Loaded) -> list[str]:
    return [f"{problem.file.name}: {problem.severity}: {problem.text}" for problem in found.problems]


def test_every_file_is_a_person_but_those_of_service_and_common(tmp_path: Path):
    found = read(
        tmp_path,
        service='[service]\nlog = "json"\n',
        common=HOURS + CLIENT + REPLY + RULE,
        dana=ME + ACCOUNT,
        lea=ME + OTHER,
    )
    assert texts(found) == []
    assert [person.label for person in found.persons] == ["dana", "lea"]
    assert found.service is not None
    assert found.service.log == "json"
    assert [file.name for file in found.files] == ["common.toml", "dana.toml", "lea.toml", "service.toml"]


def test_office_time_in_the_file_of_the_service_is_warned_of_as_nobodys_hours_are_asked(tmp_path: Path):
    found = read(tmp_path, service='[service]\nkeep = "1 business day"\n', dana=WHOLE)
    [said] = texts(found)
    assert said == 'service.toml: warning: keep is calendar time: "1 business day" is taken for 3 days; write "3 days"'


def test_tables_merge_key_by_key_and_the_persons_win(tmp_path: Path):
    own = ME + ACCOUNT + '[client.harbor]\ntier = "gold"\npasses = "9 per day"\n[hours]\nfri = []\n'
    (person,) = read(tmp_path, common=HOURS + CLIENT + REPLY + RULE, dana=own).persons
    (client,) = person.roster.clients
    assert (client.name, client.tier) == ("Harbor Trust", "gold")
    assert client.passes is not None
    assert client.passes.count == 9
    assert person.worktime.week is not None
    assert person.worktime.week[3]
    assert not person.worktime.week[4]


def test_a_persons_days_win_over_a_common_range_that_holds_them(tmp_path: Path):
    own = ME + ACCOUNT + '[hours]\nmon-wed = "10:00-12:00"\n'
    (person,) = read(tmp_path, common=HOURS + CLIENT + REPLY + RULE, dana=own).persons
    assert person.worktime.week is not None
    assert [str(person.worktime.week[day][0]) for day in range(5)] == ["10:00-12:00"] * 3 + ["09:00-17:00"] * 2


def test_a_persons_password_replaces_the_common_one_whole(tmp_path: Path):
    own = (
        ME + '[account.work]\naddresses = ["dana@roth.example"]\nimap = { user = "dana", password = { env = "PW" } }\n'
    )
    common = '[account.work]\nimap = { host = "imap.roth.example", password = { credential = "all" } }\n'
    (person,) = read(tmp_path, common=common + HOURS + CLIENT + REPLY + RULE, dana=own).persons
    assert person.accounts[0].login == "dana@imap.roth.example"
    assert repr(person.accounts[0].imap.password) == "EnvSecret(variable='PW')"


def test_the_persons_rules_come_before_the_common_ones(tmp_path: Path):
    own = WHOLE.replace('then = "defer"', 'then = "defer"\nwhen = { client = "harbor" }')
    common = RULE.replace('"Everything"', '"Common"')
    (person,) = read(tmp_path, common=common, dana=own).persons
    assert [rule.name for rule in person.rules.rules] == ["Everything", "Common"]


def test_an_invalid_person_is_left_out_and_the_others_go_on(tmp_path: Path):
    found = read(tmp_path, dana=WHOLE, lea=(ME + OTHER).replace("Berlin", "Nowhere"), max="[me\n")
    assert [person.label for person in found.persons] == ["dana"]
    assert found.rejected == ("lea", "max")
    assert found.usable


def test_nobody_is_left_where_what_is_common_is_invalid(tmp_path: Path):
    found = read(tmp_path, common="[hours]\nmon = 3\n", dana=WHOLE, lea=ME + OTHER + CLIENT + REPLY + RULE)
    assert found.rejected == ("dana", "lea")
    assert [text for text in texts(found) if "error" in text] == [
        'common.toml: error: mon is the number 3: write hours in quotes, as in "09:00-17:30"'
    ]
    assert not found.usable


def test_a_common_file_that_is_no_toml_leaves_nobody(tmp_path: Path):
    found = read(tmp_path, common="[", dana=WHOLE)
    assert (found.rejected, found.usable) == (("dana",), False)


def test_an_invalid_service_file_stops_everything(tmp_path: Path):
    found = read(tmp_path, service='[service]\nlog = "xml"\n[me]\nname = "x"\n', dana=WHOLE)
    assert found.service is None
    assert not found.usable
    assert len(found.errors) == 2


def test_service_in_a_persons_file_of_a_folder_is_told_where_it_belongs(tmp_path: Path):
    found = read(tmp_path, dana=WHOLE + "[service]\n")
    assert 'dana.toml: error: "service" is no key of the file; it belongs in service.toml' in texts(found)


def test_two_persons_cannot_have_the_same_login(tmp_path: Path):
    found = read(tmp_path, dana=WHOLE, lea=WHOLE)
    assert found.rejected == ("lea",)
    assert texts(found) == ["lea.toml: error: dana@imap.roth.example is an account of dana already: one person each"]


def test_a_warning_about_the_common_file_is_only_for_what_nobody_uses(tmp_path: Path):
    spare = '[reply.spare]\ntext = "x"\n[delegate.tom]\nname = "Tom"\naddress = "tom@roth.example"\n'
    user = WHOLE.replace("[client.harbor]", '[client.harbor]\ndelegate = "tom"')
    found = read(tmp_path, common=spare, dana=user, lea=ME + HOURS + OTHER + CLIENT + REPLY + RULE)
    assert texts(found) == ["common.toml: warning: [reply.spare] is never used: no rule sends it"]


def test_an_empty_folder_is_told(tmp_path: Path):
    found = load(tmp_path)
    assert [problem.text for problem in found.problems] == ["there is no person in this folder: write NAME.toml"]
    assert not found.usable


def test_a_service_file_that_is_no_toml_stops_everything(tmp_path: Path):
    found = read(tmp_path, service="[", dana=WHOLE)
    assert (found.service, found.usable) == (None, False)
    assert [person.label for person in found.persons] == ["dana"]
