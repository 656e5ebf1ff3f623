"""Any stream of frames: damaged, cut, glued and noisy ones never give a weight that was not sent."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.weighbridge.frames import PROTOCOLS, protocol_named
from app.weighbridge.frames.checks import xor_of
from app.weighbridge.frames.machine import NOISE_LIMIT_BYTES, FrameMachine
from app.weighbridge.readings import FrameError, FrameFault, Reading
from app.weighbridge.simulation.encoding import Display, frame_of
from tests.app.weighbridge.decoding import CHECKED, GROSS, NET, WARM_UP, decoded, faults, readings, sent_frame


@st.composite
def displays(draw: st.DrawFn) -> Display:
    return Display(
        weight_kg=Decimal(draw(st.integers(-9_990, 99_990))),
        tare_kg=Decimal(draw(st.integers(0, 20_000))),
        kind=draw(st.sampled_from([GROSS, NET])),
        steady=draw(st.booleans()),
    )


def expected_kg(protocol: str, display: Display) -> Decimal:
    if PROTOCOLS[protocol].question is not None and display.kind is GROSS:
        return display.weight_kg - display.tare_kg
    return display.weight_kg


def cut_anywhere(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    places = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    return [stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=50)
@given(data=st.data())
def test_glued_frames_give_their_readings_however_they_are_cut(protocol: str, data: st.DataObject) -> None:
    shown = data.draw(st.lists(displays(), min_size=1, max_size=6))
    frames = [sent_frame(protocol, display) for display in shown]
    stream = WARM_UP.get(protocol, b"") + b"".join(frames) + (b"=" if protocol in WARM_UP else b"")
    chunks = data.draw(st.composite(cut_anywhere)(stream))
    said = decoded(protocol, *chunks)
    assert said == decoded(protocol, stream) == decoded(protocol, *[bytes((byte,)) for byte in stream])
    found = [one for one in said if isinstance(one, Reading)]
    assert [one.value_kg for one in found] == [expected_kg(protocol, display) for display in shown]
    if protocol not in WARM_UP:
        assert said == found


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=50)
@given(noise=st.lists(st.binary(max_size=100), max_size=5))
def test_any_bytes_in_any_cut_give_the_same(protocol: str, noise: list[bytes]) -> None:
    said = decoded(protocol, *noise)
    assert said == decoded(protocol, b"".join(noise))
    assert all(len(one.raw) <= NOISE_LIMIT_BYTES for one in said)


@pytest.mark.parametrize("protocol", CHECKED)
@settings(max_examples=50)
@given(data=st.data())
def test_noise_between_checked_frames_never_makes_a_reading_that_was_not_sent(
    protocol: str, data: st.DataObject
) -> None:
    shown = data.draw(st.lists(displays(), min_size=1, max_size=4))
    frames = [sent_frame(protocol, display) for display in shown]
    pieces = st.sampled_from(frames).flatmap(lambda frame: st.integers(0, len(frame) - 1).map(lambda end: frame[:end]))
    noises = data.draw(st.lists(st.one_of(st.binary(max_size=20), pieces), min_size=len(frames), max_size=len(frames)))
    # with the first byte of the next frame a piece may be whole, byte for byte: that is no noise
    for noise, frame in zip(noises, frames, strict=True):
        assume(all((noise + frame).find(one) in (-1, len(noise)) for one in frames))
    found = readings(protocol, *[part for pair in zip(noises, frames, strict=True) for part in pair])
    sent = iter(expected_kg(protocol, display) for display in shown)
    assert all(one.value_kg in sent for one in found)  # in the order sent; some may be lost in the noise
    assert {one.raw for one in found} <= set(frames)


@pytest.mark.parametrize(
    "protocol", ["yaohua", "yaohua-command", "a12", "a12-plain", "toledo", "toledo-short", "comma"]
)
@settings(max_examples=30)
@given(data=st.data())
def test_noise_without_the_bytes_of_a_frame_costs_no_frame(protocol: str, data: st.DataObject) -> None:
    shown = data.draw(st.lists(displays(), min_size=1, max_size=4))
    used = {byte for known in PROTOCOLS[protocol].new_decoder().layouts for place in known for byte in place}  # type: ignore[attr-defined]
    foreign = st.lists(
        st.sampled_from([byte for byte in range(256) if byte not in used and byte & 0x7F not in used]), max_size=200
    )
    parts = [bytes(data.draw(foreign)) + sent_frame(protocol, display) for display in shown]
    found = readings(protocol, *parts)
    assert [one.value_kg for one in found] == [expected_kg(protocol, display) for display in shown]


@pytest.mark.parametrize("protocol", CHECKED)
@settings(max_examples=50)
@given(data=st.data())
def test_one_wrong_byte_in_a_checked_frame_never_makes_another_weight(protocol: str, data: st.DataObject) -> None:
    display = data.draw(displays())
    frame = sent_frame(protocol, display)
    place = data.draw(st.integers(0, len(frame) - 1))
    byte = data.draw(st.integers(0, 255))
    found = readings(protocol, frame[:place] + bytes((byte,)) + frame[place + 1 :] + frame)
    assert {one.value_kg for one in found} == {expected_kg(protocol, display)}


@pytest.mark.parametrize("protocol", CHECKED)
@settings(max_examples=50)
@given(data=st.data())
def test_a_cut_frame_costs_itself_and_not_the_next(protocol: str, data: st.DataObject) -> None:
    display = data.draw(displays())
    frame = sent_frame(protocol, display)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(frame))] * 2)))
    found = readings(protocol, frame[:start] + frame[end:], frame, frame)
    assert [one.raw for one in found][-1] == frame
    assert {one.value_kg for one in found} == {expected_kg(protocol, display)}


def test_a_whole_frame_with_a_bad_check_is_a_fault() -> None:
    assert decoded("yaohua", b"\x02+001560018\x03") == [
        FrameError(reason=FrameFault.BAD_CHECK, raw=b"\x02+001560018\x03")
    ]
    assert faults("a12", b"WG004.138kg3D\r\n") == [FrameFault.BAD_CHECK]
    assert faults("yaohua-command", bytes.fromhex("02 41 42 2B 30 31 38 34 36 30 30 31 34 03")) == [
        FrameFault.BAD_CHECK
    ]
    assert faults("toledo-checksum", bytes.fromhex("02 2A 30 20 20 31 38 34 36 30 20 20 20 20 20 30 0D 05")) == [
        FrameFault.BAD_CHECK
    ]


def test_a_lost_checksum_of_toledo_does_not_cost_the_frame_behind_it() -> None:
    frame = frame_of("toledo-checksum", Display(weight_kg=Decimal(18460)))
    said = decoded("toledo-checksum", frame[:-1], frame)
    assert [type(one) for one in said] == [FrameError, Reading]


@pytest.mark.parametrize("protocol", ["yaohua", "yaohua-command", "a12"])
def test_the_xor_does_not_see_digits_that_change_places(protocol: str) -> None:
    """Known and named in the manual's notes: two equal frames and the steadiness rule are what protects."""
    sent = b"+001560"
    blind = {b"+001560", b"+001650", b"+005610"}
    assert {xor_of(digits + b"0") for digits in blind} == {0x19}
    frame = sent_frame(protocol, Display(weight_kg=Decimal(1560)))
    for digits in set(permutations(sent[1:])):
        swapped = frame.replace(sent[1:], bytes(digits))
        assert [one.value_kg for one in readings(protocol, swapped)] == [Decimal(bytes(digits).decode())]


