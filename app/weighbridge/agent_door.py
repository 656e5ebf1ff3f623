"""The agent over HTTP: for pages of the configured sites, on this machine and (with TLS) on the yard's network.

    GET  /        which scale this is, and its public key
    GET  /state   what stands on the deck
    GET  /live    the same as server-sent events: at each change, at most ten a second, and every two seconds
    POST /take    {"nonce"} -> {"payload", "signature"}, or 409 {"why_not"}
    GET  /ca.crt  what a tablet must trust to come over the network; no secret

Other sites' pages are refused by their Origin, and names that somebody else points at this machine by their Host.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET6
from socketserver import TCPServer
from typing import Any, Final

from app.weighbridge.agent import ScaleAgent
from app.weighbridge.agent_files import Answer
from app.weighbridge.agent_log import log
from app.weighbridge.agent_settings import url_host
from app.weighbridge.certificates import authority_der

LIVE_STEP_S: Final = 0.1
HEARTBEAT_S: Final = 2.0
_IDLE_S: Final = 15.0
_CONNECTIONS_AT_MOST: Final = 64
_LOOK_EVERY_S: Final = 0.1
_BODY_AT_MOST: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A place to listen: who may come by which host names, whether with TLS, and whether only for the certificate.

    `tls` gives the certificate of the moment: a connection gets the old one or the new one, and nothing between.
    """

    host: str
    port: int
    names: frozenset[str]
    tls: Callable[[], ssl.SSLContext] | None = None
    only_certificate: bool = False


class DoorServer(ThreadingHTTPServer):
    """Answers at one door, each connection in a thread of its own, until `shutdown`."""

    daemon_threads = True
    request_queue_size = _CONNECTIONS_AT_MOST
    # On Windows this would let a second agent listen on the same port.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, door: Door, agent: ScaleAgent, folder: Path, stop: threading.Event) -> None:
        """Bind; raises OSError for a port that is taken. `stop` ends what is still being told."""
        self.door, self.agent, self.folder, self.stop = door, agent, folder, stop
        self._places = threading.BoundedSemaphore(_CONNECTIONS_AT_MOST)
        if ":" in door.host:
            self.address_family = AF_INET6
        super().__init__((door.host, door.port), _Handler)

    @property
    def url(self) -> str:
        scheme = "https" if self.door.tls else "http"
        return f"{scheme}://{url_host(self.door.host)}:{self.server_port}"

    def serve(self) -> None:
        """Answer until `shutdown`, which takes as long as one look."""
        self.serve_forever(poll_interval=_LOOK_EVERY_S)

    def server_bind(self) -> None:
        # Not HTTPServer's own, which asks the name service for this machine's name.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.door.host, self.socket.getsockname()[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread: one that says nothing keeps nobody else waiting."""
        request.settimeout(_IDLE_S)
        if self.door.tls is None:
            super().finish_request(request, client_address)
            return
        with self.door.tls().wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        fault = sys.exception()
        if not isinstance(fault, OSError):  # Those are connections that broke, and browsers that distrust us.
            log("error", "request-failed", fault=repr(fault))


