"""`triaged go`: how far triaged goes: written into the configuration, checked, and put in force."""

import argparse
import os
import stat
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from triaged.cli.common import Failed, add_config, configuration, ledger_of, person_of, wake_daemon
from triaged.config import Loaded, load, state_file
from triaged.config.modeedit import NotWritten, Table, with_mode
from triaged.core.settings import Mode, Person
from triaged.ledger import Ledger
from triaged.rehearse.examples import run_examples

_PATIENCE = 15.0
"""Seconds that the daemon may take to read its configuration again."""

_MEANS = {
    Mode.OBSERVE: "nothing new is put aside or answered; what is put aside comes back",
    Mode.DRAFT: "mail is put aside, replies lie in Drafts",
    Mode.SEND: "mail is put aside, replies go out",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("mode", choices=[mode.value for mode in Mode], metavar="observe|draft|send", help="how far")
    parser.add_argument("account", nargs="?", metavar="ACCOUNT", help="only this account (default: all of the person)")
    parser.add_argument("--client", metavar="CLIENT", help="only with this client: its own mode")
    parser.add_argument("--person", metavar="LABEL", help="whose")


def run(args: argparse.Namespace) -> int:
    """Write the mode, check what it makes, have the daemon read it; else say what to write."""
    loaded = configuration(args)
    person, mode = _person(loaded, args.person), Mode(args.mode)
    tables = _tables(person, args)
    try:
        _write(loaded, person, tables, mode)
    except NotWritten as not_written:
        sys.stdout.write(f"{not_written.line}\n")
        raise Failed(f"{not_written}; write these lines there, then `systemctl reload triaged`") from not_written
    sys.stdout.write(f"{', '.join('.'.join(one) for one in tables)}: mode {mode}, {_MEANS[mode]}\n")
    sys.stdout.writelines(f"{line}\n" for line in (*_others(person, tables, mode), _put_in_force(loaded)))
    return 0


def _person(loaded: Loaded, label: str | None) -> Person:
    found = person_of(loaded, label) or (loaded.persons[0] if len(loaded.persons) == 1 else None)
    if found is None:
        raise Failed(f"whose? choose with --person ({', '.join(one.label for one in loaded.persons)})")
    return found


def _tables(person: Person, args: argparse.Namespace) -> Sequence[Table]:
    """What is to be changed. Raises Failed: there is no such account or client."""
    accounts = [one.label for one in person.accounts if args.account in (None, one.label, one.login)]
    if not accounts:
        known = ", ".join(one.label for one in person.accounts)
        raise Failed(f"there is no account {args.account!r}; known are {known}")
    if args.client is None:
        return [("account", label) for label in accounts]
    if args.account is not None:
        raise Failed("a client's mode is that of all accounts: name the client alone")
    if person.roster.by_label(args.client) is None:
        known = ", ".join(client.label for client in person.roster.clients)
        raise Failed(f"no client is called {args.client!r}; known are {known or 'none'}")
    return [("client", args.client)]


def _write(loaded: Loaded, person: Person, tables: Sequence[Table], mode: Mode) -> None:
    """Change the file, and take the change back where the configuration would not be valid with it."""
    file = person.source.resolve()
    if not os.access(file, os.W_OK) or not stat.S_IMODE(file.stat().st_mode) & 0o222:
        raise NotWritten(file, tables[0], mode, "it may not be written")
    before = file.read_bytes()
    try:
        after = with_mode(file, before.decode("utf-8"), tables, mode).encode()
        _replace(file, after)
    except OSError as error:
        raise NotWritten(file, tables[0], mode, str(error.strerror or error)) from error
    if wrong := _wrong(loaded, person.label):
        _replace(file, before)
        raise Failed(f"nothing is changed: {wrong}")


def _wrong(loaded: Loaded, label: str) -> str:
    """What keeps the person's part from being used as it stands in the files now."""
    again = load(loaded.path)
    if label in again.refused:
        return str(again.refused[label])
    return next((str(problem) for problem in run_examples(again) if problem.is_error), "")


def _replace(file: Path, content: bytes) -> None:
    """Whole or not at all, with the owner and the permissions that it has."""
    new, had = file.with_name(f".{file.name}.new"), file.stat()
    try:
        with new.open("xb") as out:
            os.fchmod(out.fileno(), stat.S_IMODE(had.st_mode))
            if os.geteuid() == 0:
                os.fchown(out.fileno(), had.st_uid, had.st_gid)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _others(person: Person, tables: Sequence[Table], mode: Mode) -> Sequence[str]:
    """Clients that go further, or less far, by a mode of their own."""
    if tables[0][0] == "client":
        return ()
    own = [client for client in person.roster.clients if client.mode not in (None, mode.value)]
    return [f"client.{client.label} has a mode of its own: {client.mode}" for client in own]


def _put_in_force(loaded: Loaded) -> str:
    """Have the daemon read its configuration; how that went."""
    if not state_file(loaded).exists():
        return "it holds from the first `triaged run` on"
    with ledger_of(loaded) as ledger:
        ledger.ask_reload()
        if not wake_daemon(loaded):
            ledger.reloaded()
            return "no daemon is running: it holds from the next `triaged run` on"
        if _waited(ledger):
            return "in force now"
    return "the daemon has been told, and has not read it yet; see `triaged status`"


def _waited(ledger: Ledger) -> bool:
    """Whether the daemon has read its configuration within our patience."""
    end = time.monotonic() + _PATIENCE
    while ledger.wants_reload():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
