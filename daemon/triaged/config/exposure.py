"""Where a person's secrets are, and which of them others can read: texts in a file that everybody may read, files likewise."""

import stat
from collections.abc import Iterator
from pathlib import Path

from triaged.config.files import is_missing, mode_of
from triaged.config.loaded import Kept
from triaged.config.person import Made
from triaged.config.problems import Findings, Place
from triaged.config.reader import Section

_SECRETS = ("password", "client_secret", "url")


def secrets_of(made: Made) -> Iterator[Kept]:
    """Every secret that is named in her file, once where it is named."""
    for account in made.person.accounts:
        for kind, server in (("imap", account.imap), ("smtp", account.smtp)):
            if server is None:
                continue
            client = server.oauth.client_secret if server.oauth else None
            for secret, keys in ((server.password, ("password",)), (client, ("oauth", "client_secret"))):
                path = ("account", account.label, kind, *keys)
                if secret is not None and made.section.node.has(
                    *path
                ):  # smtp signs in as imap does, unless it says how
                    yield Kept(secret, made.place(*path), server.user or "", server.host)
    for label, channel in made.person.channels.items():
        yield Kept(channel.url, made.place("notify", label, "url"), "", f"[notify.{label}]")
    for label, calendar in made.person.calendars.items():
        yield Kept(calendar.url, made.place("calendar", label, "url"), "", f"[calendar.{label}]")
        if calendar.password is not None:
            yield Kept(
                calendar.password, made.place("calendar", label, "password"), calendar.user or "", f"[calendar.{label}]"
            )


def check_secrets(section: Section, findings: Findings) -> None:
    """Warn of every secret below a table that more people can read than should."""
    for key, value in section.values.items():
        if key in _SECRETS and isinstance(value, str):
            _check_text(key, section.place(key), findings)
        elif key in _SECRETS and isinstance(value, Section):
            if isinstance(value.get("file"), Path):
                _check_file(value.values["file"], value.place("file"), findings)
        elif isinstance(value, Section):
            check_secrets(value, findings)


def _check_text(key: str, place: Place, findings: Findings) -> None:
    if mode_of(place.file) & stat.S_IROTH:
        findings.warning(
            place,
            f'the {key} stands here as text, and everybody on this machine can read the file: chmod o-r, or {key} = {{ credential = "…" }}',
        )


def _check_file(path: Path, place: Place, findings: Findings) -> None:
    if is_missing(path):
        findings.warning(place, f"there is no file {path} yet")
    elif mode_of(path) & stat.S_IROTH:
        findings.warning(place, f"everybody on this machine can read {path}: chmod o-r")
