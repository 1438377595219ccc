"""`triaged run`: the daemon, in the foreground."""

import argparse
import asyncio
import gc
import signal
import sys

from triaged import heldsignals
from triaged.cli.common import add_config, configuration
from triaged.config import state_file
from triaged.ledger import StateHeld
from triaged.log import setup
from triaged.log.events import Threshold
from triaged.service.daemon import EX_FAILED, EX_OK, Daemon
from triaged.statefolder import as_owner_of

_COLLECT_EVERY = 50_000
"""New objects after which a daemon looks for garbage."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--once", action="store_true", help="arrivals, then what is due, then end")
    parser.add_argument("--debug", action="store_true", help="also say what is not worth a line otherwise")


def run(args: argparse.Namespace) -> int:
    loaded = configuration(args)
    service = loaded.service
    assert service is not None  # usable configurations have one
    threshold = Threshold(
        "debug" if args.debug else "info", subjects=service.log_subjects, addresses=service.log_addresses
    )
    log = setup.start(service.log, threshold=threshold)
    try:
        for problem in loaded.problems:
            if not problem.is_error:
                log.events.emit("config.loaded", level="warning", reason=str(problem))
        for problem in loaded.errors:
            log.events.emit("config.rejected", person=problem.file.stem, error=str(problem), reason="left out")
        count = len(loaded.persons)
        log.events.emit("config.loaded", reason=f"{count} person{'s' if count != 1 else ''} from {loaded.path}")
        daemon = Daemon(loaded, log.events, lines_lost=lambda: log.lost)
        gc.freeze()  # modules and configuration stay: nobody need look through them for garbage
        gc.set_threshold(_COLLECT_EVERY)
        if heldsignals.has_come(signal.SIGTERM):
            log.events.emit("service.stopped", reason="told so before it had begun")
            return EX_OK
        with as_owner_of(state_file(loaded).parent):
            return asyncio.run(daemon.run(once=args.once))
    except StateHeld as held:
        sys.stderr.write(f"triaged: {held}\n")
        return EX_OK if args.once else EX_FAILED
    finally:
        log.close()
