"""[account.*] as values: servers, how to sign in, folders, whose word to believe."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from triaged.config.described import made, secret_of
from triaged.config.files import is_missing
from triaged.config.misfits import header
from triaged.config.problems import Findings
from triaged.config.reader import Section
from triaged.core.authres import Trust
from triaged.core.loopback import is_loopback, keeps_secrets
from triaged.core.settings import Account, Mode, OAuth, Server, Tls
from triaged.core.timewords import nearest

_PORTS: Mapping[str, Mapping[Tls, int]] = {
    "imap": {Tls.IMPLICIT: 993, Tls.STARTTLS: 143, Tls.NONE: 143},
    "smtp": {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25},
}
_STARTTLS_PORTS = (143, 587, 25)


def make_account(label: str, section: Section, findings: Findings) -> Account | None:
    """Put one account together; None where something it cannot do without is missing or wrong (and told)."""
    imap_section = section.get("imap")
    if imap_section is None:
        return None
    imap = _server(imap_section, "imap", findings)
    if imap is None or not imap.user or not section.get("addresses"):
        return None
    trusted = section.get("authserv_id")
    account = made(
        Account,
        section,
        label=label,
        login=f"{imap.user}@{imap.host}",
        imap=imap,
        smtp=_smtp(section.get("smtp"), imap, findings),
        trust=Trust(trusted) if trusted else None,
    )
    if account is not None:
        account = replace(account, watch=tuple(dict.fromkeys(account.watch)))
        _check(account, section, findings)
    return account


def _check(account: Account, section: Section, findings: Findings) -> None:
    """What several keys together must be like."""
    deferred, urgent = account.folders.deferred, account.folders.urgent
    watched = {_folder_key(name) for name in account.watch}
    if _folder_key(deferred) in watched:
        findings.error(
            section.place("folders", "deferred"),
            f'"{deferred}" is watched: what is put aside there would be read as new mail; take it out of watch',
        )
    if urgent and _folder_key(urgent) in watched:
        findings.error(
            section.place("folders", "urgent"),
            f'"{urgent}" is watched: what is moved there would be read as new mail; take it out of watch',
        )
    if urgent and urgent == deferred:
        findings.error(section.place("folders", "urgent"), "urgent and deferred are the same folder")
    if account.mode is Mode.SEND and account.smtp is None and "smtp" not in section.node.table:
        findings.error(section.place("mode"), 'mode "send" needs smtp = { host = "…" }')
    if account.require_auth == "always" and account.trust is None and "authserv_id" not in section.node.table:
        findings.error(
            section.place("require_auth"),
            'require_auth = "always" without authserv_id: nobody would ever be answered; add authserv_id',
        )


def _folder_key(name: str) -> str:
    # RFC 9051 5.1: INBOX alone is not case-sensitive
    return "INBOX" if name.upper() == "INBOX" else name


def _smtp(section: Section | None, imap: Server | None, findings: Findings) -> Server | None:
    """The SMTP server, with what it does not say taken from imap."""
    smtp = None if section is None else _server(section, "smtp", findings)
    if smtp is None or imap is None:
        return smtp
    own = smtp.password is not None or smtp.oauth is not None
    return replace(
        smtp,
        user=smtp.user or imap.user,
        password=smtp.password if own else imap.password,
        oauth=smtp.oauth if own else imap.oauth,
        trust_ca=smtp.trust_ca or imap.trust_ca,
    )


def _server(section: Section, kind: str, findings: Findings) -> Server | None:
    tls = Tls(section.get("tls", "implicit"))
    server = made(
        Server,
        section,
        port=section.get("port", _PORTS[kind][tls]),
        tls=tls,
        user=section.get("user"),
        password=secret_of(section.get("password")),
        oauth=_oauth(section.get("oauth"), findings),
    )
    if server is not None:
        _check_server(server, kind, section, findings)
    return server


def _check_server(server: Server, kind: str, section: Section, findings: Findings) -> None:
    written = section.node.table
    if server.tls is Tls.NONE and not is_loopback(server.host) and not server.allow_cleartext:
        findings.error(
            section.place("tls"),
            'tls = "none" is only for a loopback address: write tls = "implicit" or "starttls"; '
            "with allow_cleartext = true the password goes over the line for everybody to read",
        )
    if server.tls is Tls.IMPLICIT and server.port in _STARTTLS_PORTS:
        findings.warning(
            section.place("port"), f'at port {server.port} servers speak STARTTLS: write tls = "starttls" beside it'
        )
    if server.tls is Tls.STARTTLS and server.port in (993, 465):
        findings.warning(
            section.place("port"), f"at port {server.port} servers speak TLS from the start: leave tls out"
        )
    if "password" in written and "oauth" in written:
        findings.error(section.key_place("oauth"), "password and oauth together: one of them")
    if kind == "imap" and "password" not in written and "oauth" not in written:
        findings.error(
            section.place(), f'{header(section.path)} has no password: write password = {{ credential = "…" }}'
        )
    if server.trust_ca is not None and is_missing(server.trust_ca):
        findings.error(section.place("trust_ca"), f"trust_ca: there is no file {server.trust_ca}")


def _oauth(section: Section | None, findings: Findings) -> OAuth | None:
    if section is None:
        return None
    own: dict[str, Any] = {}
    provider = section.get("provider")
    if isinstance(provider, Section):
        endpoints = {key: value for key, value in provider.values.items() if isinstance(value, str)}
        own = {"provider": _host_of(provider, endpoints, findings), "endpoints": endpoints}
        own |= {"scopes": section.get("scopes") or provider.get("scopes", ())}
    oauth = made(OAuth, section, **own)
    if oauth is not None and oauth.grant == "client_credentials" and "client_secret" not in section.node.table:
        findings.error(section.place("grant"), 'grant = "client_credentials" needs a client_secret')
    return oauth


def _host_of(provider: Section, endpoints: Mapping[str, str], findings: Findings) -> str:
    for key, url in endpoints.items():
        if not keeps_secrets(url):
            findings.error(
                provider.place(key), f'{key}: "{url}" is no https address: a token would go over the line readable'
            )
    if "token_url" not in endpoints and "issuer" not in endpoints:
        findings.error(provider.place(), "a provider of your own needs its token_url, or the issuer that publishes it")
    return _host_in(endpoints.get("token_url") or endpoints.get("issuer", ""))


def _host_in(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def check_logins(accounts: list[tuple[Account, Section]], findings: Findings) -> None:
    """Two accounts with the same login are one mailbox read twice."""
    first: dict[str, Account] = {}
    for account, section in accounts:
        other = first.setdefault(account.login, account)
        if other is not account:
            findings.error(
                section.place("imap", "user"),
                f"[account.{other.label}] has the same login {account.login}: leave one of them",
            )


def unknown(kind: str, label: str, known: Mapping[str, Any]) -> str:
    """What to say of a label that names nothing: the nearest that does."""
    if not known:
        return f"there is no [{kind}.{label}]: no {kind} is configured; add one"
    return f"there is no [{kind}.{label}]{nearest(label, known) or f'; there is {_listed(known)}'}"


def _listed(known: Mapping[str, Any]) -> str:
    return ", ".join(known)
