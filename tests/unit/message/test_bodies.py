"""Bodies: the parts found, the text decoded, the attachments named; a cut body reads as far as it goes."""

import base64
import quopri

import pytest

from triaged.core.message import Attachment, Message, read, read_raw

UMLAUTS = "Können wir über die Rückfrage sprechen?\n"


def mail(kind: str, body: bytes | str, *more: str, complete: bool = True) -> Message:
    header = "\r\n".join((f"Content-Type: {kind}", *more, "", "")).encode()
    return read(header, body.encode() if isinstance(body, str) else body, complete=complete)


def part(kind: str, body: str, *more: str) -> str:
    return "\r\n".join((f"Content-Type: {kind}", *more, "", body))


def multipart(
    kind: str, *parts: str, boundary: str = "xx", complete: bool = True, ending: str = "--xx--\r\n"
) -> Message:
    body = "".join(f"--{boundary}\r\n{one}\r\n" for one in parts) + ending
    return mail(f'multipart/{kind}; boundary="{boundary}"', "preamble\r\n" + body, complete=complete)


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("utf-8", UMLAUTS.encode()),
        ('"UTF-8"', UMLAUTS.encode()),
        ("iso-8859-1", UMLAUTS.encode("latin-1")),
        ("ISO_8859-15", UMLAUTS.encode("iso8859-15")),
        ("windows-1252", UMLAUTS.encode("cp1252")),
        ("us-ascii", UMLAUTS.encode()),
        ("us-ascii", UMLAUTS.encode("cp1252")),
        ("unheard-of", UMLAUTS.encode()),
        ("zlib", UMLAUTS.encode()),
        ("utf-16", UMLAUTS.encode("utf-16")),
        ("utf-8", UMLAUTS.encode("cp1252")),
        ("shift_jis", UMLAUTS.encode()),
    ],
)
def test_text_is_decoded_by_its_charset_and_by_what_it_is_where_that_lies(charset: str, raw: bytes) -> None:
    if charset == "shift_jis":
        raw, expected = "緊急です\n".encode("cp932"), "緊急です\n"
    else:
        expected = UMLAUTS
    assert mail(f"text/plain; charset={charset}", raw).text == expected


def test_one_broken_character_does_not_spoil_the_others() -> None:
    text = mail("text/plain; charset=utf-8", "Größe ".encode() + b"\xff" + " Maß übrig".encode()).text

    assert text == "Größe \ufffd Maß übrig"


def test_a_text_in_utf_7_is_read_as_text_and_stays_a_defect() -> None:
    message = mail("text/plain; charset=utf-7", b"+ADw-script+AD4-")

    assert message.text == "<script>"
    assert "unknown-charset" in message.defects


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", base64.encodebytes(UMLAUTS.encode())),
        ("BASE64", base64.encodebytes(UMLAUTS.encode()).replace(b"\n", b"\r\n")),
        ("base64", base64.b64encode(UMLAUTS.encode()).rstrip(b"=")),
        ("quoted-printable", quopri.encodestring(UMLAUTS.encode()).replace(b"\n", b"\r\n")),
        ("8bit", UMLAUTS.encode()),
        ("rot13", UMLAUTS.encode()),
    ],
)
def test_transfer_encodings_are_undone(encoding: str, body: bytes) -> None:
    assert mail("text/plain; charset=utf-8", body, f"Content-Transfer-Encoding: {encoding}").text == UMLAUTS


def test_uuencoded_text_is_decoded_between_its_lines() -> None:
    body = b'Hello\r\nbegin 644 x.txt\r\n&5W)L9"$*\r\n`\r\nend\r\nbye\r\n'

    assert mail("text/plain", body, "Content-Transfer-Encoding: x-uuencode").text == "Hello\nWrld!\nbye\n\n"


def test_broken_base64_is_a_defect_only_where_nothing_was_cut() -> None:
    body = base64.encodebytes(b"Hello Dana, how are you?")[:13]

    assert mail("text/plain", body, "Content-Transfer-Encoding: base64").defects[-1] == "bad-base64"
    cut = mail("text/plain", body, "Content-Transfer-Encoding: base64", complete=False)
    assert cut.text == "Hello Dan"
    assert "bad-base64" not in cut.defects


