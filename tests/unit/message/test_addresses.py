"""Addresses from header octets: one plain mailbox or a reason, never a guess."""

from zoneinfo import ZoneInfo

import pytest

from triaged.core.address import (
    Address,
    Glob,
    Mailbox,
    NullSender,
    addresses_in,
    is_forwarders,
    is_mine,
    organisation,
    plain,
    read_address,
    read_mailbox,
    read_return_path,
    same,
)
from triaged.core.clients import Client, Roster


def address(text: str) -> Address:
    read = read_address(text)
    assert read is not None, text
    return read


@pytest.mark.parametrize(
    ("raw", "spec", "name"),
    [
        (b"gary@harbor.example", "gary@harbor.example", ""),
        (b"<gary@harbor.example>", "gary@harbor.example", ""),
        (b" Gary Smith <gary@Harbor.EXAMPLE> ", "gary@harbor.example", "Gary Smith"),
        (b'"Smith, Gary" <gary@harbor.example>', "gary@harbor.example", "Smith, Gary"),
        (b'"Gary \\"G\\" Smith" <gary@harbor.example>', "gary@harbor.example", 'Gary "G" Smith'),
        (b'"someone@else.example" <gary@harbor.example>', "gary@harbor.example", "someone@else.example"),
        (b"John Q. Public <john@harbor.example>", "john@harbor.example", "John Q. Public"),
        (b"=?utf-8?q?J=C3=B6rg?= <j@harbor.example>", "j@harbor.example", "Jörg"),
        (b'"=?utf-8?b?SsO2cmc=?=" <j@harbor.example>', "j@harbor.example", "Jörg"),
        (b"=?iso-8859-1?q?J=F6rg?=<j@harbor.example>", "j@harbor.example", "Jörg"),
        ("Jörg <j@harbor.example>".encode(), "j@harbor.example", "Jörg"),
        (b"J\xf6rg <j@harbor.example>", "j@harbor.example", "Jörg"),
        (b"Gary\r\n <gary@harbor.example>", "gary@harbor.example", "Gary"),
        (b"o'neil+tag=x@harbor.example", "o'neil+tag=x@harbor.example", ""),
        ("gary@bücher.example".encode(), "gary@xn--bcher-kva.example", ""),
        (b"Ga\xe2\x80\xaery\xe2\x80\x8b <g@harbor.example>", "g@harbor.example", "Gary"),
        (b"=?utf-8?q?a=0D=0ABcc=3A_x?= <g@harbor.example>", "g@harbor.example", "a Bcc: x"),
    ],
)
def test_one_plain_mailbox_is_read(raw: bytes, spec: str, name: str) -> None:
    read = read_mailbox(raw)

    assert isinstance(read, Mailbox), read
    assert (read.address.spec, read.name) == (spec, name)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"=?x?q?c=40client.example=3e=00?=foo@evil.example", "encoded word"),
        (b"=?utf-8?q?gary=40harbor.example?=", "encoded word"),
        (b"Gary <=?utf-8?q?gary?=@harbor.example>", "encoded word"),
        (b"gary@harbor.example, tom@harbor.example", "more than one mailbox"),
        (b"Smith, Gary <gary@harbor.example>", "more than one mailbox"),
        (b"friends: gary@harbor.example;", "group"),
        (b"undisclosed-recipients:;", "group"),
        (b"<@relay.example:gary@harbor.example>", "route"),
        (b"gary@harbor.example (Gary)", "comment"),
        (b"gary(x)@harbor.example", "comment"),
        (b"evil@else.example <gary@harbor.example>", "more than one address"),
        (b"alice@harbor.example)bob@else.example", "comment"),
        (b"gary@harbor.example <tom@harbor.example> x", "more than one address"),
        (b'"unclosed <gary@harbor.example>', "not closed"),
        (b'"gary smith"@harbor.example', "quoted local part"),
        (b'<"gary smith"@harbor.example>', "quoted local part"),
        (b"gary\0@harbor.example", "control character"),
        (b"Gary\x07 <gary@harbor.example>", "control character"),
        (b"g\xf6ry@harbor.example", "no valid address"),
        (b"gary@h\xf6rbor.example", "no valid address"),
        (b"gary", "no valid address"),
        (b"gary@", "no valid address"),
        (b"@harbor.example", "no valid address"),
        (b"gary@harbor..example", "no valid address"),
        (b"gary@-harbor.example", "no valid address"),
        ("gary@a\u00ad\u2060.example".encode(), "no valid address"),
        ("gary@\u200d.example".encode(), "no valid address"),
        ("gary@ｈarbor.example".encode(), "no valid address"),
        ("gary@harbor。example".encode(), "no valid address"),
        ("gary@\u0301a.example".encode(), "no valid address"),
        (b"gary@[192.0.2.1]", "not a single plain address"),
        (b"<gary@harbor.example", "not a single plain address"),
        (b"<>", "no address"),
        (b"MAILER-DAEMON", "no valid address"),
        (b"a" * 65 + b"@harbor.example", "no valid address"),
        (b"a@" + b"b." * 130 + b"example", "no valid address"),
    ],
)
def test_whatever_two_programs_could_read_differently_is_refused_with_its_reason(raw: bytes, why: str) -> None:
    read = read_mailbox(raw)

    assert isinstance(read, str), read
    assert why in read


