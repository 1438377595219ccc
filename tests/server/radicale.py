"""Radicale as a CalDAV server on loopback, in a process of its own, and what another calendar program does in it."""

import base64
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from server.processes import HOST, free_port, until

_MAKE_CALENDAR = (
    b'<?xml version="1.0"?><c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop>'
    b"<displayname>Dana</displayname></prop></set></c:mkcalendar>"
)


class Radicale:
    """One server with one user, "dana", and her calendar. Use as a context manager."""

    user, password = "dana", "a password of the tests"

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}/{self.user}/work/"

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        users = self._folder / "users"
        users.write_text(f"{self.user}:{self.password}\n")
        settings = (
            "--auth-type",
            "htpasswd",
            "--auth-htpasswd-filename",
            str(users),
            "--auth-htpasswd-encryption",
            "plain",
        )
        folder = (
            "--storage-filesystem-folder",
            str(self._folder / "collections"),
            "--server-hosts",
            f"{HOST}:{self._port}",
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "radicale", "--config", "", *folder, *settings, "--auth-delay", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, 20, "Radicale answers")
        assert self.ask("MKCALENDAR", "", _MAKE_CALENDAR) == 201
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def put(self, name: str, calendar: bytes) -> None:
        """As a calendar program saves an event with all its changes."""
        assert self.ask("PUT", f"{name}.ics", calendar) in (201, 204)

    def delete(self, name: str) -> None:
        assert self.ask("DELETE", f"{name}.ics") in (200, 204)

    def ask(self, method: str, path: str, body: bytes | None = None) -> int:
        """One request; its status."""
        key = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        fields = {"Authorization": f"Basic {key}", "Content-Type": "text/calendar; charset=utf-8"}
        request = urllib.request.Request(self.url + path, body, fields, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://{HOST}:{self._port}/.web/", timeout=2).close()
        except OSError as error:
            return getattr(error, "code", None) is not None
        return True