class _Handler(BaseHTTPRequestHandler):
    server: DoorServer
    protocol_version = "HTTP/1.1"
    server_version = "strawline-scale"
    sys_version = ""
    timeout = _IDLE_S

    def do_OPTIONS(self) -> None:
        """Answer a browser that asks before it asks."""
        if not self._host_is_ours() or not self._origin_may(needed=True):
            return
        headers = {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": "600",
        }
        if self.headers.get("Access-Control-Request-Private-Network") == "true":
            headers["Access-Control-Allow-Private-Network"] = "true"
        self._send(HTTPStatus.NO_CONTENT, b"", headers)

    def do_GET(self) -> None:
        if not self._host_is_ours():
            return
        if self.path == "/ca.crt":
            self._send_authority()
        elif self.server.door.only_certificate:
            self._refuse(HTTPStatus.NOT_FOUND, "only /ca.crt is here")
        elif self._origin_may(needed=False):
            match self.path:
                case "/":
                    self._send_json(HTTPStatus.OK, self.server.agent.who())
                case "/state":
                    self._send_json(HTTPStatus.OK, self.server.agent.state())
                case "/live":
                    self._send_live()
                case _:
                    self._refuse(HTTPStatus.NOT_FOUND, "no such address")

    def do_POST(self) -> None:
        if not self._host_is_ours() or not self._origin_may(needed=True):
            return
        if self.path != "/take" or self.server.door.only_certificate:
            self._refuse(HTTPStatus.NOT_FOUND, "no such address")
            return
        try:
            answer = self.server.agent.take(self._nonce())
        except ValueError as fault:
            self._refuse(HTTPStatus.BAD_REQUEST, str(fault))
        except OSError as fault:
            log("error", "not-kept", fault=str(fault))
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"the scale's computer cannot keep the weight: {fault}")
        else:
            if isinstance(answer, Answer):
                self._send_json(HTTPStatus.OK, {"payload": answer.payload, "signature": answer.signature})
            else:
                self._send_json(HTTPStatus.CONFLICT, {"why_not": answer})

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: a tablet asks all day."""

    def _nonce(self) -> str:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _BODY_AT_MOST:
            raise ValueError(f"a body of at most {_BODY_AT_MOST} bytes is wanted")
        if self.headers.get_content_type() != "application/json":
            raise ValueError("a body of application/json is wanted")
        try:
            content = json.loads(self.rfile.read(int(length)))
        except RecursionError as fault:
            raise ValueError("no JSON that anybody means") from fault
        nonce = content.get("nonce") if isinstance(content, dict) else None
        if not isinstance(nonce, str):
            raise ValueError('{"nonce": "…"} is wanted')
        return nonce

    def _host_is_ours(self) -> bool:
        """A page elsewhere may let its own name point here, and would then be of one origin with the agent."""
        host = self.headers.get("Host", "").lower().removesuffix(f":{self.server.server_port}")
        if host in self.server.door.names:
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "this is not the host that you asked for")
        return False

    def _origin_may(self, *, needed: bool) -> bool:
        """Programs send no Origin and may look; a browser that sends none does so for a page that cannot read."""
        origin = self.headers.get("Origin")
        if origin is None and not needed and self.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
            return True
        if origin in self.server.agent.settings.origins:
            return True
        log("warning", "origin-refused", origin=(origin or "")[:100])
        self._refuse(HTTPStatus.FORBIDDEN, "pages of this site may not ask: see `origins` in agent.toml")
        return False

    def _send_live(self) -> None:
        self.close_connection = True
        self._begin(HTTPStatus.OK, "text/event-stream; charset=utf-8", {"Connection": "close"})
        state: dict[str, Any] | None = None
        while not self.server.stop.is_set():
            state = self.server.agent.next_state(state, timeout_s=HEARTBEAT_S)
            self.wfile.write(f"data: {json.dumps(state)}\n\n".encode())
            self.wfile.flush()
            self.server.stop.wait(LIVE_STEP_S)

    def _send_authority(self) -> None:
        try:
            content = authority_der(self.server.folder)
        except FileNotFoundError:
            self._refuse(HTTPStatus.NOT_FOUND, "this agent listens on its own machine only and has no certificate")
            return
        headers = {"Content-Disposition": 'attachment; filename="strawline-scale.crt"'}
        self._send(HTTPStatus.OK, content, headers, content_type="application/x-x509-ca-cert")

    def _send_json(self, status: HTTPStatus, members: dict[str, Any]) -> None:
        self._send(status, json.dumps(members).encode(), {}, content_type="application/json")

    def _refuse(self, status: HTTPStatus, error: str) -> None:
        # What was sent with the request may not have been read.
        self.close_connection = True
        self._send_json(status, {"error": error})

    def _send(
        self, status: HTTPStatus, content: bytes, headers: dict[str, str], content_type: str = "text/plain"
    ) -> None:
        headers = headers | {"Content-Length": str(len(content))}
        self._begin(status, content_type, headers | ({"Connection": "close"} if self.close_connection else {}))
        self.wfile.write(content)

    def _begin(self, status: HTTPStatus, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        origin = self.headers.get("Origin")
        if origin in self.server.agent.settings.origins:
            self.send_header("Access-Control-Allow-Origin", str(origin))
        for name, value in {
            "Vary": "Origin",
            "Content-Type": content_type,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
