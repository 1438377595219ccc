"""What the torture's mailboxes hold: the configuration, the clients' messages, the person's answers."""

import time

CONFIG = """\
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
{accounts}
[client.harbor]
from = ["*@harbor.example"]
replies_per_hour = 1000
[client.lindenhof]
from = ["*@lindenhof.example"]
replies_per_hour = 1000
[reply.later]
send = "now"
text = "Hello, you will hear from me."
[[rule]]
name = "Outage"
when = {{ subject = "outage" }}
then = "urgent"
[[rule]]
name = "Soon"
when = {{ subject = "soon" }}
then = "defer"
until = "in 6m"
promise = "in 1 day"
reply = "later"
[[rule]]
name = "Everything else waits"
then = "defer"
until = "in 1 day"
reply = "later"
"""
_ACCOUNT = """\
[account.{label}]
mode = "send"
addresses = ["{label}@roth.example"]
imap = {{ host = "127.0.0.1", port = {imap}, user = "{user}", password = "{password}", tls = "none" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, tls = "none" }}
authserv_id = "mx.roth.example"
require_auth = "never"
reply_fuse = "100000 per hour"
"""


def account(label: str, imap: int, user: str, password: str, smtp: int) -> str:
    """One table of the configuration."""
    return _ACCOUNT.format(label=label, imap=imap, user=user, password=password, smtp=smtp)


def message_id(number: int) -> str:
    """Of a client's message."""
    return f"<{number}@harbor.example>"


def message(number: int, correspondent: int, kind: str, to: str) -> bytes:
    """What a client writes. Urgent mail is another client's: it cancels what waits for its client."""
    house = "lindenhof" if kind == "outage" else "harbor"
    return (
        f"From: g{correspondent}@{house}.example\r\nTo: {to}@roth.example\r\nSubject: {kind} {number}\r\n"
        f"Message-ID: {message_id(number)}\r\nDate: {_date()}\r\n"
        "\r\nCould you look at this, please? It is not urgent at all.\r\n"
    ).encode()


def answer(number: int, correspondent: int) -> bytes:
    """What the person writes, from another device."""
    return (
        f"From: dana@roth.example\r\nTo: g{correspondent}@harbor.example\r\nSubject: Re: question {number}\r\n"
        f"Message-ID: <answer.{number}@roth.example>\r\nIn-Reply-To: {message_id(number)}\r\nDate: {_date()}\r\n"
        "\r\nHere you are.\r\n"
    ).encode()


def _date() -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
