"""Everything goes wrong at random for a while; then nothing may be lost, doubled, answered twice or forgotten.

`make torture` (TRIAGED_TORTURE_SECONDS=600 or ARGS="--seconds 600 --seed 7"): the real daemon between a real Dovecot, a proxy
that breaks lines, and an SMTP sink. Mail arrives all the time, a person drags and answers, while the daemon is killed (at any
instant, at a step, with all that it had not synced), frozen, told to reload, its sessions are cut, and its servers restart,
refuse, or take a reply and hang up; while its state folder is rolled back or lost, and its clock set.

What arrives after a ledger was lost and before its successor has met the mailbox is old mail by design, and left alone. Nothing
does here: the torture waits for that.
"""

import argparse
import contextlib
import logging
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.field import Field
from faults.judging import Complaints, complaints, table
from server.processes import until

_TELL_EVERY = 300
"""Seconds."""

_CALM = 20
"""Rounds without harm, now and then: a daemon that lives for half a minute shows what it grows to."""


def torture(field: Field, seconds: float, *, patience: float | None = None, pause: float = 1.5) -> Complaints:
    """Do it, let it come to rest, and return the complaints. `pause`: the longest between two harms, in seconds."""
    field.start()
    until(lambda: "service.ready" in field.log(), 60, "the daemon is ready")
    start = told = time.monotonic()
    calm = 0
    while time.monotonic() < start + seconds:
        field.deliver()
        time.sleep(field.chance.uniform(0, pause))
        field.hand()
        field.measure()
        if calm:
            calm -= 1
        elif not field.brief and field.chance.random() < 0.01:
            calm = _CALM
        else:
            field.harm()
        field.start()
        if time.monotonic() > told + _TELL_EVERY:
            told = time.monotonic()
            sys.stderr.write(f"{told - start:.0f} s: kills {field.kills.total()}, messages {field.sent}\n")
    return at_rest(field, 450 + seconds / 8 if patience is None else patience)


def at_rest(field: Field, patience: float) -> Complaints:
    """Heal everything, start once more, and give it so many seconds to bring its affairs in order."""
    field.heal()
    field.terminate()  # with it ends what is left of its back-offs
    field.start()
    until(lambda: "service.ready" in field.log() or not field.alive(), 60, "the daemon is ready")
    field.start()
    field.adopt()
    field.hurry()
    wrong = _judged(field)
    rest = time.monotonic() + patience
    while wrong and time.monotonic() < rest:  # what is to come back does so after six minutes
        time.sleep(min(5, 0.5 + field.sent / 1000))
        field.start()
        wrong = _judged(field)
    return wrong


def _judged(field: Field) -> Complaints:
    try:
        return complaints(field)
    except Exception as error:  # noqa: BLE001 — a server that waits for the locks of the dead; and an hour is not lost for it
        return {f"it cannot be judged: {type(error).__name__}: {error}": [0]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("TRIAGED_TORTURE_SECONDS", "3600")))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--pause", type=float, default=1.5, help="seconds between two harms, at most; more on a busy machine"
    )
    args = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own
    field = Field(random.Random(args.seed))
    wrong: Complaints = {"it did not end": [0]}
    try:
        try:
            wrong = torture(field, args.seconds, pause=args.pause)
        except (
            AssertionError,
            TimeoutError,
        ) as ended:  # no end of it that was ours: what was done until then is judged all the same
            wrong = {f"the daemon: {ended}": [0]} | _judged(field)
        sys.stdout.write(f"seed {args.seed}, {args.seconds:g} s\n{table(field, wrong)}")
    except KeyboardInterrupt:
        sys.stdout.write("interrupted; what had happened so far:\n")
        with contextlib.suppress(OSError):
            sys.stdout.write(table(field, {}))
    finally:
        field.close(keep=bool(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
