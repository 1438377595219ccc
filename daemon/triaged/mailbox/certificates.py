"""TLS: whom we trust, and what to say when a certificate is refused.

In: the configured CA file. Out: one shared `ssl.SSLContext` a CA file; fingerprint and expiry of a refused certificate.
Never: a context without verification for anything but looking at a certificate that was already refused.
"""

import hashlib
import ssl
import threading
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from triaged.mailbox.errors import CertificateRejected, Insecure

_MAKING = threading.Lock()
"""Accounts that connect at once, each in its thread, find the first one's context; the cache alone would make one for each."""


def trusting(ca: Path | None) -> ssl.SSLContext:
    """The context that trusts the system's CAs, or only those in the file `ca`. Shared: contexts are large.

    Raises:
        Insecure: the file cannot be read or holds no certificate.
    """
    try:
        changed = ca.stat().st_mtime_ns if ca is not None else 0
        with _MAKING:
            return _context(ca, changed)
    except OSError as error:  # ssl.SSLError included
        which = "the system's certificates" if ca is None else f"trust_ca {ca}"
        raise Insecure(f"{which} cannot be used: {error.strerror or error}") from error


@lru_cache(maxsize=32)
def _context(ca: Path | None, _changed: int) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca is not None:
        # a pinned self-signed certificate (Proton Bridge) or an intermediate CA is trusted as it stands
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@lru_cache(maxsize=1)
def looking_only() -> ssl.SSLContext:
    """A context that verifies nothing: for fetching the certificate that was refused. Nothing is sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def rejection(host: str, error: ssl.SSLCertVerificationError, certificate: bytes | None) -> CertificateRejected:
    """What to tell a person: what is wrong, which certificate it is, and until when it was valid."""
    reason = error.verify_message or str(error)
    if certificate is None:
        return CertificateRejected(f"the certificate of {host} is not trusted: {reason}")
    print_ = fingerprint(certificate)
    expires = not_after(certificate)
    until = f", valid until {expires:%Y-%m-%d %H:%M} UTC" if expires else ""
    return CertificateRejected(
        f"the certificate of {host} is not trusted: {reason} (SHA-256 {print_}{until})",
        fingerprint=print_,
        expires=expires,
    )


def fingerprint(certificate: bytes) -> str:
    """SHA-256 over the DER octets, as browsers and openssl print it."""
    return hashlib.sha256(certificate).digest().hex(":").upper()


_UTC_TIME, _EXPLICIT_VERSION = 0x17, 0xA0  # DER tags


def not_after(certificate: bytes) -> datetime | None:
    """The notAfter of a DER certificate (RFC 5280 4.1); None if it cannot be made out."""
    try:
        to_be_signed = _inside(_inside(certificate))
        if to_be_signed[0] == _EXPLICIT_VERSION:
            to_be_signed = _behind(to_be_signed)
        for _ in ("serialNumber", "signature", "issuer"):
            to_be_signed = _behind(to_be_signed)
        until = _behind(_inside(to_be_signed))
        text = _inside(until).decode("ascii")
        if until[0] == _UTC_TIME:  # RFC 5280 4.1.2.5.1: two digits, 50 and above are of the last century
            text = ("19" if text[:2] >= "50" else "20") + text
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except (ValueError, IndexError):
        return None


def _extent(der: bytes) -> tuple[int, int]:
    """Where the value of the first DER element starts and ends."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    return start, start + length


def _inside(der: bytes) -> bytes:
    start, end = _extent(der)
    return der[start:end]


def _behind(der: bytes) -> bytes:
    return der[_extent(der)[1] :]
