"""`triaged demo`: the whole thing on embedded mail servers with sample mail, in a temporary folder."""

import argparse
import asyncio
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

_STOPS = {signal.SIGTERM, signal.SIGINT}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep", action="store_true", help="go on afterwards, so that a mail client and other commands can look at it"
    )


def run(args: argparse.Namespace) -> int:
    """Play the morning and show what came of it."""
    from triaged.demo.servers import check_extra

    check_extra()
    signal.signal(signal.SIGTERM, _end)  # before the daemon listens to it: nothing is left behind even then
    with _folder() as folder:
        try:
            asyncio.run(_demo(folder, keep=args.keep))
        except asyncio.CancelledError:
            return 128 + signal.SIGTERM
    return 0


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


@contextmanager
def _folder() -> Iterator[Path]:
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)  # until there is a loop that takes them (`_listen`)
    folder = Path(tempfile.mkdtemp(prefix="triaged-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listen() -> None:
    """Until the daemon listens SIGTERM ends this task: what a handler raises in the midst of one is shown as its mistake."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop() -> None:
        loop.set_exception_handler(
            lambda _loop, _context: None
        )  # servers that are ended in the midst of a line complain
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


async def _demo(folder: Path, *, keep: bool) -> None:
    from rich.console import Console

    from triaged.cli.common import colours
    from triaged.demo import demopage
    from triaged.demo.play import Showing, play
    from triaged.demo.servers import serving

    _listen()
    width = shutil.get_terminal_size((demopage.WIDTH, 0)).columns  # $COLUMNS, else the terminal's, else the page's own
    out = Console(width=min(width, demopage.WIDTH), highlight=False, color_system=colours())
    async with serving() as servers:
        with out.status("a morning's mail arrives …") as status:
            story = await play(folder, servers, Showing(datetime.now(UTC), to_the_end=not keep, told=status.update))
        demopage.show(out, story)
        if keep:
            from triaged.demo.keeping import keep_running

            await keep_running(out, folder, servers, story)
            return
    demopage.hint(
        out,
        (
            ("demo --keep", "leave it running, and look at it with a mail client"),
            ("init", "a first configuration for your own mailbox; it only observes"),
            ("replay imap:work/INBOX", "what would have happened to your last months' mail"),
            ("run", "begin"),
        ),
    )
