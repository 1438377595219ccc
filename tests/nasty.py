"""Hostile mail, made here: one function a class of it, each a whole raw message that a stranger could send."""

from collections.abc import Callable, Mapping

HEAD = b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nMessage-ID: <1@harbor.example>\r\nDate: Tue, 24 Nov 2026 15:10:00 +0100\r\n"


def _mail(header: bytes = b"", body: bytes = b"Hello Dana\r\n") -> bytes:
    return HEAD + header + b"\r\n" + body


def _multipart(body: bytes, kind: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    return _mail(b"Subject: x\r\nContent-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n', body)


def _nested(depth: int) -> bytes:
    opening = b"".join(
        b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n" % (level, level + 1) for level in range(depth)
    )
    return _multipart(opening + b"--%d\r\n\r\ndeep\r\n" % depth, boundary=b"0")


def _nested_messages(depth: int) -> bytes:
    return _mail(b"Subject: x\r\nContent-Type: message/rfc822\r\n", b"Content-Type: message/rfc822\r\n\r\n" * depth)


def _html(body: bytes) -> bytes:
    return _mail(b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n", body)


CLASSES: Mapping[str, Callable[[], bytes]] = {
    "a subject of a megabyte": lambda: _mail(b"Subject: " + b"x" * 1_000_000 + b"\r\n"),
    "a subject folded ten thousand times": lambda: _mail(b"Subject: x" + b"\r\n x" * 10_000 + b"\r\n"),
    "a subject of re and re and re": lambda: _mail(b"Subject: " + b"Re: " * 4_000 + b"\r\n"),
    "twenty thousand encoded words": lambda: _mail(b"Subject: " + b"=?utf-8?q?=C3=A4?= " * 20_000 + b"\r\n"),
    "encoded words that never end": lambda: _mail(b"Subject: " + b"=?utf-8?q?" * 1_600 + b"\r\n"),
    "a hundred thousand commas": lambda: _mail(b"Cc: " + b"," * 100_000 + b"\r\n"),
    "a hundred thousand commas in From": lambda: b"From: " + b"," * 100_000 + b"\r\n\r\n",
    "twenty thousand quotes": lambda: _mail(b"Cc: " + b'"' * 20_001 + b"\r\n"),
    "escaped quotes without end": lambda: _mail(b"Cc: " + b'a\\"' * 5_000 + b"\r\n"),
    "escaped quotes that end in half an escape": lambda: _mail(b"Cc: " + b'a\\"' * 20_000 + b"\\\r\n"),
    "escaped parentheses in a comment without end": lambda: _mail(b"To: (" + b"\\(" * 30_000 + b"(\r\n"),
    "comments in comments without end": lambda: _mail(b"To: " + b"(a" * 30_000 + b"\\\r\n"),
    "an unclosed quote in From": lambda: b'From: "' + b'\\"a' * 5_000 + b"\r\n\r\n",
    "ten thousand addresses": lambda: _mail(
        b"Cc: " + b", ".join(b"a%d@b.example" % n for n in range(10_000)) + b"\r\n"
    ),
    "ten thousand addresses folded": lambda: _mail(
        b"".join(b"Cc: " + b",\r\n ".join(b"a%d@b.example" % n for n in range(700)) + b"\r\n" for _ in range(10))
    ),
    "comments five thousand deep": lambda: _mail(b"Cc: " + b"(" * 5_000 + b")" * 5_000 + b"\r\n"),
    "comments without end": lambda: b"From: " + b"(" * 16_000 + b"\r\n\r\n",
    "a local part of megabytes": lambda: b"From: " + b"a" * 1_000_000 + b"@b.example\r\n\r\n",
    "dots and dots in a domain": lambda: (
        b"From: a@" + b"a." * 8_000 + b"\r\nReturn-Path: <a@" + b"a-" * 8_000 + b">\r\n\r\n"
    ),
    "an international domain of kilobytes": lambda: "From: a@{}.example\r\n\r\n".format("ü" * 7_000).encode(),
    "fifty thousand fields": lambda: b"".join(b"X-%d: y\r\n" % n for n in range(50_000)) + _mail(),
    "a thousand From fields": lambda: b"From: a@b.example\r\n" * 1_000 + b"\r\n",
    "fields of one name": lambda: b"Received: x\r\n" * 900 + _mail(),
    "a header that never ends": lambda: b"X-A: b\r\n" * 200_000,
    "blanks without end in a field": lambda: _mail(b"Subject:" + b" " * 500_000 + b"\r\n" + b" \r\n" * 100_000),
    "lines that are no fields": lambda: b"no field\r\n" * 20_000 + _mail(),
    "references without end": lambda: _mail(b"References: " + b"<a@b> " * 20_000 + b"\r\n"),
    "angle brackets without end": lambda: _mail(b"References: " + b"<" * 8_000 + b"@" * 8_000 + b"\r\n"),
    "a date of kilobytes": lambda: b"Date: " + b"1 " * 8_000 + b"\r\n\r\n",
    "a date in another age": lambda: b"Date: Mon, 99 Nov 99999 99:99:99 +9999\r\n\r\n",
    "a zone without sense": lambda: b"Date: Mon, 9 Nov 2026 10:00:00 -9999\r\n\r\n",
    "results without end": lambda: _mail(b"Authentication-Results: mx.roth.example; " + b"(" * 8_000 + b"\r\n"),
    "results and results": lambda: (
        _mail(b"Authentication-Results: mx.roth.example" + b"; dkim=pass" * 1_300 + b"\r\n") * 1
    ),
    "NUL everywhere": lambda: b"From: a\0@b.example\r\nSubject: \0\r\n\r\n\0\0\0",
    "a hundred thousand parameters": lambda: _mail(b"Content-Type: text/plain" + b"; a=b" * 100_000 + b"\r\n"),
    "parameters in pieces": lambda: _mail(
        b"Content-Type: text/plain" + b"".join(b"; name*%d*=x%%41" % n for n in range(900)) + b"\r\n"
    ),
    "a piece numbered beyond reason": lambda: _mail(
        b"Content-Type: text/plain; name*99999999999999*=x; name*0*=a''y\r\n"
    ),
    "a parameter's quote without end": lambda: _mail(b'Content-Type: text/plain; name="' + b'\\"' * 8_000 + b"\r\n"),
    "semicolons without end": lambda: _mail(b"Content-Type: text/plain" + b";" * 16_000 + b"\r\n"),
    "a charset of kilobytes": lambda: _mail(b"Content-Type: text/plain; charset=" + b"x" * 15_000 + b"\r\n"),
    **{
        f"the charset {name}": (
            lambda name=name: _mail(
                b"Content-Type: text/plain; charset=" + name.encode() + b"\r\n", b"+ADw-\xff\x80\x1b$B"
            )
        )
        for name in (
            "zlib",
            "idna",
            "utf-7",
            "undefined",
            "unicode_escape",
            "rot13",
            "hex",
            "utf-16",
            "iso-2022-jp",
            "punycode",
            "mbcs",
            "oem",
            "bz2_codec",
        )
    },
    "multiparts five thousand deep": lambda: _nested(5_000),
    "messages two thousand deep": lambda: _nested_messages(2_000),
    "a hundred thousand parts": lambda: _multipart(b"--b\r\n\r\nx\r\n" * 100_000 + b"--b--\r\n"),
    "a hundred thousand empty parts": lambda: _multipart(b"--b\n" * 100_000),
    "one boundary for all levels": lambda: _multipart(
        b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 5_000
    ),
    "boundaries in one line": lambda: _multipart(b"--b" * 300_000),
    "a boundary that begins another": lambda: _multipart(b"--bb\r\n\r\nno\r\n--b\r\n\r\nyes\r\n--b--\r\n"),
    "no boundary": lambda: _mail(b"Content-Type: multipart/mixed\r\n", b"--x\r\n\r\nhello\r\n"),
    "an empty boundary": lambda: _multipart(b"--\r\n\r\nhello\r\n----\r\n", boundary=b""),
    "a boundary of kilobytes": lambda: _multipart(b"--" + b"x" * 15_000 + b"\r\n\r\nx", boundary=b"x" * 15_000),
    "a part's header without end": lambda: _multipart(b"--b\r\n" + b"X-A: b\r\n" * 100_000),
    "a part's field without end": lambda: _multipart(b"--b\r\nContent-Type: text/plain\r\n" + b" x\r\n" * 100_000),
    "megabytes of base64": lambda: _mail(b"Content-Transfer-Encoding: base64\r\n", b"QUJD" * 2_000_000),
    "base64 that is none": lambda: _mail(b"Content-Transfer-Encoding: base64\r\n", b"=!\xff" * 200_000),
    "megabytes of equals signs": lambda: _mail(b"Content-Transfer-Encoding: quoted-printable\r\n", b"=" * 3_000_000),
    "uuencode that is none": lambda: _mail(
        b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 x\r\n" + b"\xff" * 200_000
    ),
    "an encoding unheard of": lambda: _mail(b"Content-Transfer-Encoding: rot26\r\n"),
    "a body in carriage returns": lambda: HEAD.replace(b"\r\n", b"\r") + b"\r" + b"Hello\r" * 50_000,
    "megabytes of line ends": lambda: _mail(body=b"\r\n" * 2_000_000),
    "megabytes of blanks": lambda: _mail(body=b" " * 3_000_000),
    "megabytes in one line": lambda: _mail(body=b"word " * 600_000),
    "flowed without end": lambda: _mail(
        b"Content-Type: text/plain; format=flowed; delsp=yes\r\n", b"> > a \r\n" * 40_000
    ),
    "tags that never close": lambda: _html(b"<div>" * 60_000),
    "tags that were never open": lambda: _html(b"</div>" * 60_000),
    "tags without an end": lambda: _html(b"<a " * 100_000),
    "attributes without end": lambda: _html(b"<a " + b"b=" * 150_000),
    "attribute quotes without end": lambda: _html(b'<a b="' * 50_000),
    "comments in HTML that never close": lambda: _html(b"<!--" * 80_000),
    "scripts that never close": lambda: _html(b"<script>" * 40_000),
    "styles that never close": lambda: _html(b"<style><" * 40_000 + b"</" * 20_000),
    "blockquotes without end": lambda: _html(b"<blockquote><p>" * 25_000),
    "angle brackets alone": lambda: _html(b"<" * 300_000),
    "ampersands alone": lambda: _html(b"&" * 300_000),
    "a numbered character of kilobytes": lambda: _html(b"&#" + b"9" * 200_000 + b";"),
    "quote marks as styles": lambda: _html(b'<div style="' + b"a:b;" * 50_000 + b'">x'),
    "quote headers without end": lambda: _mail(body=b"On On On On 3 wrote wrote:\r\n" * 10_000),
    "quote headers in one line": lambda: _mail(body=b"On " * 3_000 + b"3 wrote:\r\n"),
    "quote marks without end": lambda: _mail(body=b">" * 200_000 + b"\r\n" + b"> \r\n" * 20_000),
    "signatures without end": lambda: _mail(body=b"x\r\n-- \r\n" * 25_000),
    "lines across without end": lambda: _mail(body=b"x\r\n____________________________\r\n" * 6_000),
    "Outlook's fields without end": lambda: _mail(body=b"x\r\nFrom: a\r\nSent: b\r\n" * 8_000),
    "disclaimers without end": lambda: _mail(body=b"This e-mail is confidential\r\n\r\n" * 6_000),
    "banners without end": lambda: _mail(body=b"CAUTION: external e-mail\r\n" * 8_000),
    "colons without end": lambda: _mail(body=b":\r\n" * 60_000),
    "colons in one line": lambda: _mail(body=b":" * 200_000),
}
"""Every class by its name; each makes one raw message."""
