"""Where a simulated indicator can be heard: a pseudo-terminal, which is a serial port to whoever opens it, or TCP."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Protocol

if sys.platform != "win32":
    import termios
    import tty

_CHUNK_BYTES = 4096


class Port(Protocol):
    """The end of the wire at the indicator. Nobody may be listening: what is written is then lost, as on a real one."""

    address: str

    def wakes_on(self) -> Sequence[int | socket.socket]:
        """Return what `select` may wait for: somebody connects, or asks."""
        ...

    def write(self, data: bytes) -> None: ...

    def received(self) -> Sequence[bytes]:
        """Return what has been asked, one entry for each who asks; never waits."""
        ...

    def set_lost(self, lost: bool) -> None:
        """Pull the cable, or put it back."""
        ...

    def close(self) -> None: ...


class PtyPort:
    """A pseudo-terminal. With `baud`, whoever opens it at another speed hears rubbish, as on a real line."""

    def __init__(self, *, baud: int | None = None, seed: int = 0) -> None:
        if sys.platform == "win32":
            raise OSError("there are no pseudo-terminals on Windows: listen on a TCP port")
        self._speed = None if baud is None else getattr(termios, f"B{baud}", None)
        if baud is not None and self._speed is None:
            raise OSError(f"{baud} is no speed of a serial port")
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.address = os.ttyname(self._theirs)
        self._rubbish = Random(f"rubbish {seed}")
        self._lost = False

    def wakes_on(self) -> Sequence[int]:
        return [self._ours]

    def write(self, data: bytes) -> None:
        if self._lost or not data:
            return
        if not self._same_speed():
            data = self._rubbish.randbytes(len(data))
        with suppress(BlockingIOError):
            os.write(self._ours, data)

    def received(self) -> Sequence[bytes]:
        try:
            asked = os.read(self._ours, _CHUNK_BYTES)
        except BlockingIOError:
            return []
        return [] if self._lost or not self._same_speed() else [asked]

    def set_lost(self, lost: bool) -> None:
        self._lost = lost

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)

    def _same_speed(self) -> bool:
        return self._speed is None or termios.tcgetattr(self._theirs)[4] == self._speed


class TcpPort:
    """A TCP port as of a serial server; all who connect hear the same. A lost link closes it."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._callers: list[socket.socket] = []
        self._listener: socket.socket | None = _listening(host, port)
        self._port: int = self._listener.getsockname()[1]
        self.address = f"tcp://{f'[{host}]' if ':' in host else host}:{self._port}"

    def wakes_on(self) -> Sequence[socket.socket]:
        return [*([self._listener] if self._listener else []), *self._callers]

    def write(self, data: bytes) -> None:
        self._accept()
        for caller in list(self._callers) if data else ():
            try:
                caller.send(data)
            except BlockingIOError:
                pass  # It does not read; a serial server drops what it cannot pass on.
            except OSError:
                self._hang_up(caller)

    def received(self) -> Sequence[bytes]:
        self._accept()
        asked = []
        for caller in list(self._callers):
            try:
                data = caller.recv(_CHUNK_BYTES)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if data:
                asked.append(data)
            else:
                self._hang_up(caller)
        return asked

    def set_lost(self, lost: bool) -> None:
        if lost:
            self.close()
        elif self._listener is None:
            self._listener = _listening(self._host, self._port)

    def close(self) -> None:
        # first of all: whoever is hung up on calls again at once
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for caller in list(self._callers):
            self._hang_up(caller)

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            while self._listener is not None:
                caller, _ = self._listener.accept()
                caller.setblocking(False)
                self._callers.append(caller)

    def _hang_up(self, caller: socket.socket) -> None:
        self._callers.remove(caller)
        caller.close()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    listener.setblocking(False)
    return listener
