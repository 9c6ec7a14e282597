"""ClamAV by its socket: INSTREAM, chunks with their length before them, an empty one at the end (clamd(8))."""

import os
import socket
import struct

CHUNK = 64 * 1024
TIMEOUT = 30.0


class Unreachable(Exception):
    """The scanner doesn't answer, or not in its language."""


def address() -> str:
    """``HALONG_CLAMAV``: ``unix:/run/clamav/clamd.ctl`` or ``tcp:127.0.0.1:3310``; "" where no scanner is set up."""
    return os.environ.get("HALONG_CLAMAV", "")


def is_set_up() -> bool:
    """Whether a scanner is set up."""
    return bool(address())


def find_malware(content: bytes) -> str:
    """The name of what was found, "" for nothing. Raises Unreachable."""
    try:
        with _connect() as link:
            link.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                link.sendall(struct.pack(">I", len(part)) + part)
            link.sendall(struct.pack(">I", 0))
            said = _answer(link)
    except OSError as error:
        raise Unreachable(str(error)) from error
    if said.endswith("OK"):
        return ""
    if said.endswith("FOUND"):
        return said.removeprefix("stream:").removesuffix("FOUND").strip()
    raise Unreachable(said or "no answer")


def trouble() -> str | None:
    """What is wrong with the scanner, in a sentence; None when all is well or none is set up."""
    if not is_set_up():
        return None
    try:
        with _connect() as link:
            link.sendall(b"zPING\0")
            said = _answer(link)
    except OSError as error:
        said = str(error)
    return None if said == "PONG" else f"ClamAV ({address()}): {said}"


def _connect() -> socket.socket:
    kind, _, rest = address().partition(":")
    if kind == "unix":
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(TIMEOUT)
        link.connect(rest)
        return link
    host, _, port = rest.rpartition(":")
    if kind != "tcp" or not port.isdigit():
        raise OSError("HALONG_CLAMAV must be unix:PATH or tcp:HOST:PORT")
    return socket.create_connection((host.strip("[]"), int(port)), TIMEOUT)


def _answer(link: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096:
        part = link.recv(4096)
        if not part:
            break
        said += part
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
