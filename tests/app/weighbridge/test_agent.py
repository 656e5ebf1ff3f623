from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.weighbridge import scale_line
from app.weighbridge.agent import ScaleAgent
from app.weighbridge.agent_files import Answer, FolderInUse, only_agent
from app.weighbridge.certificates import (
    renew_certificate,
)
from app.weighbridge.deck import DeckState, WhyNot
from app.weighbridge.probing import Found, probe
from app.weighbridge.signing import BadSignature, public_text, signed, verified_reading
from app.weighbridge.simulation.playing import played_scale
from tests.app.weighbridge.played_agent import (
    FAST_LIMITS,
    NONCE,
    NOW,
    OTHER_NONCE,
    SETTINGS,
    Clock,
    agent_at_scale,
    asked,
    quiet_agent,
    read_by,
    show,
    truck,
    wait_until,
)


@pytest.fixture
def agent(tmp_path: Path, clock: Clock) -> ScaleAgent:
    """An agent above a deck on which nothing has happened yet."""
    return quiet_agent(tmp_path, clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_taken_reading_says_what_the_scale_said(agent: ScaleAgent, clock: Clock) -> None:
    truck(agent, clock, 18_460)
    answer = agent.take(NONCE)
    assert isinstance(answer, Answer)
    reading = verified_reading(answer.payload, answer.signature, agent.who()["public_key"])
    assert (reading.scale_id, reading.kg, reading.division_kg) == ("Y01-1", 18_460, 20)
    assert (reading.nonce, reading.seq, reading.protocol, reading.kind) == (NONCE, 1, "yaohua", "unknown")
    assert reading.taken_at == NOW + timedelta(seconds=6)
    assert reading.zero_seen_at == NOW + timedelta(seconds=3)
    assert reading.steady_for_ms >= 1000
    assert [bytes.fromhex(frame) for frame in reading.frames] == [b"+018460"] * 5
    assert set(reading.curve) == {18_460}
    assert '"taken_at":"2026-11-12T09:30:06.000Z"' in answer.payload


def test_a_weight_that_was_changed_on_the_way_is_refused(agent: ScaleAgent, clock: Clock) -> None:
    truck(agent, clock, 18_460)
    answer = agent.take(NONCE)
    assert isinstance(answer, Answer)
    key = agent.who()["public_key"]
    with pytest.raises(BadSignature):
        verified_reading(answer.payload.replace("18460", "28460"), answer.signature, key)
    with pytest.raises(BadSignature):
        verified_reading(answer.payload, answer.signature, public_text(Ed25519PrivateKey.generate()))


@pytest.mark.parametrize("signature", ["", "no base64", "AAAA", "é"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature):
        verified_reading("{}", signature, public_text(Ed25519PrivateKey.generate()))


@pytest.mark.parametrize(
    "change",
    [
        {"kg": "18460"},
        {"kg": 18_460.5},
        {"kg": True},
        {"scale_id": 1},
        {"taken_at": "2026-11-12T09:30:06"},
        {"taken_at": "yesterday"},
        {"frames": "02"},
        {"curve": [1, "2"]},
    ],
)
def test_a_signed_text_that_is_no_reading_is_refused(
    agent: ScaleAgent, clock: Clock, change: dict[str, object]
) -> None:
    truck(agent, clock, 18_460)
    answer = agent.take(NONCE)
    assert isinstance(answer, Answer)
    key = Ed25519PrivateKey.generate()
    payload = json.dumps(json.loads(answer.payload) | change)
    with pytest.raises(BadSignature, match="no reading"):
        verified_reading(payload, _signature(payload, key), public_text(key))


def test_what_a_newer_agent_says_besides_does_no_harm(agent: ScaleAgent, clock: Clock) -> None:
    truck(agent, clock, 18_460)
    answer = agent.take(NONCE)
    assert isinstance(answer, Answer)
    key = Ed25519PrivateKey.generate()
    payload = json.dumps(json.loads(answer.payload) | {"deck_temperature": 4})
    assert verified_reading(payload, _signature(payload, key), public_text(key)).kg == 18_460
    assert signed(verified_reading(payload, _signature(payload, key), public_text(key)), key)[0] == answer.payload


def test_the_same_nonce_gets_the_same_answer_and_another_nonce_none(agent: ScaleAgent, clock: Clock) -> None:
    truck(agent, clock, 18_460)
    first = agent.take(NONCE)
    assert isinstance(first, Answer)
    assert agent.take(NONCE) == first
    assert agent.take(OTHER_NONCE) is WhyNot.ALREADY_TAKEN
    truck(agent, clock, 7_200)
    assert agent.take(NONCE) == first, "the next truck's weight is not the answer to an old question"
    second = agent.take(OTHER_NONCE)
    assert isinstance(second, Answer)
    assert json.loads(second.payload)["seq"] == 2


def test_numbers_and_answers_outlive_a_restart_and_the_truck_must_come_again(
    agent: ScaleAgent, clock: Clock, tmp_path: Path
) -> None:
    truck(agent, clock, 18_460)
    first = agent.take(NONCE)
    again = ScaleAgent(tmp_path, SETTINGS, FAST_LIMITS, clock.clocks())
    assert again.who()["public_key"] == agent.who()["public_key"]
    show(again, clock, 18_460)
    assert again.take(NONCE) == first
    assert again.take(OTHER_NONCE) is WhyNot.ZERO_NOT_SEEN
    truck(again, clock, 18_460)
    second = again.take(OTHER_NONCE)
    assert isinstance(second, Answer)
    assert json.loads(second.payload)["seq"] == 2


def test_what_the_disk_does_not_keep_has_not_been_taken(
    agent: ScaleAgent, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    truck(agent, clock, 18_460)
    with monkeypatch.context() as patch:
        patch.setattr("app.weighbridge.agent_files.os.fsync", _full_disk)
        with pytest.raises(OSError, match="full"):
            agent.take(NONCE)
    assert isinstance(agent.take(OTHER_NONCE), Answer)


def test_a_damaged_book_is_put_aside_and_numbers_still_rise(agent: ScaleAgent, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "taken.json").write_text("{")
    again = ScaleAgent(tmp_path, SETTINGS, FAST_LIMITS, clock.clocks())
    truck(again, clock, 18_460)
    answer = again.take(NONCE)
    assert isinstance(answer, Answer)
    assert json.loads(answer.payload)["seq"] > 1_000_000
    assert (tmp_path / "taken.damaged").read_text() == "{"


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65, "has a blank in the middle", "非ASCII的字符非ASCII的字符非"])
def test_a_nonce_has_16_to_64_signs(agent: ScaleAgent, nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        agent.take(nonce)


def test_one_folder_has_one_agent(tmp_path: Path) -> None:
    with only_agent(tmp_path), pytest.raises(FolderInUse), only_agent(tmp_path):
        pass


def test_keys_are_read_by_their_owner_only(agent: ScaleAgent, tmp_path: Path) -> None:
    renew_certificate(tmp_path, ("192.168.1.20",), label="Y01-1", today=NOW)
    for name in ("agent.key", "ca.key", "tls.key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_from_the_indicator_to_a_signed_weight(tmp_path: Path) -> None:
    with agent_at_scale(tmp_path) as (scale, agent, servers):
        address = servers.urls[0]
        wait_until(lambda: agent.state()["zero_off_kg"] is not None)
        scale.deck.drive_on(18_460)
        wait_until(lambda: agent.state()["why_not"] == WhyNot.MOVING)
        assert asked(address, "POST", "/take", {"nonce": NONCE})[:2] == (409, {"why_not": "moving"})
        wait_until(lambda: bool(agent.state()["may_take"]))
        status, taken, _ = asked(address, "POST", "/take", {"nonce": NONCE})
        assert status == 200
        reading = verified_reading(taken["payload"], taken["signature"], agent.who()["public_key"])
        assert reading.kg == 18_460
        assert 0 < reading.curve[0] < reading.curve[-1] == 18_460
        assert asked(address, "POST", "/take", {"nonce": OTHER_NONCE})[:2] == (409, {"why_not": "already-taken"})
        scale.deck.drive_off()
        wait_until(lambda: agent.state()["state"] == DeckState.EMPTY)
        scale.deck.drive_on(7_200)
        wait_until(lambda: bool(agent.state()["may_take"]))
        status, taken, _ = asked(address, "POST", "/take", {"nonce": OTHER_NONCE})
        assert verified_reading(taken["payload"], taken["signature"], agent.who()["public_key"]).kg == 7_200


@pytest.mark.parametrize("listen", [None, ("127.0.0.1", 0)], ids=["serial", "tcp"])
def test_a_lost_link_is_silence_and_comes_back(
    tmp_path: Path, listen: tuple[str, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale_line, "_MUTE_S", 1.0)
    limits = replace(FAST_LIMITS, fresh_s=Decimal("0.5"))
    with played_scale("yaohua", listen=listen, speed=20) as scale:
        agent = ScaleAgent(tmp_path, SETTINGS, limits)
        with read_by(agent, scale.address):
            scale.deck.set_weight(18_460)
            wait_until(lambda: agent.state()["kg"] == 18_460)
            scale.lose_link()
            wait_until(lambda: agent.state()["state"] == DeckState.NO_LINK)
            assert (agent.state()["kg"], agent.take(NONCE)) == (None, WhyNot.NO_LINK)
            scale.restore_link()
            wait_until(lambda: agent.state()["kg"] == 18_460)


def test_a_cable_that_was_out_does_not_make_the_agent_look_for_the_protocol_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def noted_probe(port: str) -> Found | None:
        looked.append(port)
        return probe(port)

    monkeypatch.setattr(scale_line, "_MUTE_S", 0.2)
    monkeypatch.setattr(scale_line, "probe", noted_probe)
    limits = replace(FAST_LIMITS, fresh_s=Decimal("0.2"))
    with played_scale("yaohua", listen=("127.0.0.1", 0), speed=20) as scale:
        agent = ScaleAgent(tmp_path, SETTINGS, limits)
        with read_by(agent, scale.address, protocol=None):
            wait_until(lambda: agent.state()["state"] == DeckState.EMPTY)
            scale.lose_link()
            wait_until(lambda: agent.state()["state"] == DeckState.NO_LINK)
            scale.restore_link()
            wait_until(lambda: agent.state()["state"] == DeckState.EMPTY)
    assert len(looked) == 1


@pytest.mark.parametrize("protocol", ["yaohua", "yaohua-command", "toledo-checksum"])
def test_the_protocol_is_found_by_trying(tmp_path: Path, protocol: str) -> None:
    with played_scale(protocol, speed=5) as scale:
        agent = ScaleAgent(tmp_path, SETTINGS, FAST_LIMITS)
        scale.deck.set_weight(18_460)
        with read_by(agent, scale.address, protocol=None):
            wait_until(lambda: agent.state()["kg"] == 18_460)
            assert agent.who()["protocol"] == protocol


def _signature(payload: str, key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.sign(payload.encode())).decode()


def _full_disk(_descriptor: int) -> None:
    raise OSError(28, "the disk is full")
