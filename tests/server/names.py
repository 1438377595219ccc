"""A name server for the milters: it knows the records it was given, and that there is nothing else."""

import random
import socket
import struct
import threading
from collections.abc import Iterable, Mapping

_TXT, _INTERNET = 16, 1
_NOT_FOUND = 3


class Names:
    """Answers TXT questions on port 53 of a loopback address of its own. `records`: texts by lower-case name."""

    def __init__(self, records: Mapping[str, str]) -> None:
        self._records = records
        self._socket, self.host = _bound()
        self._thread = threading.Thread(target=self._serve, name="names", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        if self._thread.is_alive():
            self._socket.sendto(b"", (self.host, 53))
            self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        question, asker = self._socket.recvfrom(4096)
        while question:
            self._socket.sendto(self._answer(question), asker)
            question, asker = self._socket.recvfrom(4096)

    def _answer(self, question: bytes) -> bytes:
        name, end = _name(question)
        (kind,) = struct.unpack_from(">H", question, end)
        text = self._records.get(name)
        answers = [_record(_pieces(text))] if text is not None and kind == _TXT else []
        flags = 0x8580 | (_NOT_FOUND if text is None and not self._above(name) else 0)
        head = question[:2] + struct.pack(">5H", flags, 1, len(answers), 0, 0)
        return head + question[12 : end + 4] + b"".join(answers)

    def _above(self, name: str) -> bool:
        return any(known.endswith(f".{name}") for known in self._records)


def _bound() -> tuple[socket.socket, str]:
    for _ in range(50):
        host = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.bind((host, 53))
        except OSError:
            bound.close()
        else:
            return bound, host
    raise RuntimeError("no address on loopback whose port 53 is free")


def _name(packet: bytes) -> tuple[str, int]:
    labels, at = [], 12
    while length := packet[at]:
        labels.append(packet[at + 1 : at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return ".".join(labels), at + 1


def _pieces(text: str) -> Iterable[bytes]:
    octets = text.encode("ascii")
    return (octets[at : at + 255] for at in range(0, len(octets), 255))


def _record(pieces: Iterable[bytes]) -> bytes:
    data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    return (
        b"\xc0\x0c" + struct.pack(">HHIH", _TXT, _INTERNET, 60, len(data)) + data
    )  # RFC 1035 4.1.4: the name of the question