def test_a_character_cut_in_two_is_left_out() -> None:
    assert mail("text/plain; charset=utf-8", "Grö".encode()[:-1], complete=False).text == "Gr"
    assert mail("text/plain; charset=utf-8", "Gr🙂".encode()[:-1], complete=False).text == "Gr"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_do_not_matter(end: str) -> None:
    raw = end.join(
        [
            "Subject: x",
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "Content-Type: text/plain",
            "",
            "one",
            "two",
            "--b--",
            "",
        ]
    )

    assert read_raw(raw.encode()).text.split() == ["one", "two"]


def test_controls_and_invisible_characters_are_taken_out_of_the_text() -> None:
    assert mail("text/plain; charset=utf-8", "a\x00b\x1b\u200bc\u202ed\te\n").text == "abcd\te\n"


def test_the_plain_alternative_is_preferred() -> None:
    message = multipart("alternative", part("text/plain", "plain"), part("text/html", "<p>html</p>"))

    assert message.text.strip() == "plain"
    assert message.part_types == ("multipart/alternative", "text/plain", "text/html")
    assert message.attachments == ()


def test_a_blank_plain_alternative_gives_way_to_the_html() -> None:
    message = multipart("alternative", part("text/plain", " \r\n"), part("text/html", "<p>html</p>"))

    assert message.text.strip() == "html"


def test_html_with_pictures_beside_a_plain_alternative() -> None:
    related = 'multipart/related; boundary="yy"\r\n\r\n--yy\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n--yy\r\nContent-Type: image/png; name=logo.png\r\n\r\nx\r\n--yy--'
    message = multipart("alternative", part("text/plain", "plain"), f"Content-Type: {related}")

    assert message.text.strip() == "plain"
    assert message.part_types[2:] == ("multipart/related", "text/html", "image/png")
    assert message.attachments == ()


def test_texts_around_an_attachment_are_joined() -> None:
    message = multipart(
        "mixed",
        part("text/plain", "above"),
        part(
            "application/pdf",
            "JVBERi0=",
            'Content-Disposition: attachment; filename="offer.pdf"',
            "Content-Transfer-Encoding: base64",
        ),
        part("text/plain", "below"),
    )

    assert message.text == "above\nbelow\n"
    assert message.attachments == (Attachment("offer.pdf", "application/pdf", 6),)


def test_a_text_file_attached_is_not_read() -> None:
    message = multipart("mixed", part("text/plain", "above"), part('text/plain; name="log.txt"', "urgent"))

    assert message.text.strip() == "above"
    assert [one.name for one in message.attachments] == ["log.txt"]


def test_a_text_that_has_only_a_file_name_is_read() -> None:
    assert multipart("mixed", part('text/plain; name="body.txt"', "hello")).text.strip() == "hello"


def test_signatures_and_reports_are_read_by_their_first_part() -> None:
    signed = multipart(
        "signed", part("text/plain", "hello"), part("application/pgp-signature; name=signature.asc", "x")
    )
    report = multipart("report", part("text/plain", "could not"), part("message/delivery-status", "Status: 5.1.1"))

    assert (signed.text.strip(), signed.attachments) == ("hello", ())
    assert report.text.strip() == "could not"
    assert "message/delivery-status" in report.part_types


def test_an_attached_message_is_an_attachment() -> None:
    message = multipart(
        "mixed", part("text/plain", "see below"), part("message/rfc822", "Subject: urgent\r\n\r\nurgent")
    )

    assert message.text.strip() == "see below"
    assert [one.content_type for one in message.attachments] == ["message/rfc822"]


