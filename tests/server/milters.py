"""OpenDKIM and OpenDMARC from Debian as Postfix asks them: a sender's server signs, a receiver's server writes what it found."""

import base64
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.names import Names
from server.processes import HOST, end, free_port, own_folder, remove, required_program, until

AUTHSERV_ID = "mx.roth.example"
_SELECTOR = "mail"
_DKIM = """\
Syslog no
UserID root
RequireSafeKeys false
Socket inet:{port}@{host}
Canonicalization relaxed/simple
OversignHeaders From
{more}
"""
_SIGNS = """\
Mode s
Domain {domain}
Selector {selector}
KeyFile {key}
InternalHosts {mine}
"""
_VERIFIES = """\
Mode v
AuthservID {authserv_id}
InternalHosts {nobody}
ExternalIgnoreList {nobody}
Nameservers {names}
DNSTimeout 5
"""
_DMARC = """\
Syslog false
UserID root
Socket inet:{port}@{host}
AuthservID {authserv_id}
TrustedAuthservIDs {authserv_id}
IgnoreHosts {nobody}
HoldQuarantinedMessages false
RejectFailures false
SPFIgnoreResults true
PublicSuffixList {suffixes}
"""


class Milters:
    """What stands beside a receiving server (`verify`, `judge`) and beside the server of one sending domain (`sign`).

    `policies`: DMARC policies by domain ("none", "reject"); `domain` signs.
    """

    def __init__(self, domain: str, policies: Mapping[str, str]) -> None:
        self._opendkim = required_program("opendkim", "opendkim")
        self._opendmarc = required_program("opendmarc", "opendmarc")
        self._unshare = required_program("unshare", "util-linux")
        if os.getuid() != 0:
            pytest.skip("a name server of one's own needs root")
        self.root = own_folder("milters")
        self.sign, self.verify, self.judge = (f"inet:{HOST}:{free_port()}" for _ in range(3))
        key, public = self._key()
        records = {f"_dmarc.{name}": f"v=DMARC1; p={policy}" for name, policy in policies.items()}
        self._names = Names(records | {f"{_SELECTOR}._domainkey.{domain}": f"v=DKIM1; k=rsa; p={public}"})
        resolver = self._file("resolv.conf", f"nameserver {self._names.host}\n")
        nobody = self._file("nobody", "192.0.2.1\n")
        dkim = {"authserv_id": AUTHSERV_ID, "nobody": nobody, "names": self._names.host}
        signs = _SIGNS.format(domain=domain, selector=_SELECTOR, key=key, mine=self._file("mine", f"{HOST}\n"))
        self._commands = [
            [self._opendkim, "-f", "-x", self._config("sign.conf", _DKIM, self.sign, more=signs)],
            [
                self._opendkim,
                "-f",
                "-x",
                self._config("verify.conf", _DKIM, self.verify, more=_VERIFIES.format(**dkim)),
            ],
            [
                self._opendmarc,
                "-f",
                "-c",
                self._config("judge.conf", _DMARC, self.judge, suffixes=self._file("suffixes", "example\n"), **dkim),
            ],
        ]
        script = f'mount --bind {resolver} /etc/resolv.conf && exec "$@"'
        self._commands = [[self._unshare, "--mount", "sh", "-c", script, "milter", *each] for each in self._commands]
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Bring them up; returns when all listen."""
        self._names.start()
        for command in self._commands:
            with (self.root / "log").open("ab") as log:
                self._running.append(subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log))
        for address in (self.sign, self.verify, self.judge):
            self._wait_for(address)

    def close(self) -> None:
        """End them and delete their folder."""
        for process in self._running:
            end(process, gently=False)
        self._names.close()
        remove(self.root)

    def log(self) -> str:
        """What they said."""
        file = self.root / "log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _wait_for(self, address: str) -> None:
        try:
            until(lambda: self._listens(address), 20, "a milter listens")
        except TimeoutError as late:
            raise TimeoutError(f"{late}; {self.log()}") from late

    def _listens(self, address: str) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, int(address.rpartition(":")[2]))) == 0

    def _key(self) -> tuple[Path, str]:
        openssl = required_program("openssl", "openssl")
        key = self.root / "key.pem"
        subprocess.run([openssl, "genrsa", "-out", key, "1024"], check=True, capture_output=True)
        made = subprocess.run(
            [openssl, "rsa", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True
        )
        key.chmod(0o600)
        return key, base64.b64encode(made.stdout).decode("ascii")

    def _file(self, name: str, text: str) -> Path:
        path = self.root / name
        path.write_text(text)
        return path

    def _config(self, name: str, text: str, address: str, **values: object) -> str:
        port = address.rpartition(":")[2]
        return str(self._file(name, text.format(port=port, host=HOST, **values)))
