"""A certificate authority of the tests' own, and server certificates good and bad, made with openssl."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from server.processes import HOST, required_program

_CONFIG = """\
[req]
distinguished_name = name
[name]
[authority]
default_md = sha256
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
policy = any
unique_subject = no
[any]
commonName = supplied
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[right-host]
subjectAltName = DNS:localhost, IP:{host}
[wrong-host]
subjectAltName = DNS:mail.elsewhere.example
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM."""

    chain: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """For a server in Python."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain, self.key)
        return context


class Authority:
    """Issues certificates for servers on loopback; `ca` is the file to trust."""

    def __init__(self, folder: Path) -> None:
        self._openssl = required_program("openssl", "openssl")
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG.format(folder=folder, host=HOST))
        (folder / "index").touch()
        self.ca = folder / "ca.pem"
        self._new_key(folder / "ca.key")
        subject = ("-subj", "/CN=Authority of the tests", "-days", "30")
        self._run("req", "-x509", "-new", "-key", folder / "ca.key", "-extensions", "ca", *subject, "-out", self.ca)

    def valid(self) -> Certificate:
        """For localhost and 127.0.0.1, from yesterday on."""
        return self._issue("valid", "right-host", "20200101000000Z", "20491231000000Z")

    def expired(self) -> Certificate:
        """Right in all but its dates."""
        return self._issue("expired", "right-host", "20200101000000Z", "20200201000000Z")

    def wrong_host(self) -> Certificate:
        """For another machine."""
        return self._issue("wrong-host", "wrong-host", "20200101000000Z", "20491231000000Z")

    def self_signed(self) -> Certificate:
        """Signed by nobody that is trusted."""
        made = Certificate(self._folder / "self-signed.pem", self._folder / "self-signed.key")
        if not made.chain.exists():
            self._new_key(made.key)
            subject = ("-subj", "/CN=localhost", "-days", "30", "-extensions", "right-host")
            self._run("req", "-x509", "-new", "-key", made.key, *subject, "-out", made.chain)
        return made

    def _issue(self, name: str, extensions: str, start: str, end: str) -> Certificate:
        made = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        if made.chain.exists():
            return made
        request = self._folder / f"{name}.csr"
        self._new_key(made.key)
        self._run("req", "-new", "-key", made.key, "-subj", f"/CN={name}", "-out", request)
        signing = ("-cert", self.ca, "-keyfile", self._folder / "ca.key", "-in", request)
        dates = ("-startdate", start, "-enddate", end)
        self._run(
            "ca",
            "-batch",
            "-notext",
            "-name",
            "authority",
            "-extensions",
            extensions,
            *dates,
            *signing,
            "-out",
            made.chain,
        )
        return made

    def _new_key(self, path: Path) -> None:
        self._run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path, config=False)

    def _run(self, command: str, *arguments: str | Path, config: bool = True) -> None:
        with_config = ("-config", str(self._config)) if config else ()
        subprocess.run([self._openssl, command, *with_config, *map(str, arguments)], check=True, capture_output=True)
