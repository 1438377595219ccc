"""What servers and services say, fit to be repeated: one printable line without the secrets that they were told. Pure."""

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from triaged.core.bearer import oauthbearer, xoauth2
from triaged.core.decoding import clean_line

LONGEST = 300
"""Characters of somebody's own words that are repeated."""

_PIECE = 8
"""Characters by which a longer secret is known where only a part of it is repeated."""
_GAP = "…"
_WORD = re.compile(r"[A-Za-z0-9+/_.~=-]{8,}")


def heard(text: bytes | str, longest: int = LONGEST) -> str:
    """Somebody's words as one short line without controls, bidi controls and what nobody sees."""
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text.encode("utf-8", "replace").decode()
    line = clean_line(told)
    return line if len(line) <= longest else line[:longest] + _GAP


@dataclass(frozen=True, slots=True)
class Hidden:
    """What signed somebody in, and what may be repeated of a text in which it may stand.

    Its forms are made for each text anew: thousands of connections keep one of these, and hardly ever ask it.
    """

    user: str
    secret: str = field(repr=False)

    def out_of(self, text: str) -> str:
        """The text without the secret: as it is, quoted, in base64, in the messages of SASL, or the better part of those.

        Some servers repeat the command that they did not understand, some of them a part of it.
        """
        if not self.secret:
            return text
        plain, encoded = self._plain(), self._encoded()
        # the longest first: what is left of a long one is not to be told by a short one's gap
        for form in sorted(plain | encoded, key=lambda form: (-len(form), form)):
            text = text.replace(form, _GAP)
        long = encoded | {form for form in plain if len(form) >= 2 * _PIECE}
        pieces = {form[at : at + _PIECE] for form in long for at in range(len(form) - _PIECE + 1)}
        return _WORD.sub(lambda word: _GAP if _shares(word[0], pieces) else word[0], text)

    def _plain(self) -> set[str]:
        quoted = self.secret.replace("\\", "\\\\").replace('"', '\\"')  # RFC 3501 4.3
        return {self.secret, quoted, quote(self.secret, safe=""), quote_plus(self.secret)}

    def _encoded(self) -> set[str]:
        name, secret = self.user.encode(), self.secret.encode()
        told = (
            secret,  # LOGIN
            b"\0%b\0%b" % (name, secret),  # PLAIN: RFC 4616
            b"%b\0%b\0%b" % (name, name, secret),
            xoauth2(self.user, self.secret),
            oauthbearer(self.user, self.secret),
        )
        ways = (base64.b64encode, base64.urlsafe_b64encode)
        return {encode(one).decode().rstrip("=") for one in told for encode in ways}


def _shares(word: str, pieces: set[str]) -> bool:
    return any(word[at : at + _PIECE] in pieces for at in range(len(word) - _PIECE + 1))
