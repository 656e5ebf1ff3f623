"""The way to an indicator: a serial port, or a TCP port of a serial server."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from typing import Final, Protocol
from urllib.parse import urlsplit

import serial

TCP: Final = "tcp://"
USUAL_BAUD: Final = 9600
CONNECT_TIMEOUT_S: Final = 5.0
WRITE_TIMEOUT_S: Final = 2.0

_CHUNK_BYTES: Final = 4096

# What a port that is pulled out raises while it is read: not everything of it is an OSError.
_GONE: tuple[type[Exception], ...] = (OSError,)
if sys.platform != "win32":
    import termios

    _GONE = (OSError, termios.error)


class LinkLost(Exception):
    """The port is not there, is held by another program, or the other end has hung up."""


class Link(Protocol):
    """Bytes from and to an indicator. Every method but `close` raises LinkLost."""

    def read(self, timeout_s: float) -> bytes:
        """Return what has come, waiting at most `timeout_s` for the first byte; b"" on silence, which is no weight."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes, a question to an indicator in command mode."""
        ...

    def close(self) -> None:
        """Let go of the port. May be called twice."""
        ...


def open_link(address: str, *, baud: int | None = None) -> Link:
    """Return the open link: `/dev/ttyUSB0`, `COM3`, or `tcp://host:port`.

    `baud` is the speed of a serial port (default 9600, always 8 data bits, no parity, 1 stop bit); a TCP port has none.
    Raises LinkLost where it cannot be opened, ValueError for a TCP address without host or port.
    """
    if has_speed(address):
        return _SerialLink(address, baud or USUAL_BAUD)
    parts = urlsplit(address)
    if not parts.hostname or not parts.port:
        raise ValueError(f"no host and port in {address!r}: write {TCP}host:port")
    return _TcpLink(parts.hostname, parts.port)


def has_speed(address: str) -> bool:
    """Say whether the address is that of a serial port, whose speed has to be known."""
    return not address.startswith(TCP)


class _SerialLink:
    def __init__(self, address: str, baud: int) -> None:
        try:
            # Two programs at one port would each get some of the bytes.
            self._port = serial.Serial(address, baud, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except _GONE as error:
            raise LinkLost(f"{address} cannot be opened: {error}") from error

    def read(self, timeout_s: float) -> bytes:
        try:
            if self._port.timeout != timeout_s:
                self._port.timeout = timeout_s
            data: bytes = self._port.read(1)
            return data + self._port.read(self._port.in_waiting) if data else data
        except _GONE as error:
            raise LinkLost(str(error)) from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except _GONE as error:
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        with suppress(*_GONE):
            self._port.close()


class _TcpLink:
    def __init__(self, host: str, port: int) -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise LinkLost(f"{TCP}{host}:{port} cannot be reached: {error}") from error
        # A serial server that loses its power says nothing; without this the link would look alive for hours.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, timeout_s: float) -> bytes:
        try:
            self._socket.settimeout(timeout_s)
            data = self._socket.recv(_CHUNK_BYTES)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost("the other end has closed the connection")
        return data

    def write(self, data: bytes) -> None:
        try:
            self._socket.settimeout(WRITE_TIMEOUT_S)
            self._socket.sendall(data)
        except OSError as error:
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        self._socket.close()
