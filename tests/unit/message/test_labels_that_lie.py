"""Text whose label lies or lacks is read as what it is; what nobody can read says so, and is never taken for nothing."""

import base64

import pytest

from triaged.core.decoding import decode_text
from triaged.core.message import Message, read

RUSSIAN = "Добрый день! Сервер упал, срочно перезвоните."
JAPANESE = "緊急です。サーバーが落ちました。"
BASE64 = "Content-Transfer-Encoding: base64"


def mail(kind: str, body: bytes, *more: str) -> Message:
    return read("\r\n".join((f"Content-Type: {kind}", *more, "", "")).encode(), body)


def alternative(plain: str, html: str) -> Message:
    body = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
    )
    return mail("multipart/alternative; boundary=b", body.encode())


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "koi8-r", RUSSIAN),
        ("", "koi8-r", RUSSIAN),
        ("", "cp1251", RUSSIAN),
        ("windows-1251", "koi8-r", RUSSIAN),
        ("koi8-r", "cp1251", RUSSIAN),
        ("unknown-8bit", "euc_jp", JAPANESE),
        ("windows-1252", "cp932", JAPANESE),
        ("us-ascii", "iso2022_jp", JAPANESE),
        ("", "iso2022_jp", JAPANESE),
        ("iso-2022-jp-ms", "iso2022_jp", JAPANESE),
        ("", "gb18030", "服务器宕机，请尽快回电。"),
        ("iso-8859-1", "utf-8", "Größere Störung, bitte zurückrufen"),
        ("windows-1250", "utf-8", "Zażółć gęślą jaźń"),
        ("utf-7", "utf-7", "Größere Störung"),
        ("hz-gb-2312", "hz", "服务器宕机，请尽快回电。"),
        ("", "utf-16", RUSSIAN),
        ("utf-8", "utf-16", JAPANESE),
        ("iso-8859-1", "utf-16", "Größere Störung"),
    ],
)
def test_text_is_read_as_what_it_is(label: str, codec: str, text: str):
    assert decode_text(text.encode(codec), label)[0] == text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "latin-1", "Größere Störung, bitte zurückrufen"),
        ("iso-8859-1", "latin-1", "ÇA ÉTÉ"),
        ("", "cp1252", "déjà vu"),
        ("", "cp1252", "don’t worry – it’s fine"),
        ("windows-1251", "cp1251", RUSSIAN),
        ("windows-1251", "cp1251", "ДОБРЫЙ ДЕНЬ, СЕРВЕР УПАЛ"),
        ("koi8-r", "koi8-r", RUSSIAN),
        ("windows-1250", "cp1250", "Pilne, proszę o telefon"),
        ("us-ascii", "ascii", "Price list: 1~2 (B) $B5"),
    ],
)
def test_a_label_that_is_right_is_believed(label: str, codec: str, text: str):
    assert decode_text(text.encode(codec), label)[0] == text


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain; charset=utf-8", b"The server is down, please ring me", "The server is down, please ring me"),
        ("text/plain; charset=utf-8", b"Ausfall", "Ausfall"),
        ("text/plain", b"down\r\n", "down\n"),
        ("text/plain; charset=utf-8", "Störung im Büro".encode(), "Störung im Büro"),
        ("text/plain; charset=utf-8", base64.encodebytes("Störung im Büro".encode()), "Störung im Büro"),
        ("text/plain; charset=iso-8859-1", base64.b64encode("für".encode("latin-1")), "für"),
        ("text/plain", base64.b64encode(b"Hello, how are you?").rstrip(b"="), "Hello, how are you?"),
    ],
)
def test_what_claims_to_be_base64_and_is_none_is_read_as_it_stands(kind: str, body: bytes, text: str):
    assert mail(kind, body, BASE64).text == text


def test_a_page_says_its_charset_itself():
    page = f'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>{RUSSIAN}</p>'
    assert mail("text/html", page.encode("koi8-r")).text.strip() == RUSSIAN


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("This message needs an HTML viewer.", "<p>Our whole office is down since eight, nobody can work.</p>"),
        ("See attached HTML.", "<p>The total outage of our branch in Joliet goes on.</p>"),
        ("-", "<p>Please ring me, everything is down.</p>"),
    ],
)
def test_a_plain_part_that_is_a_stub_gives_way_to_the_page(plain: str, html: str):
    assert alternative(plain, html).text.strip() == html[3:-4]


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("Can you ring me?", "<html><head><style>p { margin: 0 }</style></head><p>Can you ring me?</p></html>"),
        ("Thanks!", "<p>Thanks!</p><p><i>Harbor Trust</i></p>"),
        ("plain", "<p>html</p>"),
    ],
)
def test_a_short_plain_part_that_says_the_same_is_read(plain: str, html: str):
    assert alternative(plain, html).text.strip() == plain


def test_a_line_in_a_parts_header_that_is_no_field_hides_none_of_the_others():
    body = (
        b"--b\r\nthis line is none\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(b"The server is down")
        + b"\r\n--b--\r\n"
    )
    found = mail("multipart/mixed; boundary=b", body)
    assert found.text.strip() == "The server is down"
    assert "junk-in-part-header" in found.defects


def test_a_part_without_any_header_is_text_also_where_it_speaks_of_fields():
    body = b"--b\r\n\r\nHello,\r\nContent-Type: is what I ask about\r\n\r\nGary\r\n--b--\r\n"
    assert mail("multipart/mixed; boundary=b", body).text.startswith("Hello,\nContent-Type: is what")


@pytest.mark.parametrize(
    "found",
    [
        mail("application/ms-tnef; name=winmail.dat", base64.encodebytes(b"x" * 50), BASE64),
        mail("application/octet-stream; name=WINMAIL.DAT", base64.encodebytes(b"x" * 50), BASE64),
        mail("text/plain; charset=utf-8", bytes(range(1, 32)) + bytes(range(0x80, 0xFF))),
    ],
    ids=["TNEF", "TNEF as octets", "no encoding"],
)
def test_what_nobody_can_read_says_so(found: Message):
    assert found.unreadable


@pytest.mark.parametrize(
    "found",
    [
        mail("text/plain; charset=utf-8", "Größe ".encode() + b"\xff" + " Maß übrig".encode()),
        mail("image/jpeg; name=photo.jpg", base64.encodebytes(b"\xff\xd8" * 50), BASE64),
        mail("text/plain", b""),
        read(b"Subject: x\r\n\r\n"),
    ],
    ids=["one broken character", "a photograph", "an empty text", "nothing"],
)
def test_what_is_only_short_or_a_picture_is_readable(found: Message):
    assert not found.unreadable
