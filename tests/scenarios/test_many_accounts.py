"""Many accounts in one process: what they share, and how little each has of its own while it waits."""

import asyncio
import gc
import ssl
from typing import TypeVar

from scenarios.conftest import Opening
from server.certificates import Authority
from server.dovecot import Dovecot
from triaged.mailbox.connection import Imap4
from triaged.mailbox.pools import COMMANDS, CONNECTS

T = TypeVar("T")

COUNT = 30
_HEAD = """
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
[account.work]
addresses = ["dana@roth.example"]
imap = $IMAP
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "Everything waits"
then = "defer"
until = "in 2h"
"""


def _account(number: int, dovecot: Dovecot, authority: Authority) -> str:
    where = f'host = "{dovecot.host}", port = {dovecot.imaps}, trust_ca = "{authority.ca}"'
    who = f'user = "{dovecot.new_user()}", password = "{dovecot.password}"'
    return f'[account.a{number}]\naddresses = ["dana{number}@roth.example"]\nimap = {{ {where}, {who} }}\n'


async def test_accounts_that_wait_share_threads_trust_rules_and_the_ticking_of_time(
    stages: Opening, dovecot: Dovecot, authority: Authority
):
    accounts = "".join(_account(number, dovecot, authority) for number in range(COUNT))
    stage = stages(_HEAD + accounts)
    await stage.open()
    accounts = list(stage.daemon.accounts.values())
    assert [account.loop.health.state for account in accounts] == ["watching"] * (COUNT + 1)
    assert len({id(account.loop.settings()[0].rules) for account in accounts}) == 1  # compiled once a person
    lines = [sock for sock in _living(ssl.SSLSocket) if sock.fileno() > 0 and sock.getpeername()[1] == dovecot.imaps]
    assert len(lines) == COUNT
    assert len({id(sock.context) for sock in lines}) == 1  # one for a file of trusted certificates
    assert not _living(Imap4)  # the library's part ends with the sign-in
    pools = stage.daemon.pools
    assert len(pools.commands._threads) <= COMMANDS
    assert len(pools.connects._threads) <= CONNECTS
    own = [task for task in asyncio.all_tasks() if any(account.row.login in task.get_name() for account in accounts)]
    assert len(own) == 2 * len(accounts)
    assert stage.clock.sleeping <= 8  # nobody wakes for an account that has nothing due
    await stage.close()


def _living(kind: type[T]) -> list[T]:
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, kind)]
