"""The roster: whose an address is, and who only looks like it."""

import pytest

from support.rulekit import address, client
from triaged.core.clients import Roster, globs_meet

ROSTER = Roster(
    (
        client("harbor", "*@harbor.example", "gary.private@mail.example", phones=("+442079460018",)),
        client("boss", "gary@harbor.example"),
        client("public", "*@*.harbor-group.example.com"),
        client("anyone", "*"),
        client("müller", "*@müller.example"),
    )
)


def label(text: str):
    found = ROSTER.find(address(text))
    return found.client.label if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gary@harbor.example", "boss"),
        ("GARY@Harbor.Example", "boss"),
        ("anna@harbor.example", "harbor"),
        ("gary.private@mail.example", "harbor"),
        ("x@eu.harbor-group.example.com", "public"),
        ("x@harbor.example.evil.test", "anyone"),
        ("x@notharbor.example", "anyone"),
        ("x@mail.harbor.example", "anyone"),
        ("x@harbor-group.example.com", "anyone"),
        ("gary@harbor.example.", None),
        ("info@xn--mller-kva.example", "müller"),
        ("info@MÜLLER.example", "müller"),
        ("gary.private@mail.example.test", "anyone"),
    ],
)
def test_the_most_specific_entry_wins_and_lookalikes_are_nobodys(text: str, expected: str | None):
    if expected is None:
        from triaged.core.address import read_address

        assert read_address(text) is None
    else:
        assert label(text) == expected


def test_a_stranger_is_nobody():
    assert Roster((client(),)).find(address("x@elsewhere.example")) is None


def test_an_entry_that_names_no_domain_may_not_be_replied_to():
    anyone = ROSTER.find(address("x@elsewhere.example"))
    harbor = ROSTER.find(address("x@harbor.example"))
    public = ROSTER.find(address("x@eu.harbor-group.example.com"))
    assert anyone
    assert not anyone.may_be_replied_to
    assert harbor
    assert harbor.may_be_replied_to
    assert public
    assert public.may_be_replied_to


def test_a_caller_is_known_by_the_whole_number_only():
    found = ROSTER.by_phone("+442079460018")
    assert found
    assert found.label == "harbor"
    assert ROSTER.by_phone("79460018") is None


def test_a_client_is_found_by_its_label():
    found = ROSTER.by_label("boss")
    assert found
    assert found.label == "boss"
    assert ROSTER.by_label("nobody") is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("gary@harbor.example", "GARY@harbor.example"),
        ("*@harbor.example", "*@HARBOR.example"),
        ("*@müller.example", "*@xn--mller-kva.example"),
        ("a*@harbor.example", "*b@harbor.example"),
        ("*@*.harbor.example.com", "a*@*.harbor.example.com"),
        ("*", "*@*"),
    ],
)
def test_two_clients_who_claim_the_same_are_told(one: str, two: str):
    (overlap,) = Roster((client("a", one), client("b", two))).overlaps()
    assert (overlap.first, overlap.second) == ("a", "b")
    assert one in str(overlap)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("gary@harbor.example", "*@harbor.example"),
        ("*@harbor.example", "*@lindenhof.example"),
        ("a*@harbor.example", "b*@harbor.example"),
        ("*@*.harbor.example.com", "*"),
        ("info@*", "*@harbor.example"),
    ],
)
def test_entries_of_different_rank_or_reach_are_no_tie(one: str, two: str):
    assert Roster((client("a", one), client("b", two))).overlaps() == ()


def test_one_client_may_repeat_itself_and_a_shared_telephone_is_a_tie():
    assert Roster((client("a", "*@a.example", "*@a.example"),)).overlaps() == ()
    both = Roster((client("a", "*@a.example", phones=("+4930123",)), client("b", "*@b.example", phones=("+4930123",))))
    assert [str(overlap) for overlap in both.overlaps()] == [
        '"+4930123" stands in both [client.a] and [client.b]: leave it with one of them'
    ]


def test_a_caller_is_written_to_at_mail_or_at_the_first_plain_address():
    assert client("a", "*@a.example", "x@a.example").caller_address == address("x@a.example")
    assert client("a", "x@a.example", mail=address("y@a.example")).caller_address == address("y@a.example")
    assert client("a", "*@a.example").caller_address is None


@pytest.mark.parametrize(
    ("one", "two", "meet"),
    [("a*", "*b", True), ("a?", "a", False), ("*", "", True), ("a?c", "abc", True), ("a*b", "a*c", False)],
)
def test_whether_two_globs_can_match_the_same_text(one: str, two: str, *, meet: bool):
    assert globs_meet(one, two) is meet


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("gary@harbor.example", "gary@harbor.example"),
        ("Gary+invoices@harbor.example", "gary@harbor.example"),
        ("gary.private@mail.example", "gary@harbor.example"),
        ("gary.private+x@mail.example", "gary@harbor.example"),
        ("prvs=0123abcdef=gary@harbor.example", "gary@harbor.example"),
        ("anna@harbor.example", "anna@harbor.example"),
        ("tickets+4711@harbor.example", "tickets@harbor.example"),
    ],
)
def test_a_person_counts_once_whatever_the_tag_and_by_whichever_address_people_names(text: str, counted: str):
    people = {"gary@harbor.example": "Gary", "gary.private@mail.example": "Gary", "anna@harbor.example": "Anna"}
    one = client("harbor", "*@harbor.example", people=people)
    assert one.counted_as(address(text)) == counted
