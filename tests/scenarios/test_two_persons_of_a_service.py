"""One mail to two persons of a service, each in her own mailbox: the one whose it is answers, and once."""

from pathlib import Path

import pytest

from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import START, Stage, letter
from server.dovecot import Dovecot
from server.sink import Sink

DANA, EVA, OFFICE = "dana@roth.example", "eva@roth.example", "office@roth.example"


class Pair(Stage):
    """A stage for Dana and Eva, in this order in the configuration. `dana`, `eva`: what stands otherwise in her file."""

    @property
    def path(self) -> Path:
        return self.folder / "people"

    def write_config(self, text: str | None = None) -> None:
        self.path.mkdir(exist_ok=True)
        while len(self.users) < 2:
            self.users.append(self.server.new_user())
        service = f'[service]\nstate = "sqlite:{self.state}"\n'
        smtp = f'{{ host = "{self.sink.host}", port = {self.sink.port}, tls = "none" }}'
        dana, eva = self.config.split("=====")
        files = {"service": service, "dana": _mine(dana, DANA), "eva": _mine(eva, EVA).replace("Dana Roth", "Eva Lind")}
        for (name, written), user in zip(files.items(), ["", *self.users], strict=True):
            file = self.path / f"{name}.toml"
            file.write_text(written.replace("$IMAP", self._imap(user)).replace("$SMTP", smtp), encoding="utf-8")
            file.chmod(0o600)


def _mine(config: str, address: str) -> str:
    return config.replace('addresses = ["dana@roth.example"]', f'addresses = ["{address}", "{OFFICE}"]')


async def both(
    dovecot: Dovecot, sink: Sink, tmp_path: Path, to: str, *, dana: str = CONSULTANT, **more: str
) -> list[str]:
    """Who answers a mail that arrives in both mailboxes, first in Dana's."""
    async with Pair(f"{dana}====={CONSULTANT}", dovecot, sink, tmp_path, START) as stage:
        await stage.to("tue 15:10")
        headers = {"Cc": more["cc"]} if "cc" in more else {}
        raw = letter(
            GARY, "question", "Can you ring me?", at=stage.clock.now(), message_id="<1@harbor.example>", to=to,
            headers=headers, replies_to=None,
        )  # fmt: skip
        for user in stage.users:
            stage.server.append(user, "INBOX", raw, stage.clock.now())
            stage.daemon.sweep()
            await stage.quiet()
        await stage.to("wed 10:00")
        drafts = [str(line["person"]) + "'s draft" for line in stage.events("reply.drafted")]
        return [str(mail["From"]).partition(" ")[0] for mail in stage.sent()] + drafts


@pytest.mark.parametrize(
    ("to", "who"),
    [(f"{DANA}, {EVA}", ["Dana"]), (f"{EVA}, {DANA}", ["Eva"]), (EVA, ["Eva"]), (OFFICE, ["Dana"])],
    ids=["Dana first in To", "Eva first in To", "Eva, and Dana blindly", "both by one address"],
)
async def test_the_first_in_to_answers_else_the_first_of_the_configuration(
    dovecot: Dovecot, sink: Sink, tmp_path: Path, to: str, who: list[str]
):
    assert await both(dovecot, sink, tmp_path, to) == who


async def test_a_copy_that_is_only_seen_silences_nobody(dovecot: Dovecot, sink: Sink, tmp_path: Path):
    assert await both(dovecot, sink, tmp_path, EVA, cc=DANA) == ["Eva"]


async def test_whose_client_gets_no_replies_from_her_silences_nobody(dovecot: Dovecot, sink: Sink, tmp_path: Path):
    never = CONSULTANT.replace('name = "Harbor Trust"', 'name = "Harbor Trust"\nreplies = false')
    assert await both(dovecot, sink, tmp_path, f"{DANA}, {EVA}", dana=never) == ["Eva"]


async def test_a_draft_of_the_first_silences_nobody(dovecot: Dovecot, sink: Sink, tmp_path: Path):
    drafts = CONSULTANT.replace('mode = "send"', 'mode = "draft"')
    assert (await both(dovecot, sink, tmp_path, f"{DANA}, {EVA}", dana=drafts))[:1] == ["Eva"]
