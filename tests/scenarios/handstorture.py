"""`make torture HANDS=1` (ARGS="--seconds 600 --seed 7 --server cyrus"): an hour of hands at random, one walk after the other,
on one make of server after the other.

Each is judged by what the hands have done and by what lies in the mailboxes. One that ends badly is made as short as it will
go, and printed.
"""

import argparse
import asyncio
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scenarios.handsatrandom import TWO, Step, steps, walk
from scenarios.stage import Stage
from server.certificates import Authority
from server.courier import PLAIN_COURIER, Courier, CourierVariant
from server.cyrus import PLAIN_CYRUS, Cyrus, CyrusVariant
from server.dovecot import USUAL, Dovecot, Variant
from server.mailboxes import Mailboxes
from server.processes import own_folder, remove
from server.sink import Sink

SERVERS: dict[str, Variant | CyrusVariant | CourierVariant] = {
    "dovecot": USUAL,
    "cyrus": PLAIN_CYRUS,
    "courier": PLAIN_COURIER,
}
_MOST_TRIES = 60
"""To make a bad walk shorter."""


def _opened(variant: Variant | CyrusVariant | CourierVariant, folder: Path) -> Dovecot | Cyrus | Courier:
    match variant:
        case Variant():
            return Dovecot(Authority(folder).valid(), variant)
        case CyrusVariant():
            return Cyrus(variant)
        case CourierVariant():
            return Courier(variant)


def complaint(server: Mailboxes, taken: Sequence[Step]) -> str:
    """What is wrong after such a walk in mailboxes of its own; "" nothing is."""
    sink = Sink()
    sink.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(walk(Stage(TWO, server, sink, Path(folder)), taken))
    except Exception as wrong:  # noqa: BLE001 — whatever ends a walk is a complaint
        return f"{type(wrong).__name__}: {wrong}"
    finally:
        sink.stop()
    return ""


def _alike(one: str, other: str) -> bool:
    return re.sub(r"\d+", "", one) == re.sub(r"\d+", "", other)


def shorter(taken: list[Step], is_bad: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """The same fault with as few steps as are found with a bounded number of tries."""
    size, tries = len(taken) // 2, 0
    while size and tries < _MOST_TRIES:
        start = 0
        while start < len(taken) and tries < _MOST_TRIES:
            tries += 1
            less = taken[:start] + taken[start + size :]
            if is_bad(less):
                taken = less
            else:
                start += size
        size //= 2
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("TRIAGED_TORTURE_SECONDS", "3600")))
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first walk; the next ones count on")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--server", choices=SERVERS, help="this one alone")
    args = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own
    names = [args.server] if args.server else list(SERVERS)
    folder = own_folder("certificates")
    servers = [_opened(SERVERS[name], folder) for name in names]
    seed, end = args.seed, time.monotonic() + args.seconds
    try:
        for server in servers:
            server.start()
        while time.monotonic() < end:
            taken, server = steps(seed, args.steps), servers[(seed - args.seed) % len(servers)]
            if wrong := complaint(server, taken):
                sys.stdout.write(f"seed {seed}, {type(server).__name__}: {wrong}\n")
                sys.stdout.flush()
                taken = shorter(taken, lambda less: _alike(complaint(server, less), wrong))  # noqa: B023 — it ends here
                sys.stdout.write("".join(f"    {step!r},\n" for step in taken))
                return 1
            seed += 1
        sys.stdout.write(f"{seed - args.seed} walks of {args.steps} steps, seeds from {args.seed}: nothing is wrong\n")
    finally:
        for server in servers:
            server.close()
        remove(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
