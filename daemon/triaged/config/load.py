"""Reading the configuration: one file, or a folder of persons. A path goes in, a `Loaded` comes out; it never raises."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from triaged.config.document import Node, empty, merge, read
from triaged.config.exposure import secrets_of
from triaged.config.layout import PERSON, SERVICE_FILE, SINGLE, homes
from triaged.config.loaded import Case, Loaded
from triaged.config.person import Made, make_person
from triaged.config.problems import Findings, Place, Problem
from triaged.config.reader import Reader
from triaged.config.remains import essentials_of
from triaged.config.service import check_page, make_service
from triaged.config.spec import Table
from triaged.config.suspicions import check_calendar_time, check_meaning, notes
from triaged.config.tried import Edit
from triaged.core.settings import Service

SERVICE_NAME, COMMON_NAME = "service.toml", "common.toml"


def load(
    path: Path,
    *,
    environ: Mapping[str, str] | None = None,
    now: datetime | None = None,
    edits: Mapping[Path, Edit] | None = None,
) -> Loaded:
    """Read a configuration and everything that is wrong with it, in file order.

    Args:
        path: a TOML file, or a folder: every `*.toml` in it is one person, except `service.toml` and `common.toml`.
        environ: the environment (default: the process's).
        now: the instant for warnings about the coming weeks (aware).
        edits: of files, what is laid over them for a trial.
    """
    reading = _Reading(os.environ if environ is None else environ, now or datetime.now(UTC), edits or {})
    try:
        is_folder = path.is_dir()
    except OSError:
        is_folder = False
    return reading.folder(path) if is_folder else reading.single(path)


class _Reading:
    """One reading of one configuration."""

    def __init__(self, environ: Mapping[str, str], now: datetime, edits: Mapping[Path, Edit]) -> None:
        self.environ = environ
        self.now = now
        self.edits = edits
        self.homes = homes()
        self.made: list[Made] = []
        self.rejected: dict[str, Findings] = {}  # with what is wrong
        self.logins: dict[str, str] = {}

    def single(self, path: Path) -> Loaded:
        findings = Findings()
        node = self._read(path, findings)
        service: Service | None = None
        if node is None:
            self.rejected[path.stem] = findings
        else:
            service = self._service(node)
            self._person(path, node, SINGLE, findings)
        return self._loaded(path, service, [findings], (path,))

    def folder(self, path: Path) -> Loaded:
        first = Findings()
        files = self._files(path, first)
        service_file, common_file = path / SERVICE_NAME, path / COMMON_NAME
        service = self._service_file(service_file, first) if service_file in files else make_service(None, self.environ)
        common = read(common_file, first) if common_file in files else empty(common_file)
        persons = [file for file in files if file not in (service_file, common_file)]
        if not persons and not first.has_errors:
            first.error(Place(path), "there is no person in this folder: write NAME.toml")
        collected = [first]
        for file in persons:
            findings = Findings()
            collected.append(findings)
            own = self._read(file, findings)
            if own is None or common is None:
                self.rejected[file.stem] = findings if own is None else first
            else:
                self._person(file, merge(common, own), PERSON, findings)
        return self._loaded(path, service, _without_unshared(collected, common_file), tuple(files))

    def _read(self, file: Path, findings: Findings) -> Node | None:
        """A person's file, with what is laid over it."""
        node, edit = read(file, findings), self.edits.get(file)
        return edit(node, findings) if node is not None and edit is not None else node

    def _files(self, path: Path, findings: Findings) -> list[Path]:
        try:
            return sorted(file for file in path.glob("*.toml") if not file.name.startswith("."))
        except OSError as error:
            findings.error(Place(path), f"cannot be read: {error.strerror or error}")
            return []

    def _service_file(self, file: Path, findings: Findings) -> Service | None:
        node = read(file, findings)
        if node is None:
            return None
        before = Findings()
        section = Reader(before, self.homes).read(SERVICE_FILE, node)
        for problem in before:
            findings.add(problem)
        if before.has_errors:
            return None
        check_calendar_time(section.get("service"), "keep", findings)
        check_page(section.get("service"), findings)
        return make_service(section.get("service"), self.environ)

    def _service(self, node: Node) -> Service | None:
        """[service] of a single file; what is wrong in it is told with the rest of the file."""
        inner = Findings()
        table = Table({"service": SERVICE_FILE.keys["service"]})
        if "service" not in node.table:
            return make_service(None, self.environ)
        only = Node({"service": node.table["service"]}, node.at, node.key)
        section = Reader(inner, self.homes).read(table, only)
        check_page(section.get("service"), inner)
        return None if inner.has_errors else make_service(section.get("service"), self.environ)

    def _person(self, file: Path, node: Node, table: Table, findings: Findings) -> None:
        section = Reader(findings, self.homes).read(table, node)
        made = make_person(file, section, findings)
        check_page(section.get("service"), findings)
        if made is not None:
            self._check_logins(made, findings)
        if made is None or findings.has_errors:
            self.rejected[file.stem] = findings
            return
        check_meaning(made, self.now, findings)
        self.made.append(made)

    def _check_logins(self, made: Made, findings: Findings) -> None:
        """The ledger knows accounts by their login: two persons cannot have the same."""
        for account in made.person.accounts:
            other = self.logins.setdefault(account.login, made.person.label)
            if other != made.person.label:
                findings.error(
                    made.place("account", account.label, "imap"),
                    f"{account.login} is an account of {other} already: one person each",
                )

    def _loaded(self, path: Path, service: Service | None, findings: list[Findings], files: tuple[Path, ...]) -> Loaded:
        problems: dict[Problem, None] = {}
        for one in findings:
            problems.update(dict.fromkeys(one.in_order()))
        cases: tuple[Case, ...] = tuple(case for made in self.made for case in made.cases)
        persons = tuple(made.person for made in self.made)
        secrets = tuple(kept for made in self.made for kept in secrets_of(made))
        essentials = {made.person.label: essentials_of(made.section.node, made.person.source) for made in self.made}
        told = tuple(dict.fromkeys(note for person in persons for note in notes(person, self.now)))
        return Loaded(path, service, persons, tuple(problems), self._refused(), cases, files, told, secrets, essentials)

    def _refused(self) -> dict[str, Problem]:
        """Of each person who is rejected the first error."""
        return {
            label: next(problem for problem in findings.in_order() if problem.is_error)
            for label, findings in self.rejected.items()
        }


def _without_unshared(collected: list[Findings], common: Path) -> list[Findings]:
    """Leave out warnings about the common file that not every person gives: what one does not use, another may."""
    first, *persons = collected
    kept = [first]
    shared = [set(findings) for findings in persons]
    for findings in persons:
        left = Findings()
        for problem in findings:
            if problem.is_error or problem.file != common or all(problem in one for one in shared):
                left.add(problem)
        kept.append(left)
    return kept
