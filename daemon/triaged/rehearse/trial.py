"""Other rules tried on what is remembered, by a process of its own that is bounded in time, memory and what it may say."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LONGEST: Final = 60_000
"""Octets of rules and replies that are tried."""
_TIME_OUT: Final = 90.0
_LONGEST_LINE: Final = 4 * 1024 * 1024
_TOO_MUCH: Final = "it takes too much time or memory: look for an expression or a text that never ends"


@dataclass(slots=True)
class Trial:
    """One of them. `result` None: it is under way, or has failed, and then `trouble` says why."""

    text: str
    done: int = 0
    total: int = 0
    result: Mapping[str, Any] | None = None
    trouble: str = ""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.result is not None or bool(self.trouble)

    async def run(self, job: Mapping[str, Any], turn: asyncio.Semaphore) -> None:
        """Do the job (`trialjob.tried`) when it has its turn. Never raises for what comes of it."""
        try:
            async with turn, asyncio.timeout(_TIME_OUT):
                await self._run(job)
        except TimeoutError:
            self.trouble = _TOO_MUCH
        except (OSError, ValueError) as error:  # no process to be had, a line that is too long
            self.trouble = f"it could not be tried ({type(error).__name__})"

    async def _run(self, job: Mapping[str, Any]) -> None:
        pipe = asyncio.subprocess.PIPE
        program = (sys.executable, "-m", "triaged.rehearse.trialjob")
        process = await asyncio.create_subprocess_exec(
            *program, stdin=pipe, stdout=pipe, stderr=pipe, limit=_LONGEST_LINE
        )
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            process.stdin.write(json.dumps(dict(job)).encode())
            with contextlib.suppress(ConnectionError):
                await process.stdin.drain()
            process.stdin.close()
            found = None
            async for line in process.stdout:
                found = json.loads(line)
                self.done, self.total = found.get("done", self.done), found.get("total", self.total)
            why = (await process.stderr.read(_LONGEST_LINE)).decode("utf-8", "replace").strip()
            code = await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if code == 0 and found is not None and "problems" in found:
            self.result = found
        else:
            self.trouble = why.splitlines()[-1][:200] if code == 1 and why and "Traceback" not in why else _TOO_MUCH
