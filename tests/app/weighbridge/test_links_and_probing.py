"""Links to an indicator, and finding out what it speaks and how fast, on real pseudo-terminals and TCP ports."""

from __future__ import annotations

import os
import socket
import tty
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from decimal import Decimal
from threading import Event, Thread

import pytest

from app.weighbridge.frames import PROTOCOLS
from app.weighbridge.links import LinkLost, has_speed, open_link
from app.weighbridge.probing import Found, probe
from app.weighbridge.simulation.encoding import Display, frame_of
from app.weighbridge.simulation.faults import Faults
from app.weighbridge.simulation.playing import PlayedScale, played_scale

FOUND_BY_PROBING = [name for name, kind in PROTOCOLS.items() if kind.found_by_probing]
# Ten times as fast as a real scale; it is listened to no longer than until it is sure.
SPEED, LISTEN_S = 10, 5.0


def test_silence_is_no_bytes_and_a_port_that_goes_is_a_lost_link() -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    with closing(open_link(os.ttyname(theirs), baud=1200)) as link:
        os.close(theirs)
        assert link.read(0.01) == b""
        assert link.read(0) == b""
        os.write(ours, b"\x02+0")
        assert link.read(1) == b"\x02+0"
        link.write(b"\x02AB03\x03")
        assert os.read(ours, 100) == b"\x02AB03\x03"
        os.close(ours)
        with pytest.raises(LinkLost):
            link.read(1)
        with pytest.raises(LinkLost):
            link.write(b"\x02")
        link.close()
        link.close()


def test_a_serial_port_has_one_reader() -> None:
    with (
        played_scale() as scale,
        closing(open_link(scale.address)),
        pytest.raises(LinkLost, match="cannot be opened"),
    ):
        open_link(scale.address)


def test_a_tcp_link_is_silent_lost_and_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with closing(open_link(address)) as link:
            other_end, _ = server.accept()
            assert link.read(0.01) == b""
            assert link.read(0) == b""
            link.write(b"asked")
            assert other_end.recv(100) == b"asked"
            other_end.sendall(b"told")
            assert link.read(1) == b"told"
            other_end.close()
            with pytest.raises(LinkLost, match="closed"):
                link.read(1)
            link.close()
            with pytest.raises(LinkLost):
                link.read(1)
            with pytest.raises(LinkLost):
                link.write(b"x")


@pytest.mark.parametrize("address", ["/dev/no-such-scale", "tcp://127.0.0.1:1"])
def test_a_port_that_is_not_there_is_a_lost_link(address: str) -> None:
    with pytest.raises(LinkLost):
        open_link(address)


@pytest.mark.parametrize("address", ["tcp://", "tcp://scale", "tcp://:4001", "tcp://scale:many"])
def test_an_address_without_host_or_port_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"[Pp]ort"):
        open_link(address)


def test_only_serial_ports_have_a_speed() -> None:
    assert [has_speed(address) for address in ("/dev/ttyUSB0", "COM3", "tcp://scale:4001")] == [True, True, False]


@pytest.mark.parametrize("protocol", FOUND_BY_PROBING)
def test_the_protocol_is_found_on_a_pseudo_terminal(protocol: str) -> None:
    with played_scale(protocol, speed=SPEED) as scale:
        scale.deck.set_weight(18_460)
        found = probe(scale.address, (9600,), listen_s=LISTEN_S if PROTOCOLS[protocol].question is None else 1)
    assert found is not None
    assert (found.protocol, found.baud) == (protocol, 9600)
    assert found.share_of_good_frames > 0.8


@pytest.mark.parametrize("protocol", ["yaohua", "toledo", "yaohua-command"])
def test_the_speed_is_found_where_all_others_hear_rubbish(protocol: str) -> None:
    with played_scale(protocol, baud=1200, speed=SPEED) as scale:
        found = probe(scale.address, (4800, 1200, 600), listen_s=0.6)
    assert found is not None
    assert (found.protocol, found.baud) == (protocol, 1200)


def test_a_checksum_is_heard_though_the_frames_without_it_are_whole_one_byte_sooner() -> None:
    stream = frame_of("toledo-checksum", Display(weight_kg=Decimal(18_460))) * 5

    def send_all_but_the_last_byte() -> None:
        caller, _ = server.accept()
        with caller:
            caller.sendall(stream[:-1])
            heard.wait()

    heard = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=send_all_but_the_last_byte)
        thread.start()
        found = probe(f"tcp://127.0.0.1:{server.getsockname()[1]}", listen_s=0.5)
        heard.set()
        thread.join()
    assert found == Found(protocol="toledo-checksum", baud=None, share_of_good_frames=1.0, good_frames=4)


@pytest.mark.parametrize("protocol", ["toledo-checksum", "yaohua-command"])
def test_the_protocol_is_found_over_tcp_without_a_speed(protocol: str) -> None:
    with played_scale(protocol, listen=("127.0.0.1", 0), speed=SPEED) as scale:
        found = probe(scale.address, listen_s=1)
    assert found is not None
    assert (found.protocol, found.baud) == (protocol, None)


def test_a_bad_line_is_found_all_the_same_and_called_what_it_is() -> None:
    faults = Faults(lost_bytes_share=0.02, wrong_checks_share=0.1, glued_frames=3)
    with played_scale("yaohua", speed=SPEED, faults=faults) as scale:
        found = probe(scale.address, (9600,), listen_s=0.5)
    assert found is not None
    assert found.protocol == "yaohua"
    assert found.share_of_good_frames < 0.9
    assert not found.sure


@pytest.mark.parametrize(
    "play",
    [
        lambda: played_scale("equals-reversed", speed=SPEED),  # whether it is reversed cannot be heard
        lambda: played_scale("yaohua", speed=SPEED, faults=Faults(lost_bytes_share=1.0)),
        lambda: played_scale("yaohua", speed=SPEED, baud=2400),
        lambda: played_scale("yaohua-command:C", speed=SPEED),
    ],
)
def test_nothing_is_found_where_nothing_can_be_understood(
    play: Callable[[], AbstractContextManager[PlayedScale]],
) -> None:
    with play() as scale:
        assert probe(scale.address, (9600, 1200), listen_s=0.1) is None


def test_a_port_that_is_not_there_cannot_be_probed() -> None:
    with pytest.raises(LinkLost):
        probe("/dev/no-such-scale")


def test_few_frames_are_not_sure() -> None:
    assert not Found(protocol="yaohua", baud=None, share_of_good_frames=1.0, good_frames=7).sure
    assert Found(protocol="yaohua", baud=None, share_of_good_frames=0.9, good_frames=8).sure