def test_a_local_part_outside_ascii_is_read_but_not_to_be_written_to() -> None:
    read = read_mailbox("Dörte <dörte@sørensen.example>".encode())

    assert isinstance(read, Mailbox)
    assert read.address.local == "dörte"
    assert not read.address.is_ascii
    assert address("gary@harbor.example").is_ascii


@pytest.mark.parametrize("local", ["a\u202eb", "a\u200bb", "ä b", "ä,b", "ä=?b"])
def test_a_local_part_outside_ascii_holds_letters_marks_and_digits_only(local: str) -> None:
    assert read_address(f"{local}@harbor.example") is None


def test_addresses_compare_by_their_folded_spec() -> None:
    assert address("Gary@HARBOR.example").key == address("gary@harbor.example").key
    assert address("Gary@HARBOR.example").spec == "Gary@harbor.example"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"<>", NullSender.NULL),
        (b" < > ", NullSender.NULL),
        (b"<gary@harbor.example>", Address("gary", "harbor.example")),
        (b"gary@harbor.example", Address("gary", "harbor.example")),
    ],
)
def test_a_return_path_is_an_address_or_null(raw: bytes, expected: object) -> None:
    assert read_return_path(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<a@b.example> (x)",
        b"<a@b.example><c@d.example>",
        b'<"a b"@c.example>',
        b"<@r:a@b.example>",
        b"x\0@b.example",
    ],
)
def test_a_return_path_that_is_neither_is_told(raw: bytes) -> None:
    assert isinstance(read_return_path(raw), str)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Dana <dana@roth.example>, tom@x.example", ["dana@roth.example", "tom@x.example"]),
        (b'"Roth, Dana <no@x.example>" <dana@roth.example>', ["dana@roth.example"]),
        (b"dana@roth.example (Dana, at no@x.example)", ["dana@roth.example"]),
        (b"team: dana@roth.example, tom@x.example;", ["dana@roth.example", "tom@x.example"]),
        (b"undisclosed-recipients:;", []),
        (b'"open quote <dana@roth.example>', []),
        (b"a@b@c.example, dana@roth.example", ["dana@roth.example"]),
        (b"", []),
    ],
)
def test_addressees_are_found_leniently(raw: bytes, expected: list[str]) -> None:
    assert [found.spec for found in addresses_in(raw)] == expected


def test_addressees_are_counted_up_to_the_limit() -> None:
    assert len(addresses_in(b"a@b.example," * 600)) == 500
    assert len(addresses_in(b"a@b.example," * 600, limit=3)) == 3


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("mail.roth.example", "roth.example"),
        ("roth.co.uk", "roth.co.uk"),
        ("a.b.roth.co.uk", "roth.co.uk"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
    ],
)
def test_an_organisation_is_the_domain_below_the_public_suffix(domain: str, expected: str) -> None:
    assert organisation(domain) == expected


@pytest.mark.parametrize(
    ("tagged", "expected"),
    [
        ("prvs=0123abcdef=gary@harbor.example", "gary@harbor.example"),
        ("PRVS=0123abcdef=gary@harbor.example", "gary@harbor.example"),
        ("btv1==0123==gary@harbor.example", "gary@harbor.example"),
        ("SRS0=HHHH=TT=harbor.example=gary@relay.example", "gary@harbor.example"),
        ("srs0+HHHH=TT=harbor.example=gary@relay.example", "gary@harbor.example"),
        ("SRS1=HHH=first.example==HHH=TT=harbor.example=gary@relay.example", "gary@harbor.example"),
        ("gary=x@harbor.example", "gary=x@harbor.example"),
    ],
)
def test_tags_of_bounces_and_rewriting_are_seen_through(tagged: str, expected: str) -> None:
    assert plain(address(tagged)).spec == expected


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("GARY@harbor.example", "gary@HARBOR.example", True),
        ("straße@harbor.example", "strasse@harbor.example", False),
        ("\u212aate@harbor.example", "kate@harbor.example", False),
        ("ſam@harbor.example", "sam@harbor.example", False),
        ("jose\u0301@harbor.example", "jos\u00e9@harbor.example", True),
        ("JOSÉ@harbor.example", "josé@harbor.example", False),
    ],
)
def test_only_ascii_letters_are_the_same_in_both_cases(one: str, other: str, *, equal: bool) -> None:
    assert (address(one).key == address(other).key) is equal
    assert is_mine(address(one), (address(other),)) is equal
    assert Glob.parse(other).matches(address(one)) is equal
    assert (Roster((Client("x", "X", (Glob.parse(other),), ZoneInfo("UTC")),)).find(address(one)) is not None) is equal