def test_encrypted_mail_has_no_text() -> None:
    message = multipart(
        "encrypted", part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", "x")
    )

    assert message.text == ""


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ('filename="offer.pdf"', "offer.pdf"),
        ("filename=offer.pdf", "offer.pdf"),
        ('filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ('filename="a;b=c.pdf"', "a;b=c.pdf"),
        ("filename*=utf-8''R%C3%BCckfrage.pdf", "Rückfrage.pdf"),
        ("filename*0*=iso-8859-1'de'R%FCck; filename*1=frage.pdf", "Rückfrage.pdf"),
        ("filename*1=b.pdf; filename*0=a", "ab.pdf"),
        ("filename*0=a; filename*2=c", "a"),
        ("filename*1=b", ""),
        ("filename*99999999=b", ""),
        ("filename=x; filename*=utf-8''y", "y"),
        ("filename*=utf-7''+ADw-", ""),
        ('filename="=?utf-8?q?R=C3=BCck.pdf?="', "Rück.pdf"),
        ('filename="../../etc/\u202egpj.exe"', "../../etc/gpj.exe"),
        ('filename="open.pdf', "open.pdf"),
    ],
)
def test_names_of_attachments(parameter: str, name: str) -> None:
    message = multipart(
        "mixed", part("text/plain", "x"), part("application/pdf", "x", f"Content-Disposition: attachment; {parameter}")
    )

    assert [one.name for one in message.attachments] == [name]


def test_format_flowed_joins_soft_breaks_and_keeps_quotes_apart() -> None:
    body = "> quoted \r\n> further\r\n>> deeper\r\nI will \r\nring  you\r\n stuffed\r\n-- \r\nGary\r\n"

    text = mail("text/plain; format=flowed", body).text

    assert text == "> quoted further\n>> deeper\nI will ring  you\nstuffed\n-- \nGary\n"


def test_format_flowed_with_delsp() -> None:
    assert mail("text/plain; format=flowed; delsp=yes", "ur \r\ngent\r\n").text == "urgent\n"


def test_a_delimiter_is_a_whole_line() -> None:
    message = multipart("mixed", part("text/plain", "one\r\n--xxy\r\ntwo --xx\r\n--xx  "), boundary="xx")

    assert "--xxy\ntwo --xx" in message.text


def test_a_multipart_without_delimiters_is_read_as_the_text_it_looks_like() -> None:
    message = mail("multipart/mixed; boundary=none", "Hello Dana\r\n")

    assert message.text == "Hello Dana\n"
    assert "missing-part" in message.defects


def test_a_body_cut_inside_a_part_is_read_as_far_as_it_goes() -> None:
    whole = multipart("mixed", part("text/plain", "Hello Dana, this is cut"), ending="")
    cut = multipart("mixed", part("text/plain", "Hello Dana, this is cut"), ending="", complete=False)

    assert cut.text == whole.text == "Hello Dana, this is cut\n"
    assert "unclosed-part" in whole.defects
    assert "unclosed-part" not in cut.defects
    assert cut.defects[-1] == "truncated"


def test_nesting_and_parts_have_limits() -> None:
    deep = (
        "".join(f"--{n}\r\nContent-Type: multipart/mixed; boundary={n + 1}\r\n\r\n" for n in range(30))
        + "--30\r\n\r\nx\r\n"
    )

    assert "limit-depth" in mail("multipart/mixed; boundary=0", deep).defects
    many = multipart("mixed", *["\r\nx"] * 300)
    assert "limit-parts" in many.defects
    assert len(many.part_types) == 201


def test_text_has_a_limit() -> None:
    message = mail("text/plain", b"word " * 100_000)

    assert len(message.text) == 200_000
    assert "limit-text" in message.defects


def test_headers_alone_read_without_text() -> None:
    message = read(b"Content-Type: multipart/mixed; boundary=x\r\nSubject: hi\r\n\r\n", b"", size=5_000, complete=False)

    assert (message.text, message.new_text, message.words, message.content_type) == ("", "", 0, "multipart/mixed")


def test_a_soft_break_at_the_end_or_before_another_depth_ends_the_paragraph() -> None:
    assert mail("text/plain; format=flowed", "> one \r\ntwo \r\n-- \r\nthree ").text == "> one \ntwo \n-- \nthree "


def test_a_comment_beside_the_type_is_no_part_of_it() -> None:
    assert mail("text/html (rich); charset=utf-8", "<p>x</p>").content_type == "text/html"
