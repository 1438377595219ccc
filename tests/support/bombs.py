"""Mail whose structure is the attack: nested without end, of parts without number, under a header without end."""

EDGE = b"0123456789"


def _head(sender: bytes, number: int, rest: bytes) -> bytes:
    return (
        b"Return-Path: <%s>\r\nFrom: %s\r\nTo: dana@roth.example\r\nSubject: bomb %d\r\nMessage-ID: <bomb-%d@%s>\r\n"
        b"Date: Tue, 24 Nov 2026 15:00:00 +0100\r\nMIME-Version: 1.0\r\n%s\r\n"
    ) % (sender, sender, number, number, sender.partition(b"@")[2], rest)


def nested(levels: int, sender: bytes = b"mallory@evil.example", number: int = 0) -> bytes:
    """Multiparts within multiparts, each with some filling so that no text is seen at the beginning."""
    body = b""
    for level in range(1, levels):
        body += b'--%d-%s\r\nContent-Type: multipart/mixed; boundary="%d-%s"\r\n\r\n' % (level - 1, EDGE, level, EDGE)
        body += b"x" * 100 + b"\r\n"
    body += b"--%d-%s\r\nContent-Type: text/plain\r\n\r\ncan you ring me?\r\n" % (levels - 1, EDGE)
    return _head(sender, number, b'Content-Type: multipart/mixed; boundary="0-%s"\r\n' % EDGE) + body


def many_parts(count: int, octets: int = 1, sender: bytes = b"mallory@evil.example", number: int = 0) -> bytes:
    """Attachments, so many and so large, behind one that hides them from whoever reads the beginning."""
    part = b"--%s\r\nContent-Type: application/octet-stream; name=a\r\n\r\n%s\r\n"
    body = part % (EDGE, b"A" * 20_000) + part % (EDGE, b"B" * octets) * (count - 1) + b"--%s--\r\n" % EDGE
    return _head(sender, number, b'Content-Type: multipart/mixed; boundary="%s"\r\n' % EDGE) + body


def long_header(octets: int, sender: bytes = b"mallory@evil.example", number: int = 0) -> bytes:
    """Fields without end."""
    return (
        _head(sender, number, b"X-Filling: " + b"\r\n ".join([b"y" * 900] * (octets // 900)) + b"\r\n") + b"hello\r\n"
    )
