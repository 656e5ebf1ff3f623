from __future__ import annotations

import errno
import json
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from app.clock import now
from app.weighbridge import agent_door, agent_server
from app.weighbridge.agent import ScaleAgent
from app.weighbridge.agent_server import AgentServers
from app.weighbridge.certificates import (
    _kept_authority,
    _new_certificate,
    certificate_files,
    fingerprint,
    renew_certificate,
)
from app.weighbridge.signing import verified_reading
from tests.app.weighbridge.played_agent import (
    FAST_LIMITS,
    NONCE,
    NOW,
    ORIGIN,
    OTHER_NONCE,
    SETTINGS,
    Clock,
    asked,
    quiet_agent,
    truck,
    wait_until,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def agent(tmp_path: Path, clock: Clock) -> ScaleAgent:
    """An agent above a deck on which nothing has happened yet."""
    return quiet_agent(tmp_path, clock)


@pytest.fixture
def address(agent: ScaleAgent, tmp_path: Path) -> Iterator[str]:
    """Where the agent answers on this machine."""
    with AgentServers(agent, tmp_path) as servers:
        yield servers.urls[0]


def test_a_page_of_the_site_learns_who_what_and_takes(agent: ScaleAgent, clock: Clock, address: str) -> None:
    status, who, headers = asked(address, "GET", "/")
    assert status == 200
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["cache-control"] == "no-store"
    assert {name: who[name] for name in ("scale_id", "division_kg", "capacity_kg", "protocol")} == {
        "scale_id": "Y01-1",
        "division_kg": 20,
        "capacity_kg": 80_000,
        "protocol": "yaohua",
    }
    assert datetime.fromisoformat(who["now"]) == NOW
    assert asked(address, "GET", "/state")[1]["state"] == "no-link"
    assert asked(address, "POST", "/take", {"nonce": NONCE})[:2] == (409, {"why_not": "no-link"})
    truck(agent, clock, 18_460)
    state = asked(address, "GET", "/state")[1]
    assert (state["state"], state["kg"], state["may_take"], state["why_not"]) == ("steady", 18_460, True, None)
    status, taken, _ = asked(address, "POST", "/take", {"nonce": NONCE})
    assert status == 200
    assert verified_reading(taken["payload"], taken["signature"], who["public_key"]).kg == 18_460
    assert asked(address, "POST", "/take", {"nonce": NONCE})[1] == taken
    assert asked(address, "POST", "/take", {"nonce": OTHER_NONCE})[:2] == (409, {"why_not": "already-taken"})


@pytest.mark.parametrize("origin", ["https://evil.example", "http://gate.demo.example", "null", f"{ORIGIN}:444"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/state"), ("GET", "/live"), ("POST", "/take"), ("OPTIONS", "/take")]
)
def test_a_page_of_another_site_is_refused(address: str, method: str, path: str, origin: str) -> None:
    status, _, headers = asked(address, method, path, {"nonce": NONCE}, origin=origin)
    assert status == 403
    assert "access-control-allow-origin" not in headers


def test_a_name_that_was_pointed_here_is_refused(address: str) -> None:
    assert asked(address, "GET", "/state", Host="rebound.evil.example")[0] == 403
    assert asked(address, "GET", "/ca.crt", Host="rebound.evil.example")[0] == 403
    assert asked(address, "GET", "/state", Host=f"localhost:{urlsplit(address).port}")[0] == 200


def test_who_names_no_site_may_look_and_not_take(address: str) -> None:
    assert asked(address, "GET", "/state", origin=None)[0] == 200
    assert asked(address, "GET", "/state", origin=None, Sec_Fetch_Site="cross-site")[0] == 403
    assert asked(address, "POST", "/take", {"nonce": NONCE}, origin=None)[0] == 403


def test_a_browser_that_asks_before_it_asks_is_answered(address: str) -> None:
    status, _, headers = asked(
        address,
        "OPTIONS",
        "/take",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="content-type",
        Access_Control_Request_Private_Network="true",
    )
    assert status == 204
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-allow-headers"] == "content-type"
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"{}", b'{"nonce": 7}', b'{"nonce": "short"}', b"[" * 1024])
def test_what_is_no_question_is_refused_with_a_reason(address: str, body: bytes) -> None:
    status, said, _ = asked(address, "POST", "/take", body)
    assert status == 400
    assert said["error"]


