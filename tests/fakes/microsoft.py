"""Servers that behave like Microsoft 365's IMAP and SMTP where that matters to triaged. Each habit has its source."""

import base64
import re

from fakes.imap import Answer, FakeImap, Mail, Talk, members

THROTTLED = (
    b" BAD Request is throttled. Suggested Backoff Time: 89123 milliseconds"  # imapsync#198, email-oauth2-proxy#191
)
NOT_CONNECTED = b" BAD User is authenticated but not connected."  # email-oauth2-proxy#74, imapflow#314, getmail6#214

TOO_FAST = "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"
"""Three connections, thirty messages a minute: learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements"""
NO_BASIC = "550 5.7.30 Basic authentication is not supported for Client Submission."  # MC786329
NO_NULL = (
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender"  # what `<>` is there: nobody's address
)


class FakeExchange(FakeImap):
    """Use as `async with FakeExchange() as server`."""

    user = "dana@roth.example"

    def __init__(self, *, on: dict[str, Answer] | None = None, mails: list[Mail] | None = None) -> None:
        # neither SPECIAL-USE nor CONDSTORE; sign-in with tokens alone
        super().__init__(
            on=on,
            mails=mails,
            greeting=b"* OK The Microsoft Exchange IMAP4 service is ready. [QQBNADAAUABSADAAMQ==]",
            capabilities=b"IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES"
            b" CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+",
        )
        self.stored: list[bytes] = []

    async def do_authenticate(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        mechanism, _, first = rest.partition(b" ")
        assert mechanism == b"XOAUTH2"
        if not first:
            await talk.send(b"+ ")
            first = await talk.line()
        if b"Bearer good" in base64.b64decode(first):
            await talk.send(tag + b" OK AUTHENTICATE completed.")
        else:
            await talk.send(tag + b" NO AUTHENTICATE failed.")

    async def do_list(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        if rest == b'"" ""':
            await talk.send(b'* LIST (\\Noselect \\HasChildren) "/" ""', tag + b" OK LIST completed.")
            return
        names = (b"INBOX", b'"Sent Items"', b"Drafts", b'"Deleted Items"', b'"Junk Email"')
        await talk.send(*(b'* LIST (\\HasNoChildren) "/" ' + name for name in names), tag + b" OK LIST completed.")

    async def do_select(self, talk: Talk, tag: bytes, _: bytes) -> None:
        # system flags and $MDNSent, no \* (courier#26, node-imap#602)
        await talk.send(
            b"* %d EXISTS" % len(self.mails),
            b"* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)",
            b"* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] Permanent flags",
            b"* OK [UIDVALIDITY 14] UIDVALIDITY value",
            b"* OK [UIDNEXT %d] The next unique identifier value" % self.uidnext,
            tag + b" OK [READ-WRITE] SELECT completed.",
        )

    async def do_uid_store(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        self.stored.append(rest)
        if re.search(rb"\([^)]*(?<![\\\w])[$A-Za-z]\w*", rest) and b"$MDNSent" not in rest:
            await talk.send(tag + b" BAD Command Argument Error. 11")  # node-imap#602
            return
        await super().do_uid_store(talk, tag, rest)

    async def do_uid_search(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        # searches in headers find the field that is named, and no other
        field = re.search(rb'HEADER (\S+) "([^"]*)"', rest)
        if field is None:
            await super().do_uid_search(talk, tag, rest)
            return
        wanted = field[1].lower() + b": " + field[2].lower()
        uids = [mail.uid for mail in self.mails if wanted in mail.header.lower()]
        await talk.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids), tag + b" OK SEARCH completed.")

    async def do_uid_fetch(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        fields = re.search(rb"BODY\.PEEK\[HEADER\.FIELDS \(([^)]*)\)\]", rest)
        if fields is None:
            await super().do_uid_fetch(talk, tag, rest)
            return
        names = tuple(name.lower() + b":" for name in fields[1].split())
        for number, mail in enumerate(self.mails, 1):
            if mail.uid in members(rest.partition(b" ")[0]):
                lines = [line for line in mail.header.split(b"\r\n") if line.lower().startswith(names)]
                part = b"\r\n".join([*lines, b"", b""])
                section = b"BODY[HEADER.FIELDS (%s)] {%d}\r\n%s" % (fields[1], len(part), part)
                await talk.octets(b"* %d FETCH (UID %d %s)\r\n" % (number, mail.uid, section))
        await talk.send(tag + b" OK FETCH completed.")
