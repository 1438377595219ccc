"""Four weeks with a call each: the paper for it is sent by hand three times, the fourth goes by itself, and he answers that one."""

from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

from crash.day import Day, mail_id
from scenarios.plays import ME, REPLY
from scenarios.stage import letter

CONFIG = (
    ME
    + REPLY
    + """
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = $IMAP1
smtp = $SMTP

[client.harbor]
from = ["*@harbor.example"]
mail = "gary@harbor.example"
calls = ["fri 10:00 for 45m"]

[digest]
agenda = "30m before next call"
agenda_to_client = "send"

[[rule]]
name = "The rest"
then = "defer"
until = ["1h before next call", "start of office hours"]
promise = ["next call", "2 business days"]
reply = "until-call"
"""
)
GARY = "gary@harbor.example"
THURSDAY = timedelta(days=3)


@dataclass
class FourPapers(Day):
    """The weeks. Every paper is a reply of the ledger, a draft or a mail, and a copy in Sent."""

    text: str = CONFIG

    def play(self) -> None:
        self.order("wake")
        for week in range(4):
            thursday = THURSDAY + week * timedelta(weeks=1)
            self.to(thursday)
            self.arrives(GARY, f"question {week}")
            self.order("wake")
            self.to(thursday + timedelta(minutes=5))
            self.to(thursday + timedelta(minutes=15))
            if week < 3:
                self.sends_by_hand()
            self.to(thursday + timedelta(minutes=70))
            self.to(thursday + timedelta(hours=5))
            if week == 3:
                self.is_answered()
            self.to(thursday + timedelta(days=1, minutes=35))
            self.to(thursday + timedelta(days=1, hours=3))
        self.order("wake")
        self.stop()

    def sends_by_hand(self) -> None:
        """She sends the draft from her mail program, which files it and takes it out of Drafts."""
        [draft] = self.dovecot.messages(self.users[0], "Drafts")
        mail = message_from_bytes(draft.raw, policy=default)
        assert isinstance(mail, EmailMessage)
        self.dovecot.append(self.users[0], "Sent", mail.as_bytes(policy=SMTP), self.now, ["\\Seen"])
        with self.dovecot.client(self.users[0], "Drafts") as client:
            client.delete_messages([draft.uid])
            client.expunge()
        self.order("wake")

    def is_answered(self) -> None:
        """He has something to add."""
        [(paper, subject)] = self.rows(
            "SELECT message_id, tell_call FROM reply WHERE kind = 'paper' ORDER BY id DESC LIMIT 1"
        )
        assert subject
        raw = letter(
            GARY, "Re: our call", "The lift is missing.", at=self.now, to="dana@roth.example",
            message_id=mail_id("the lift"), replies_to=paper,
        )  # fmt: skip
        self.dovecot.append(self.users[0], "INBOX", raw, self.now)
        self.order("wake")

    def replies(self) -> list[tuple[Any, ...]]:
        """What the ledger says of every reply, where a doubt counts as what it is about."""
        sql = "SELECT kind, mode, replace(state, 'in_doubt', 'sent'), tell_call FROM reply ORDER BY kind, id"
        return self.rows(sql)
