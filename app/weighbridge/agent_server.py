"""All doors of the agent: this machine, the yard's network with TLS, and the certificate without."""

from __future__ import annotations

import errno
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from app import clock
from app.weighbridge.agent import ScaleAgent
from app.weighbridge.agent_door import Door, DoorServer
from app.weighbridge.agent_log import log
from app.weighbridge.agent_settings import LOOPBACK, url_host
from app.weighbridge.certificates import certificate_files, fingerprint, renew_certificate

_BIND_AGAIN_S: Final = 10.0
_CERTIFICATE_CHECK_S: Final = timedelta(hours=12).total_seconds()


class AgentServers:
    """The agent at its doors. `with` opens and closes them; `urls` says where it listens.

    Where the yard's network is down, this machine has no address there: that door is opened when there is one.
    """

    def __init__(self, agent: ScaleAgent, folder: Path) -> None:
        """Bind the doors; raises OSError for one that is taken."""
        self._agent, self._folder = agent, folder
        self._stop = threading.Event()
        self._serving: list[threading.Thread] = []
        self._tending: list[threading.Thread] = []
        self._tls = self._first_tls() if agent.settings.lan_address else None
        self._servers: list[DoorServer] = []
        self._shut: list[Door] = []
        try:
            for door in self._doors():
                self._bind(door)
        except OSError:
            self._close()
            raise

    @property
    def urls(self) -> list[str]:
        return [server.url for server in self._servers]

    def __enter__(self) -> AgentServers:
        for server in self._servers:
            self._start(server.serve, self._serving)
        if self._shut:
            self._start(self._open_later, self._tending)
        if self._tls:
            self._start(self._renew_in_time, self._tending)
        return self

    def __exit__(self, *_fault: object) -> None:
        self._stop.set()
        # First those that might still open a door.
        for thread in self._tending:
            thread.join()
        for server in self._servers:
            server.shutdown()
        for thread in self._serving:
            thread.join()
        self._close()

    def _start(self, task: Callable[[], None], threads: list[threading.Thread]) -> None:
        threads.append(threading.Thread(target=task, daemon=True))
        threads[-1].start()

    def _close(self) -> None:
        for server in self._servers:
            server.server_close()

    def _bind(self, door: Door) -> DoorServer | None:
        try:
            server = DoorServer(door, self._agent, self._folder, self._stop)
        except OSError as fault:
            if fault.errno != errno.EADDRNOTAVAIL or door.host == LOOPBACK:
                raise
            log("warning", "no-such-address", host=door.host, port=door.port)
            self._shut.append(door)
            return None
        self._servers.append(server)
        return server

    def _open_later(self) -> None:
        while self._shut and not self._stop.wait(_BIND_AGAIN_S):
            waiting, self._shut = self._shut, []
            for door in waiting:
                try:
                    server = self._bind(door)
                except OSError as fault:
                    log("error", "cannot-listen", host=door.host, port=door.port, fault=str(fault))
                    self._shut.append(door)
                else:
                    if server is not None:
                        log("info", "listens", url=server.url)
                        self._start(server.serve, self._serving)

    def _doors(self) -> list[Door]:
        settings = self._agent.settings
        doors = [Door(host=LOOPBACK, port=settings.http_port, names=frozenset({LOOPBACK, "localhost", "[::1]"}))]
        if settings.lan_address is not None:
            names = frozenset(url_host(host) for host in self._lan_hosts())
            lan = {"host": settings.lan_address, "names": names}
            doors.append(Door(**lan, port=settings.lan_port, tls=self._tls_now))  # type: ignore[arg-type]
            doors.append(Door(**lan, port=settings.certificate_port, only_certificate=True))  # type: ignore[arg-type]
        return doors

    def _lan_hosts(self) -> tuple[str, ...]:
        settings = self._agent.settings
        return tuple(host for host in (settings.lan_address, settings.lan_name) if host is not None)

    def _tls_now(self) -> ssl.SSLContext:
        assert self._tls is not None
        return self._tls

    def _first_tls(self) -> ssl.SSLContext:
        self._renew()
        return self._tls_context()

    def _tls_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        files = certificate_files(self._folder)
        context.load_cert_chain(files.chain, files.key)
        return context

    def _renew(self) -> bool:
        made = renew_certificate(
            self._folder, self._lan_hosts(), label=self._agent.settings.scale_id, today=clock.now()
        )
        if made:
            log("info", "certificate-made", authority=fingerprint(certificate_files(self._folder).authority))
        return made

    def _renew_in_time(self) -> None:
        while not self._stop.wait(_CERTIFICATE_CHECK_S):
            try:
                if self._tls is not None and self._renew():
                    # Connections from now on get the new one.
                    self._tls = self._tls_context()
            except (OSError, ValueError) as fault:
                log("error", "certificate-not-renewed", fault=str(fault))