def test_a_form_of_another_kind_and_a_long_body_are_refused(address: str) -> None:
    assert asked(address, "POST", "/take", {"nonce": NONCE}, Content_Type="text/plain")[0] == 400
    assert asked(address, "POST", "/take", b"x" * 1025)[0] == 400
    assert asked(address, "POST", "/elsewhere", {"nonce": NONCE})[0] == 404
    assert asked(address, "GET", "/elsewhere")[0] == 404
    assert asked(address, "GET", "/ca.crt")[0] == 404


def test_a_full_disk_is_told_in_words(
    agent: ScaleAgent, clock: Clock, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    truck(agent, clock, 18_460)
    monkeypatch.setattr("app.weighbridge.agent_files.os.fsync", _full_disk)
    status, said, _ = asked(address, "POST", "/take", {"nonce": NONCE})
    assert (status, "full" in said["error"]) == (503, True)


def test_the_live_stream_tells_changes_and_beats_while_nothing_changes(
    agent: ScaleAgent, clock: Clock, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_door, "HEARTBEAT_S", 0.3)
    connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request("GET", "/live", headers={"Origin": ORIGIN})
    response = connection.getresponse()
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert _next_event(response)["state"] == "no-link"
    assert _next_event(response)["state"] == "no-link"
    truck(agent, clock, 18_460)
    state = _next_event(response)
    while state["kg"] != 18_460:
        state = _next_event(response)
    clock.at_s += 3
    while state["state"] != "no-link":
        state = _next_event(response)
    assert state["kg"] is None
    response.close()
    connection.close()


def test_a_crowd_is_turned_away_and_the_next_is_served(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    host = urlsplit(address).netloc
    waiting = [HTTPConnection(host, timeout=10) for _ in range(64)]
    for connection in waiting:
        connection.connect()
    wait_until(lambda: _is_turned_away(host))
    for connection in waiting:
        connection.close()
    wait_until(lambda: not _is_turned_away(host))


@pytest.fixture
def lan_urls(tmp_path: Path, clock: Clock) -> Iterator[list[str]]:
    """Where an agent answers that also listens on another address of this machine."""
    agent = ScaleAgent(tmp_path, replace(SETTINGS, lan_address="127.0.0.2"), FAST_LIMITS, clock.clocks())
    with AgentServers(agent, tmp_path) as servers:
        yield servers.urls


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_who_trusts_the_authority_comes_over_the_network(lan_urls: list[str], tmp_path: Path) -> None:
    own, lan, certificate = lan_urls
    with urllib.request.urlopen(f"{certificate}/ca.crt", timeout=10) as response:
        assert response.headers["Content-Type"] == "application/x-x509-ca-cert"
        fetched = x509.load_der_x509_certificate(response.read())
    assert fetched == x509.load_pem_x509_certificate(certificate_files(tmp_path).authority.read_bytes())
    assert asked(own, "GET", "/ca.crt")[0] == 200
    trusting = ssl.create_default_context(cafile=str(certificate_files(tmp_path).authority))
    with urllib.request.urlopen(f"{lan}/", timeout=10, context=trusting) as response:
        assert json.load(response)["scale_id"] == "Y01-1"
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{lan}/", timeout=10, context=ssl.create_default_context())


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_without_tls_the_network_gets_the_certificate_and_nothing_else(lan_urls: list[str]) -> None:
    certificate = lan_urls[2]
    host = urlsplit(certificate).netloc
    assert asked(certificate, "GET", "/state", Host=host)[0] == 404
    assert asked(certificate, "POST", "/take", {"nonce": NONCE}, Host=host)[0] == 404
    assert asked(certificate, "GET", "/ca.crt", Host="127.0.0.1")[0] == 403


def test_a_clock_that_has_stopped_spoils_no_certificate(tmp_path: Path) -> None:
    hosts = ("192.168.1.20",)
    renew_certificate(tmp_path, hosts, label="Y01-1", today=NOW)
    assert renew_certificate(tmp_path, hosts, label="Y01-1", today=NOW + timedelta(days=340))
    assert not renew_certificate(tmp_path, hosts, label="Y01-1", today=datetime(2010, 1, 1, tzinfo=UTC))
    assert renew_certificate(tmp_path, hosts, label="Y01-1", today=NOW + timedelta(days=100)), "it was ahead before"


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_a_running_agent_renews_its_certificate(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_server, "_CERTIFICATE_CHECK_S", 0.05)
    agent = quiet_agent(tmp_path, clock, replace(SETTINGS, lan_address="127.0.0.2"))
    with AgentServers(agent, tmp_path) as servers:
        lan = urlsplit(servers.urls[1])
        first = ssl.get_server_certificate((str(lan.hostname), lan.port or 0))
        in_a_year = now() + timedelta(days=380)
        monkeypatch.setattr("app.clock.now", lambda: in_a_year)
        wait_until(lambda: ssl.get_server_certificate((str(lan.hostname), lan.port or 0)) != first)


def test_a_port_that_is_taken_is_told_and_no_other_stays_open(
    agent: ScaleAgent, address: str, clock: Clock, tmp_path: Path
) -> None:
    taken = urlsplit(address).port or 0
    second = quiet_agent(tmp_path / "second", clock, replace(SETTINGS, http_port=taken))
    with pytest.raises(OSError, match="in use"):
        AgentServers(second, tmp_path / "second")


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_while_the_yards_network_is_down_the_agent_serves_its_own_machine_and_the_rest_later(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_server, "_BIND_AGAIN_S", 0.05)
    network_is_down = [True]

    class DoorOfThisNetwork(agent_door.DoorServer):
        def server_bind(self) -> None:
            if network_is_down[0] and self.door.host != "127.0.0.1":
                raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
            super().server_bind()

    monkeypatch.setattr(agent_server, "DoorServer", DoorOfThisNetwork)
    agent = quiet_agent(tmp_path, clock, replace(SETTINGS, lan_address="127.0.0.2"))
    with AgentServers(agent, tmp_path) as servers:
        assert len(servers.urls) == 1
        assert asked(servers.urls[0], "GET", "/state")[0] == 200
        network_is_down[0] = False
        wait_until(lambda: len(servers.urls) == 3)
        trusting = ssl.create_default_context(cafile=str(certificate_files(tmp_path).authority))
        with urllib.request.urlopen(f"{servers.urls[1]}/state", timeout=10, context=trusting) as response:
            assert json.load(response)["state"] == "no-link"


def test_the_authority_is_good_for_nothing_but_the_yards_network(tmp_path: Path) -> None:
    renew_certificate(tmp_path, ("192.168.1.20", "scale-y01.local"), label="北场-1" * 16, today=NOW)
    assert _handshake_fault(tmp_path, "192.168.1.20") is None
    assert _handshake_fault(tmp_path, "scale-y01.local") is None
    authority = _kept_authority(tmp_path, NOW)
    assert authority is not None
    for host in ("bank.example", "8.8.8.8"):
        _new_certificate(certificate_files(tmp_path), (host,), authority, NOW)
        assert "permitted subtree violation" in str(_handshake_fault(tmp_path, host))


def test_the_certificate_is_renewed_in_time_and_tablets_need_not_be_told(tmp_path: Path) -> None:
    def made(today: datetime, *hosts: str) -> bool:
        return renew_certificate(tmp_path, hosts, label="Y01-1", today=today)

    assert made(NOW, "192.168.1.20")
    authority = fingerprint(certificate_files(tmp_path).authority)
    assert not made(NOW + timedelta(days=300), "192.168.1.20")
    assert made(NOW + timedelta(days=340), "192.168.1.20")
    assert made(NOW + timedelta(days=341), "192.168.1.21")
    assert made(NOW + timedelta(days=3000), "192.168.1.21")
    assert fingerprint(certificate_files(tmp_path).authority) == authority
    certificate = x509.load_pem_x509_certificate(certificate_files(tmp_path).chain.read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=398)
    assert made(NOW + timedelta(days=3400), "192.168.1.21")
    assert fingerprint(certificate_files(tmp_path).authority) != authority


def _next_event(response: Any) -> dict[str, Any]:
    line = response.readline()
    while not line.startswith(b"data: "):
        assert line, "the stream has ended"
        line = response.readline()
    state: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
    return state


def _is_turned_away(host: str) -> bool:
    connection = HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", "/state")
        return connection.getresponse().status != 200
    except OSError:
        return True
    finally:
        connection.close()


def _handshake_fault(folder: Path, host: str) -> ssl.SSLError | None:
    """Shake hands in memory with a server that has the folder's certificate, trusting the folder's authority."""
    files = certificate_files(folder)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(files.chain, files.key)
    client_side = ssl.create_default_context(cafile=str(files.authority))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for end in (client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as fault:
                return fault
    return None


def _full_disk(_descriptor: int) -> None:
    raise OSError(28, "the disk is full")
