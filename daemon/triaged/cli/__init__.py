"""The command `triaged`: which verb there is, and how it ends. A verb is a file of this folder, imported when it is asked for.

Exit codes (config/README.md): 0 done, 1 it did not work (one line on stderr), 2 wrong usage, 74 ledger damaged, 78 configuration invalid.
"""

import argparse
import atexit
import contextlib
import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from triaged import __version__
from triaged.cli.printable import behind_the_door
from triaged.core.errors import TriagedError

VERBS = {
    "run": "watch the mailboxes: the daemon, in the foreground",
    "check": "check the configuration, its texts and the rules' examples",
    "explain": "say what would happen to a message, and why",
    "replay": "run the rules over mail that is already there",
    "deferred": "what is put aside, until when, with which promise",
    "queue": "replies that wait, are held, or are in doubt",
    "status": "the accounts and how they are",
    "release": "bring a message back now",
    "snooze": "have a message come back at another time",
    "settle": "say that messages are dealt with",
    "cancel": "do not send a reply",
    "send": "send a reply now",
    "retry": "sign in and send now, whatever pause is kept",
    "adopt": "take in put-aside mail that no ledger knows",
    "opt-outs": "who is not written to, until when and why",
    "unmute": "write to a correspondent again who opted out, bounced or was muted",
    "go": "how far triaged goes: observe, draft or send",
    "pause": "send and move nothing for a while",
    "away": "days on which you are away",
    "calendar": "hours, holidays and calls as they will be",
    "log": "the structured log as a table",
    "report": "how responsive you were",
    "page": "a link that signs in to your page",
    "forget": "off-boarding: bring a person's mail back and forget her; or a client",
    "doctor": "what each server can, and what follows",
    "auth": "sign in with OAuth2",
    "init": "make a first configuration",
    "backup": "copy the ledger while it is in use",
    "ledger": "copy a ledger, or one person of it, whole and checked",
    "print-unit": "print a systemd unit that fits this installation",
    "demo": "see the whole thing at work, on embedded mail servers",
}
"""Every verb with the sentence of its help, in the order of the help."""


_FEW_COLLECTIONS = 200_000
"""New objects between two collections. Modules make a hundred thousand that stay: with 700, a fifth of each start is in vain."""


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    with behind_the_door():
        return _main(argv)


def _main(argv: Sequence[str] | None) -> int:
    gc.set_threshold(_FEW_COLLECTIONS)
    atexit.register(gc.freeze)  # what is there at the end goes with the process: nobody need look through it once more
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter shows a question mark
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser(arguments)
    args = parser.parse_args(arguments)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except TriagedError as error:
        sys.stderr.write(f"triaged: {error}\n")
        return int(getattr(error, "exit_code", 1))
    except BrokenPipeError:
        # the reader of our output went away (`| head`): no traceback, and none at the interpreter's exit
        _into_nowhere(sys.stdout)
        return 1
    except OSError as error:
        if error.errno not in _FULL:
            raise
        sys.stderr.write(f"triaged: {error.filename or 'output'}: {error.strerror or error}\n")
        _into_nowhere(sys.stdout)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _into_nowhere(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The whole parser, with the arguments of the one verb that was asked for: the others are not imported."""
    parser = argparse.ArgumentParser(
        prog="triaged",
        description="Email triage: urgent client mail gets through, the rest waits for its moment, and the client is told when.",
        epilog="Start with `triaged init`, or see it at work with `triaged demo`.",
    )
    parser.add_argument("--version", action="version", version=f"triaged {__version__}")
    parser.add_argument(
        "-c", "--config", type=Path, metavar="PATH", help="configuration file or folder, for any command"
    )
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    asked = _asked(arguments)
    for verb, sentence in VERBS.items():
        sub = verbs.add_parser(verb, help=sentence, description=sentence[0].upper() + sentence[1:] + ".")
        if verb == asked:
            module = importlib.import_module(f"triaged.cli.{verb.replace('-', '_')}")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    return parser


def _asked(arguments: Sequence[str]) -> str | None:
    """The verb: the first word that is neither an option nor the path behind `-c`."""
    words = iter(arguments)
    for word in words:
        if word in ("-c", "--config"):
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def complete_parser() -> argparse.ArgumentParser:
    """The parser with every verb's arguments, for the manual page and the shells' completions."""
    parser = argparse.ArgumentParser(prog="triaged", description=_parser([]).description)
    parser.add_argument("--version", action="version", version=f"triaged {__version__}")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    for verb, sentence in VERBS.items():
        module = importlib.import_module(f"triaged.cli.{verb.replace('-', '_')}")
        module.add_arguments(verbs.add_parser(verb, help=sentence))
    return parser