@pytest.mark.parametrize(
    ("protocol", "first", "second", "spliced_kg"),
    [
        ("yaohua", b"\x02+068334011\x03", b"\x02+01609801D\x03", 68_338),
        ("toledo-short-checksum", b"\x02*0  80842\rQ", b"\x02*0  95511\rR", 80_841),
        ("a12", b"WG009987 kg33\r\n", b"WG010903 kg37\r\n", 9_983),
    ],
)
def test_two_frames_that_lost_just_one_length_between_them_may_pass_for_one(
    protocol: str, first: bytes, second: bytes, spliced_kg: int
) -> None:
    """Known too: one in 128 or 256 of such splices has the right check. While a truck stands, both are the same."""
    found = [
        one.value_kg
        for place in range(1, len(first))
        for one in readings(protocol, first[:place] + second[place:])
        if one.raw not in (first, second)
    ]
    assert found == [spliced_kg]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_hours_of_noise_do_not_fill_the_memory(protocol: str) -> None:
    decoder = protocol_named(protocol).new_decoder()
    assert isinstance(decoder, FrameMachine)
    for noise in (b"\x02", b"=", b" ", b"W", b"\xff", b"\x020", b"=00000000000", b"ST,"):
        for _ in range(50):
            said = decoder.feed(noise * 40)
            assert all(len(one.raw) <= NOISE_LIMIT_BYTES for one in said)
            assert len(decoder._held) < 32
            assert len(decoder._noise) < NOISE_LIMIT_BYTES


def test_an_impossible_reading_cannot_be_made() -> None:
    for value_kg, overload, negative in (("Infinity", False, False), ("NaN", True, False), ("-1", False, False)):
        with pytest.raises(ValueError, match="a reading"):
            Reading(
                value_kg=Decimal(value_kg),
                kind=GROSS,
                steady=None,
                overload=overload,
                negative=negative,
                raw=b"",
            )
