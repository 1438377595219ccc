"""Signing in with an access token: the first message of SASL XOAUTH2 and what a server's refusal says. Pure.

XOAUTH2 is Google's and Microsoft's (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol); its standard
sibling is OAUTHBEARER, RFC 7628.
"""

import base64
import binascii
import contextlib
import json


def xoauth2(user: str, token: str) -> bytes:
    """The only message of a client, before base64."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def oauthbearer(user: str, token: str) -> bytes:
    """The first message of a client, before base64 (RFC 7628 3.1; the escapes of RFC 5801 4)."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01auth=Bearer {token}\x01\x01".encode()


def refusal_in_words(challenge: bytes) -> str:
    """What the server's JSON says (RFC 7628 3.2.2), as `status 401, scope https://…`; the text itself if it is no JSON.

    Takes it decoded, in base64, or, as some servers send it, encoded once more.
    """
    for _ in range(2):
        with contextlib.suppress(binascii.Error, ValueError):
            inner = base64.b64decode(challenge, validate=True)
            challenge = inner if inner.lstrip()[:1] in (b"{", b"e") else challenge
    text = challenge.decode("utf-8", "replace")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(said, dict):
        return text
    return ", ".join(f"{name} {value}" for name, value in said.items() if isinstance(value, str | int))
