"""A private PostgreSQL on loopback, made for this process of the suite and gone with it: never a cluster of the machine's.

It forgets what it was told when the power goes (no fsync): the suite asks whether we use it rightly, not whether it keeps.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from server.processes import HOST, end, free_port, missing, own_folder, remove, until

PACKAGE = "postgresql"
ROLE = "triaged"
_PLACES = Path("/usr/lib/postgresql")
_NOBODY = ("postgres", "nobody")
"""Whose it is where the tests run as root, which PostgreSQL refuses: the first of these that there is."""

_SETTINGS = {
    "listen_addresses": HOST,
    "max_connections": "40",
    "shared_buffers": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "log_min_messages": "fatal",
}


class Postgres:
    """One cluster. `settings`: of postgresql.conf, beside the usual ones or instead of them."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self._programs = programs()
        self._settings = {**_SETTINGS, **(settings or {})}
        self._whose = None if os.getuid() else _somebody()
        self.folder = own_folder("postgres")
        self.data = self.folder / "data"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0

    def start(self) -> None:
        """Make it, if that has not been done; then serve."""
        if not self.data.exists():
            if self._whose is not None:
                shutil.chown(self.folder, self._whose)
            words = ("--username", ROLE, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
            self._run("initdb", *words, "--pgdata", str(self.data))
        given = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        own = ("-c", f"port={self.port}", "-c", f"unix_socket_directories={self.folder}")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.data, *own, *given],
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
                user=self._whose,
            )
        until(self.answers, 30, "PostgreSQL answers")

    def answers(self) -> bool:
        """Whether it takes connections."""
        words = (self._programs / "pg_isready", "-q", "-h", HOST, "-p", str(self.port))
        return subprocess.run(words, check=False).returncode == 0

    def stop(self, *, gently: bool = True) -> None:
        """End it and keep its data; not `gently`: as if the machine were gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT if gently else signal.SIGQUIT)  # fast, immediate: postgres(1)
            until(lambda: self._process is None or self._process.poll() is not None, 30, "PostgreSQL ends")
            end(self._process, gently=False)
            self._process = None

    def close(self) -> None:
        """End it and remove what it had."""
        self.stop()
        remove(self.folder)

    def new_database(self, like: str | None = None) -> str:
        """The URI of a database of its own, empty or a copy of that one (which nobody may be using)."""
        self._made += 1
        name = f"ledger_{self._made}"
        self.ask(f"CREATE DATABASE {name}" + (f" TEMPLATE {like}" if like else ""))
        return self.uri(name)

    def uri(self, database: str = "postgres") -> str:
        """Where a database is, as libpq reads it."""
        return f"postgresql://{quote(ROLE)}@{HOST}:{self.port}/{database}"

    def ask(self, sql: str, database: str = "postgres") -> str:
        """What a statement answers, by `psql`: from outside of what is tested."""
        words = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1")
        return self._run("psql", *words, "--dbname", self.uri(database), "--command", sql).strip()

    def _run(self, program: str, *words: str) -> str:
        command = [self._programs / program, *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.folder, user=self._whose)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
        return done.stdout


def programs() -> Path:
    """The folder with initdb and postgres, which Debian keeps out of PATH; without one the test is skipped."""
    found = sorted(_PLACES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        missing(f"PostgreSQL is missing: apt-get install {PACKAGE}")
    return Path(elsewhere).parent


def _somebody() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    found = next((name for name in _NOBODY if name in names), None)
    if found is None:
        missing("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
    return found
