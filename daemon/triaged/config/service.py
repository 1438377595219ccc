"""[service] as a value, and where things lie: the configuration itself, the ledger."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from triaged.config.described import made
from triaged.config.files import home_of, is_missing
from triaged.config.problems import Findings
from triaged.config.reader import Section
from triaged.core.loopback import is_loopback
from triaged.core.settings import Service

STATE = "triaged.db"
SYSTEM = Path("/etc/triaged/triaged.toml")


def default_path(environ: Mapping[str, str] = os.environ, system: Path = SYSTEM) -> Path:
    """Where the configuration is if nobody says: $TRIAGED_CONFIG, the user's, the system's; the user's if there is none."""
    own = first_path(environ)
    return own if environ.get("TRIAGED_CONFIG") or not is_missing(own) or is_missing(system) else system


def first_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where a first configuration is written if nobody says: $TRIAGED_CONFIG, else the user's own."""
    if named := environ.get("TRIAGED_CONFIG"):
        return Path(named)
    return Path(environ.get("XDG_CONFIG_HOME") or home_of("~/.config")) / "triaged" / "triaged.toml"


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the ledger lies: $STATE_DIRECTORY (systemd.exec(5), the first of them), else $XDG_STATE_HOME/triaged."""
    if folder := environ.get("STATE_DIRECTORY", "").partition(":")[0]:
        return Path(folder)
    return Path(environ.get("XDG_STATE_HOME") or home_of("~/.local/state")) / "triaged"


def make_service(section: Section | None, environ: Mapping[str, str] = os.environ) -> Service:
    """[service], with the ledger's file where it lies."""
    service = made(Service, section)
    assert service is not None  # no key of it is required
    return replace(service, state=state_folder(environ) / (service.state or STATE))


def check_page(section: Section | None, findings: Findings) -> None:
    """Whether others than this machine would be served without TLS, or by no name that is known."""
    page = section.get("page") if section is not None else None
    if section is None:
        return
    if page is None:
        for key in ("page_url", "page_tls"):
            if key in section:
                findings.error(section.place(key), f'{key} without page: write page = "127.0.0.1:8025" beside it')
        return
    host, port = page
    if is_loopback(host):
        return
    if "page_tls" not in section:
        findings.error(
            section.place("page"),
            f'"{host}" is reached by others too: write page = "127.0.0.1:{port}" and let a tunnel or a reverse proxy'
            " lead to it, or page_tls = { cert = …, key = … } beside it",
        )
    if host in ("0.0.0.0", "::") and "page_url" not in section:  # noqa: S104
        findings.error(
            section.place("page"), f'the page at all addresses needs its name: page_url = "https://NAME:{port}"'
        )
