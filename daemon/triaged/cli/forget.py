"""`triaged forget`: off-boarding. A person's mail comes back, it is said what stays, and everything of her is forgotten; or a client."""

import argparse
import sys
import time
from datetime import UTC, datetime

from triaged.cli.common import Failed, add_config, configuration, key_named, ledger_of, person_of, wake_daemon
from triaged.config import Loaded, state_file
from triaged.ledger import Ledger, StateHeld, StateLock
from triaged.ledger.forgetting import Left

_POLL = 0.3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("person", nargs="?", metavar="PERSON", help="label of a person whose file was removed")
    parser.add_argument(
        "--leave", action="store_true", help="bring nothing back: what is put aside stays in its folder"
    )
    parser.add_argument(
        "--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the daemon (default: 60)"
    )
    parser.add_argument(
        "--client", metavar="LABEL", help="only what is remembered of this client, of PERSON or everybody"
    )
    parser.epilog = "The file of a person goes first: remove it, then forget her. Her mails stay in her mailbox."


def run(args: argparse.Namespace) -> int:
    if args.person is None and args.client is None:
        sys.stderr.write("triaged forget: name a PERSON, or --client LABEL\n")
        return 2
    loaded = configuration(args)
    if args.client is not None:
        return _client(loaded, args.client, args.person)
    _must_be_gone(loaded, args.person)
    with ledger_of(loaded) as ledger:
        key = key_named(loaded, ledger, args.person)
        assert key is not None  # a label was given
        left = ledger.forget_person(key, datetime.now(UTC), leave=args.leave)
        if wake_daemon(loaded):
            _wait(ledger, key, args.wait)
        else:
            if left.aside and not args.leave:
                raise Failed(_nobody_brings(left))
            _erase(loaded, ledger, key)
    sys.stdout.write(_said(args.person, left, leave=args.leave))
    return 0


def _must_be_gone(loaded: Loaded, label: str) -> None:
    """What is configured would be begun anew at once."""
    person = loaded.person(label)
    if person is not None or label in loaded.refused:
        file = person.source if person is not None else loaded.path / f"{label}.toml"
        raise Failed(
            f"{label} is configured: remove {file} first, then `triaged forget {label}` brings back and forgets"
        )


def _wait(ledger: Ledger, key: str, seconds: float) -> None:
    """Until the daemon has brought back what is aside, and erased."""
    end = time.monotonic() + seconds
    while key in ledger.to_forget():
        if time.monotonic() > end:
            left = ledger.left_of(key)
            raise Failed(
                f"{left.aside} message{'s' if left.aside != 1 else ''} put aside could not be brought back yet; the daemon goes"
                " on trying (`triaged status` says why not), and forgets when it is done; --leave leaves them there"
            )
        time.sleep(_POLL)


def _nobody_brings(left: Left) -> str:
    count = f"{left.aside} message{'s' if left.aside != 1 else ''}"
    return (
        f"no daemon is running that would bring {count} back: start it, which does so and then forgets; or --leave them in"
        " their folder"
    )


def _erase(loaded: Loaded, ledger: Ledger, key: str) -> None:
    """Without a daemon."""
    try:
        with StateLock(state_file(loaded).parent, datetime.now(UTC)):
            ledger.erase_person(key)
    except StateHeld as held:
        raise Failed(f"{held}, which starts or stops: try again") from held


def _said(label: str, left: Left, *, leave: bool) -> str:
    count = f"{left.aside} message{'s' if left.aside != 1 else ''}"
    aside = f"{count} stay{'' if left.aside != 1 else 's'} put aside" if leave else f"{count} brought back"
    told = (
        f"; {left.promises} promise{'s' if left.promises != 1 else ''} told to clients stay theirs"
        if left.promises
        else ""
    )
    return (
        f"{label} is forgotten: {aside}{told}. What stays: her mailbox with its folders and keywords, her credentials, what stands"
        " in the log, copies of the ledger\n"
    )


def _client(loaded: Loaded, client: str, label: str | None) -> int:
    person = person_of(loaded, label)
    with ledger_of(loaded) as ledger:
        wanted = None if person is None else key_named(loaded, ledger, person.label)
        keys = dict.fromkeys(row.person for row in ledger.accounts() if wanted in (None, row.person))
        counts = [ledger.forget_client(key, client) for key in keys]
    gone, still = sum(one for one, _ in counts), sum(one for _, one in counts)
    rest = f"; {still} are open and stay until they are closed: then again" if still else ""
    sys.stdout.write(f"{gone} message{'s' if gone != 1 else ''} of {client} forgotten{rest}\n")
    return 0
