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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
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
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    folder = Path(tempfile.mkdtemp(prefix="triaged-demo-"))
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)  # from here on somebody sees to the folder
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _demo(folder: Path, *, keep: bool) -> None:
    from rich.console import Console

    from triaged.cli.common import colours
    from triaged.demo import page
    from triaged.demo.play import play
    from triaged.demo.servers import serving

    task = asyncio.current_task()
    assert task is not None
    # until the daemon listens: what a handler raises in the midst of a task is shown as a mistake of that task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    width = shutil.get_terminal_size((page.WIDTH, 0)).columns  # $COLUMNS, else the terminal's, else the page's own
    out = Console(width=min(width, page.WIDTH), highlight=False, color_system=colours())
    async with serving() as servers:
        with out.status("a morning's mail arrives …") as status:
            story = await play(folder, servers, now=datetime.now(UTC), to_the_end=not keep, told=status.update)
        page.show(out, story)
        if keep:
            from triaged.demo.keeping import keep_running

            await keep_running(out, folder, servers, story)
            return
    page.hint(
        out,
        (
            ("demo --keep", "leave it running, and look at it with a mail client"),
            ("init", "a first configuration for your own mailbox; it only observes"),
            ("replay imap:work/INBOX", "what would have happened to your last months' mail"),
            ("run", "begin"),
        ),
    )
