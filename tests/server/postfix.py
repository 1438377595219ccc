"""A real Postfix on loopback: the submission server that replies are handed to. It needs root, as Postfix does."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.certificates import Certificate
from server.dovecot import Dovecot
from server.processes import HOST, end, free_port, greets, own_folder, remove, required_program, until
from server.sink import Sink


@dataclass(frozen=True)
class Routes:
    """Where mail goes by the recipient's domain: a sink, the mailboxes of a Dovecot, another Postfix. `others`: the rest."""

    others: "Target"
    domains: Mapping[str, "Target"] = field(default_factory=dict)

    def table(self) -> str:
        """As Postfix's transport table."""
        lines = [*self.domains.items(), ("*", self.others)]
        return " ".join(f"{{{domain} = {_transport(target)}}}" for domain, target in lines)


def _transport(target: "Target") -> str:
    if isinstance(target, Dovecot):
        return f"lmtp:inet:{HOST}:{target.lmtp}"
    return f"smtp:[{HOST}]:{target.smtp if isinstance(target, Postfix) else target.port}"


_MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/log
maillog_file_prefixes = {root}
myhostname = {name}
mydestination =
mynetworks = {host}
inet_interfaces = {host}
inet_protocols = ipv4
smtp_host_lookup = native
transport_maps = inline:{{ {routes} }}
minimal_backoff_time = 1s
queue_run_delay = 1s
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{host}:{sasl}
smtpd_relay_restrictions = {takes}
smtpd_milters = {milters}
milter_default_action = tempfail
smtpd_sender_restrictions = {senders}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
smtpd_peername_lookup = no
"""
_NO_NULL = "check_sender_access inline:{ {<> = 550 5.7.1 The null sender is not accepted here} }"
_MASTER = """\
{host}:{smtp} inet n - n - - smtpd
{host}:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


class Postfix:
    """One server with its own queue and ports; users and passwords are those of `dovecot`.

    `refuses_null_sender`: as submission servers do that insist on the user's own address. `milters`: whom it asks
    about every mail, in this order. `takes_from_anyone`: without signing in, as an incoming server does.
    """

    host = HOST

    def __init__(
        self, dovecot: Dovecot, certificate: Certificate, routes: Routes, *, refuses_null_sender: bool = False,
        milters: Sequence[str] = (), takes_from_anyone: bool = False, name: str = "submission.example",
    ) -> None:  # fmt: skip
        self._program = required_program("postfix", "postfix")
        if os.getuid() != 0:
            pytest.skip("Postfix runs as root only")
        self.root = own_folder("postfix")
        self.smtp, self.smtps = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        values = {
            "root": self.root, "host": HOST, "smtp": self.smtp, "smtps": self.smtps, "sasl": dovecot.sasl,
            "routes": routes.table(), "senders": _NO_NULL if refuses_null_sender else "",
            "chain": certificate.chain, "key": certificate.key, "milters": " ".join(milters), "name": name,
            "takes": "permit_mynetworks, reject" if takes_from_anyone else "permit_sasl_authenticated, reject",
        }  # fmt: skip
        for folder in ("config", "queue", "data"):
            (self.root / folder).mkdir()
        self._config = self.root / "config"
        (self._config / "main.cf").write_text(_MAIN.format(**values))
        (self._config / "master.cf").write_text(_MASTER.format(**values))
        subprocess.run(["/bin/chown", "postfix", self.root / "data"], check=True)

    def start(self) -> None:
        """Bring it up; returns when it greets."""
        command = [self._program, "-c", str(self._config), "start-fg"]
        self._process = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until(lambda: greets(self.smtp, b"220"), 30, "Postfix greets")
        except TimeoutError as late:
            self.close()
            raise TimeoutError(f"{late}; its log ends with: {self.log()[-2000:]}") from late

    def close(self) -> None:
        """End it and delete its folder."""
        if self._process is not None:
            subprocess.run([self._program, "-c", str(self._config), "abort"], check=False, capture_output=True)
            end(self._process)
        remove(self.root)

    def log(self) -> str:
        """What it has logged so far."""
        file: Path = self.root / "log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


Target = Sink | Dovecot | Postfix