def test_a_kelvin_sign_makes_no_domain_with_a_k() -> None:
    assert read_address("x@\u212aate.example") is None


@pytest.mark.parametrize("text", ["\u212aate@x", "Stra\u00dfe@X", "e\u0301@x", "a\u037eb", "\u1fef"])
def test_what_is_folded_twice_is_as_if_folded_once(text: str):
    assert same(same(text)) == same(text)
    assert not same(text).isascii()
    assert read_address("x@KATE.example") == address("x@kate.example")


@pytest.mark.parametrize(
    ("text", "forwarders"),
    [
        ("SRS0=HHHH=TT=harbor.example=gary@relay.example", True),
        ("srs1-broken@relay.example", True),
        ("p5+caf_=dana=roth.example@harbor.example", True),
        ("prvs=0123abcdef=gary@harbor.example", False),
        ("gary+tag@harbor.example", False),
    ],
)
def test_a_forwarders_own_address_is_known(text: str, *, forwarders: bool) -> None:
    assert is_forwarders(address(text)) is forwarders


def test_my_addresses_are_mine_with_tags_and_dots_where_they_do_not_count() -> None:
    mine = (address("dana@roth.example"), address("dana.roth@gmail.com"))

    assert is_mine(address("Dana+list@roth.example"), mine)
    assert is_mine(address("danaroth+x@googlemail.com"), mine)
    assert not is_mine(address("d.ana@roth.example"), mine)
    assert not is_mine(address("dana@other.example"), mine)


@pytest.mark.parametrize(
    ("pattern", "specificity", "fixed"),
    [
        ("gary@harbor.example", 3, True),
        ("*@harbor.example", 2, True),
        ("g*@harbor.example", 1, True),
        ("*@*.harbor.co.uk", 1, True),
        ("*@*.co.uk", 1, False),
        ("*@*", 1, False),
        ("*", 1, False),
        ("gary@*", 1, False),
        ("*harbor.example", 1, False),
        ("*@harbor.exampl?", 1, False),
        ("*@bücher.example", 2, True),
    ],
)
def test_a_pattern_knows_how_special_it_is_and_whether_anybody_may_match(
    pattern: str, specificity: int, *, fixed: bool
) -> None:
    glob = Glob.parse(pattern)

    assert (glob.specificity, glob.has_fixed_domain, str(glob)) == (specificity, fixed, pattern)


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("Gary@Harbor.example", "gary@harbor.EXAMPLE", "mary@harbor.example"),
        ("*@harbor.example", "any.one@harbor.example", "any@sub.harbor.example"),
        ("*@*.harbor.example", "any@sub.harbor.example", "any@harbor.example"),
        ("g?ry@harbor.example", "gory@harbor.example", "gry@harbor.example"),
        ("*no*reply*", "please-no-reply@x.example", "reply-no@x.example"),
        ("a.b@x.example", "a.b@x.example", "aXb@x.example"),
        ("*@bücher.example", "x@xn--bcher-kva.example", "x@bcher.example"),
        ("*aab@x.example", "aaab@x.example", "aab@y.example"),
        ("a*ba*a@x.example", "abaa@x.example", "aba@x.example"),
    ],
)
def test_a_pattern_matches_whole_addresses_case_ignored(pattern: str, matching: str, other: str) -> None:
    glob = Glob.parse(pattern)

    assert glob.matches(address(matching))
    assert not glob.matches(address(other))


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("*@", "name@domain or *@domain"),
        ("harbor.example", "*@harbor.example"),
        ("@harbor.example", "*@harbor.example"),
        ("", "name@domain"),
        ("a b@c.example", "name@domain"),
    ],
)
def test_a_pattern_that_is_none_is_told_what_to_write(pattern: str, hint: str) -> None:
    with pytest.raises(ValueError) as told:
        Glob.parse(pattern)
    assert hint in str(told.value)
