"""A server that behaves like Gmail's IMAP where that matters to triaged. Each habit has its source."""

import asyncio
import base64
import json
import re
from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Any

from fakes.imap import Answer, FakeImap, Mail, Talk, fetch_response, members

INBOX, ALL = "INBOX", "[Gmail]/Alle Nachrichten"


@dataclass
class Label:
    """A label, as a folder: one UID for each message under it."""

    uidvalidity: int
    mails: list[Mail] = field(default_factory=list)
    next: int = 1


class FakeGmail(FakeImap):
    """Use as `async with FakeGmail() as server`; `arrives` delivers."""

    user = "dana@gmail.example"

    def __init__(self, *, on: dict[str, Answer] | None = None, tokens: Container[str] = ("good",)) -> None:
        # https://developers.google.com/workspace/gmail/imap/imap-extensions: X-GM-EXT-1 is in the capability list
        super().__init__(
            on=on,
            greeting=b"* OK Gimap ready for requests from 192.0.2.1 q8mb1",
            capabilities=b"IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE"
            b" ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT SPECIAL-USE SASL-IR AUTH=XOAUTH2 AUTH=PLAIN AUTH=OAUTHBEARER",
        )
        self.tokens = tokens
        self.labels = {INBOX: Label(1), ALL: Label(11), "Deferred": Label(21), "[Gmail]/Gesendet": Label(31)}
        self.ids: dict[int, str] = {}  # by the identity of the octets: X-GM-MSGID
        self.signed_in: set[Talk] = set()
        self.selected: dict[Talk, str] = {}

    def arrives(self, raw: bytes) -> str:
        """A new message: under INBOX, and in All Mail. Its X-GM-MSGID."""
        number = str(1278455344230334865 + len(self.ids))
        self.ids[id(raw)] = number
        for label in (INBOX, ALL):
            self.put(label, Mail(0, raw))
        return number

    def put(self, label: str, mail: Mail) -> int:
        there = self.labels[label]
        there.mails.append(replace(mail, uid=there.next))
        there.next += 1
        return there.next - 1

    def here(self, talk: Talk) -> Label:
        return self.labels[self.selected[talk]]

    async def do_authenticate(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        # https://developers.google.com/workspace/gmail/imap/xoauth2-protocol: a refusal is a challenge with JSON in
        # base64, to be answered with an empty line; the tagged NO comes after it
        mechanism, _, first = rest.partition(b" ")
        assert mechanism == b"XOAUTH2"
        if not first:
            await talk.send(b"+ ")
            first = await talk.line()
        said = base64.b64decode(first).decode()
        assert said.startswith(f"user={self.user}\x01auth=Bearer ")
        if said.split("Bearer ")[1].rstrip("\x01") not in self.tokens:
            why = {"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"}
            await talk.send(b"+ " + base64.b64encode(json.dumps(why).encode()))
            assert await talk.line() == b""
            await talk.send(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")
        elif len(self.signed_in) >= 15:
            # https://support.google.com/mail/answer/7126229: 15 connections; words from imapsync#61
            await talk.send(tag + b" NO [ALERT] Too many simultaneous connections. (Failure)")
        else:
            self.signed_in.add(talk)
            await talk.send(
                b"* CAPABILITY " + self.capabilities, tag + b" OK dana@gmail.example authenticated (Success)"
            )

    async def do_list(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        # names below [Gmail] are in the user's language; what they are for is said by RFC 6154 attributes
        if rest == b'"" ""':
            await talk.send(b'* LIST (\\Noselect) "/" ""', tag + b" OK Success")
            return
        uses = {ALL: b" \\All", "[Gmail]/Gesendet": b" \\Sent"}
        await talk.send(
            b'* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"',
            *(b'* LIST (\\HasNoChildren%s) "/" "%s"' % (uses.get(name, b""), name.encode()) for name in self.labels),
            tag + b" OK Success",
        )

    async def do_select(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        name = rest.decode().strip('"')
        if name not in self.labels:
            await talk.send(tag + b" NO [NONEXISTENT] Unknown Mailbox: %s (Failure)" % name.encode())
            return
        self.selected[talk] = name
        label = self.labels[name]
        await talk.send(
            b"* FLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen $NotPhishing $Phishing)",
            b"* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen $NotPhishing $Phishing \\*)] Flags permitted.",
            b"* OK [UIDVALIDITY %d] UIDs valid." % label.uidvalidity,
            b"* %d EXISTS" % len(label.mails),
            b"* OK [UIDNEXT %d] Predicted next UID." % label.next,
            tag + b" OK [READ-WRITE] %s selected. (Success)" % name.encode(),
        )

    async def do_uid_search(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        found = re.match(rb"UID (\d+):\*", rest)
        low = int(found[1]) if found else 1
        uids = [mail.uid for mail in self.here(talk).mails if mail.uid >= low]
        await talk.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids), tag + b" OK SEARCH completed (Success)")

    async def do_uid_fetch(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        chosen, _, items = rest.partition(b" ")
        for number, mail in enumerate(self.here(talk).mails, 1):
            if mail.uid in members(chosen):
                told = fetch_response(number, mail, items)
                if b"X-GM-MSGID" in items:  # …/imap-extensions#access_to_the_gmail_unique_message_id_x-gm-msgid
                    told = told.replace(b"FETCH (", b"FETCH (X-GM-MSGID %s " % self.ids[id(mail.raw)].encode(), 1)
                await talk.octets(told)
        await talk.send(tag + b" OK Success")

    async def do_uid_move(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        # a folder is a label: what is moved loses one and gets another; in All Mail it stays
        # (https://developers.google.com/workspace/gmail/imap/imap-extensions#access_to_gmail_labels_x-gm-labels)
        chosen, _, target = rest.partition(b" ")
        source, name = self.here(talk), target.decode().strip('"')
        moved = [mail for mail in source.mails if mail.uid in members(chosen)]
        places = [self.put(name, mail) for mail in moved]
        source.mails[:] = [mail for mail in source.mails if mail not in moved]
        sets = (b",".join(b"%d" % uid for uid in uids) for uids in ([m.uid for m in moved], places))
        await talk.send(b"* OK [COPYUID %d %s %s]" % (self.labels[name].uidvalidity, *sets), tag + b" OK Success")

    async def bandwidth(self, talk: Talk, tag: bytes, _: Any) -> None:
        """2,500 MB a day (https://support.google.com/a/answer/1071518); words from imapsync's FAQ on Gmail."""
        await talk.send(b"* BYE Account exceeded command or bandwidth limits. n4mb21wmd")
        await asyncio.sleep(0)
        talk.close()

    async def do_status(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        name = rest.decode().rpartition(" (")[0].strip('"')
        label = self.labels.get(name)
        if label is None:
            await talk.send(tag + b" NO [NONEXISTENT] Unknown Mailbox (Failure)")
            return
        counts = (len(label.mails), label.next, label.uidvalidity)
        told = b"(MESSAGES %d UIDNEXT %d UIDVALIDITY %d)" % counts
        await talk.send(b'* STATUS "%s" ' % name.encode() + told, tag + b" OK Success")

    async def do_uid_store(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        chosen, operation, *flags = rest.replace(b"(", b"").replace(b")", b"").decode().split()
        for mail in self.here(talk).mails:
            if mail.uid in members(chosen.encode()):
                mail.flags = mail.flags | set(flags) if operation[0] == "+" else mail.flags - set(flags)
        await talk.send(tag + b" OK Success")
