"""Every frame that the manuals show gives its weight, and what is none is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.weighbridge.frames import PROTOCOLS, protocol_named
from app.weighbridge.frames.checks import as_half_bytes, value_of_half_bytes
from app.weighbridge.frames.yaohua import question
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind
from app.weighbridge.simulation.encoding import Display, answer_of, frame_of
from tests.app.weighbridge.decoding import GROSS, NET, TARE, UNKNOWN, WARM_UP, decoded, faults, readings, sent_frame

# Their first frames are withheld until their length is known, and the last has no end yet.
OF_NO_FIXED_LENGTH = ["equals", "equals-reversed"]


def reading(
    raw: bytes,
    value_kg: str,
    kind: WeightKind = UNKNOWN,
    *,
    steady: bool | None = None,
    overload: bool = False,
) -> Reading:
    value = Decimal(value_kg)
    return Reading(value_kg=value, kind=kind, steady=steady, overload=overload, negative=value < 0, raw=raw)


@pytest.mark.parametrize(
    ("frame", "value_kg"),
    [
        ("02 2B 30 30 30 30 30 30 30 31 42 03", "0"),
        ("02 2B 30 30 32 30 30 30 32 31 42 03", "20.00"),
        ("02 2B 30 30 31 35 36 30 30 31 39 03", "1560"),
        ("02 2B 30 30 33 32 39 30 30 31 33 03", "3290"),
        ("02 2B 30 31 34 36 32 30 30 31 41 03", "14620"),
        ("02 2B 30 33 38 34 36 30 30 31 32 03", "38460"),
        ("02 2D 30 30 30 30 32 30 30 31 46 03", "-20"),
        ("02 2B 30 31 32 33 34 35 31 31 42 03", "1234.5"),
    ],
)
def test_a_continuous_frame_of_yaohua_gives_its_weight(frame: str, value_kg: str) -> None:
    raw = bytes.fromhex(frame)
    assert decoded("yaohua", raw) == [reading(raw, value_kg)]


def test_both_codings_of_the_check_are_accepted_but_no_mixture() -> None:
    plain = b"\x02+00000001;\x03"
    assert decoded("yaohua", plain) == [reading(plain, "0")]
    assert [value_of_half_bytes(pair) for pair in (b"1B", b"1;", b"BB", b";;", b"B;", b"b1")] == [
        *(0x1B, 0x1B, 0xBB, 0xBB),
        *(None, None),
    ]
    assert as_half_bytes(0x1B) == b"1B"
    assert as_half_bytes(0x1B, plain=True) == b"1;"


def test_minus_zero_is_zero() -> None:
    raw = b"\x02-00000001D\x03"
    assert decoded("yaohua", raw) == [reading(raw, "0")]


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        ("A", "02 41 41 30 30 03"),
        ("B", "02 41 42 30 33 03"),
        ("C", "02 41 43 30 32 03"),
        ("D", "02 41 44 30 35 03"),
        ("E", "02 41 45 30 34 03"),
        ("F", "02 41 46 30 37 03"),
        ("G", "02 41 47 30 36 03"),
        ("H", "02 41 48 30 39 03"),
    ],
)
def test_a_question_is_written_as_in_the_manual_and_its_echo_is_no_reading(command: str, frame: str) -> None:
    assert question(command) == bytes.fromhex(frame)
    assert decoded("yaohua-command", bytes.fromhex(frame)) == []


@pytest.mark.parametrize(
    ("frame", "value_kg", "kind"),
    [
        ("02 41 42 2B 30 31 38 34 36 30 30 31 33 03", "18460", GROSS),
        ("02 41 43 2B 30 30 37 32 30 30 30 31 43 03", "7200", TARE),
        ("02 41 44 2B 30 31 31 32 36 30 30 31 41 03", "11260", NET),
    ],
)
def test_an_answer_gives_the_weight_that_was_asked_for(frame: str, value_kg: str, kind: WeightKind) -> None:
    raw = bytes.fromhex(frame)
    assert decoded("yaohua-command", raw) == [reading(raw, value_kg, kind)]
    display = Display(weight_kg=Decimal(11260), tare_kg=Decimal(7200), kind=NET)
    assert answer_of(question(chr(raw[2])), display) == raw


def test_each_indicator_on_a_line_is_asked_by_its_address_and_heard_alone() -> None:
    for address in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        kind = protocol_named(f"yaohua-command:{address}")
        assert kind.question == question("B", address=address)
        answer = answer_of(kind.question, Display(weight_kg=Decimal(18460)), address=address)
        assert [said.value_kg for said in readings(kind.name, answer)] == [18460]
        assert faults(f"yaohua-command:{'B' if address == 'A' else 'A'}", answer) == [FrameFault.OTHER_ADDRESS]


@pytest.mark.parametrize("name", ["yaohua-command:a", "yaohua-command:AB", "yaohua:A", "modbus"])
def test_a_protocol_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        protocol_named(name)


@pytest.mark.parametrize(("command", "address"), [("I", "A"), ("B", "a"), ("BB", "A"), ("", "A")])
def test_a_question_that_is_none_is_refused(command: str, address: str) -> None:
    with pytest.raises(ValueError, match=r"no (command|address)"):
        question(command, address=address)


@pytest.mark.parametrize(
    ("protocol", "raw", "value_kg", "kind"),
    [
        ("a12", b"WG004.139kg3D\r\n", "4.139", GROSS),
        ("a12-plain", b"wn-003.17kg", "-3.17", NET),
        ("a12-plain", b"ww-003.17kg", "-3.17", GROSS),
        ("a12-plain", b"wt0120.4 kg", "120.4", TARE),
        ("a12-plain", b"ww01200.0 t", "1200000", GROSS),
    ],
)
def test_a_line_of_an_a12_gives_its_weight(protocol: str, raw: bytes, value_kg: str, kind: WeightKind) -> None:
    assert decoded(protocol, raw) == [reading(raw, value_kg, kind)]


def test_an_a12_out_of_range_is_overload_and_never_zero() -> None:
    over, under = b" " * 9 + b"OL23\r\n", b" " * 9 + b"LO23\r\n"
    assert decoded("a12", over) == [reading(over, "Infinity", overload=True)]
    assert decoded("a12", under) == [reading(under, "-Infinity", overload=True)]
    assert decoded("a12-plain", b"   " + over[:11]) == [
        FrameError(reason=FrameFault.NOISE, raw=b"   "),
        reading(over[:11], "Infinity", overload=True),
    ]


@pytest.mark.parametrize("line", [b" " * 9 + b"OO", b"ww0.0.0.0kg", b"ww-------kg"])
def test_a_whole_line_of_an_a12_without_a_number_is_a_fault(line: bytes) -> None:
    assert decoded("a12-plain", line) == [FrameError(reason=FrameFault.NO_WEIGHT, raw=line)]


def test_pounds_are_refused() -> None:
    assert faults("a12-plain", b"ww000.000lb") == [FrameFault.UNIT]
    assert faults("comma", b"ST,GS,+0018460lb\r\n") == [FrameFault.UNIT]
    assert faults("toledo", bytes.fromhex("02 2A 20 20 20 31 38 34 36 30 20 20 20 20 20 30 0D")) == [FrameFault.UNIT]


@pytest.mark.parametrize(
    ("protocol", "raw", "value_kg"),
    [
        ("equals-reversed", b"=000.3000", "3.000"),
        ("equals-reversed", b"=00.1000-", "-1.00"),
        ("equals-reversed", b"=0648100", "18460"),
        ("equals", b"=0003.000", "3.000"),
        ("equals", b"=-0001.00", "-1.00"),
        ("equals", b"=0648100", "648100"),
    ],
)
def test_equals_text_is_read_from_the_end_that_is_configured(protocol: str, raw: bytes, value_kg: str) -> None:
    assert readings(protocol, raw * 4) == [reading(raw, value_kg)]
    assert readings(protocol, (raw + b"\r\n") * 3) == [reading(raw, value_kg)]
    assert faults(protocol, raw * 4) == [FrameFault.LENGTH] * 2


@pytest.mark.parametrize(
    ("protocol", "text"),
    [("equals-reversed", b"=-0001.00"), ("equals", b"=00.1000-"), ("equals", b"=0.0.0000"), ("equals", b"=        ")],
)
def test_equals_text_without_a_number_is_a_fault(protocol: str, text: bytes) -> None:
    assert decoded(protocol, text * 4)[-1] == FrameError(reason=FrameFault.NO_WEIGHT, raw=text)


@pytest.mark.parametrize("protocol", OF_NO_FIXED_LENGTH)
def test_equals_text_that_lost_a_byte_is_refused_until_the_length_is_sure_again(protocol: str) -> None:
    whole, cut = b"=00018460", b"=0001840"
    said = decoded(protocol, whole * 3, cut, whole, cut * 2, whole, b"=")
    assert [one.raw for one in said if isinstance(one, Reading)] == [whole] * 3
    changed = decoded(protocol, whole * 3, cut * 3, b"=")
    assert [one.raw for one in changed if isinstance(one, Reading)] == [whole, cut]


@pytest.mark.parametrize(
    ("frame", "value_kg", "kind", "steady"),
    [
        ("02 2A 30 20 20 31 38 34 36 30 20 20 20 20 20 30 0D 04", "18460", GROSS, True),
        ("02 2A 38 20 20 31 38 34 36 30 20 20 20 20 20 30 0D 7C", "18460", GROSS, False),
        ("02 2A 31 20 20 31 31 32 36 30 20 20 37 32 30 30 0D 53", "11260", NET, True),
        ("02 29 30 20 20 20 31 38 34 36 20 20 20 20 20 30 0D 15", "18460", GROSS, True),
        ("02 2A 32 20 20 20 20 20 32 30 20 20 20 20 20 30 0D 43", "-20", GROSS, True),
    ],
)
def test_a_frame_of_toledo_gives_its_weight(frame: str, value_kg: str, kind: WeightKind, steady: bool) -> None:
    checked = bytes.fromhex(frame)
    parity = bytes(byte | 0x80 * (byte.bit_count() % 2) for byte in checked)
    assert decoded("toledo-checksum", checked) == [reading(checked, value_kg, kind, steady=steady)]
    assert decoded("toledo-checksum", parity) == [reading(parity, value_kg, kind, steady=steady)]
    assert decoded("toledo", checked[:-1]) == [reading(checked[:-1], value_kg, kind, steady=steady)]
    short = checked[:10] + b"\r"
    assert decoded("toledo-short", short) == [reading(short, value_kg, kind, steady=steady)]
    short += bytes((-sum(short) & 0x7F,))
    assert decoded("toledo-short-checksum", short) == [reading(short, value_kg, kind, steady=steady)]


@pytest.mark.parametrize(
    ("position", "value_kg"),
    list(enumerate(["1846000", "184600", "18460", "1846.0", "184.60", "18.460", "1.8460", "0.18460"])),
)
def test_status_word_a_of_toledo_places_the_point_or_the_zeros(position: int, value_kg: str) -> None:
    raw = bytes((0x02, 0x28 | position, 0x30, 0x20)) + b" 18460     0\r"
    assert decoded("toledo", raw) == [reading(raw, value_kg, GROSS, steady=True)]


def test_the_fixed_bits_of_a_copied_toledo_do_not_matter() -> None:
    raw = bytes((0x02, 0x52, 0x30, 0x20)) + b" 18460     0\r"
    assert decoded("toledo", raw) == [reading(raw, "18460", GROSS, steady=True)]


@pytest.mark.parametrize(
    ("words", "digits", "said"),
    [
        ((0x2A, 0x34, 0x20), b"118460", ("118460", True)),
        ((0x2A, 0x34, 0x20), b"      ", ("Infinity", True)),
        ((0x2A, 0x36, 0x20), b"      ", ("-Infinity", True)),
        ((0x2A, 0x20, 0x21), b"  4139", ("4.139", False)),
        ((0x2A, 0x30, 0x20), b"      ", FrameFault.NO_WEIGHT),
        ((0x2A, 0x30, 0x20), b"1 8460", FrameFault.NO_WEIGHT),
        ((0x2A, 0x30, 0x22), b" 18460", FrameFault.UNIT),
        ((0x2A, 0x70, 0x20), b" 18460", FrameFault.NOT_ZEROED),
    ],
)
def test_the_other_status_bits_of_toledo(
    words: tuple[int, int, int], digits: bytes, said: tuple[str, bool] | FrameFault
) -> None:
    raw = bytes((0x02, *words)) + digits + b"     0\r"
    if isinstance(said, FrameFault):
        assert decoded("toledo", raw) == [FrameError(reason=said, raw=raw)]
    else:
        value_kg, overload = said
        (found,) = readings("toledo", raw)
        assert (found.value_kg, found.overload) == (Decimal(value_kg), overload)


@pytest.mark.parametrize(
    ("line", "value_kg", "kind", "steady"),
    [
        (b"ST,GS,+0018460kg\r", "18460", GROSS, True),
        (b"US,NT,-0000020kg\r", "-20", NET, False),
        (b"ST,TR,+  7200.kg\r", "7200", TARE, True),
        (b"ST,GS,   18.46 t\r", "18460", GROSS, True),
        (b"ST,NT,+004139.g \r", "4.139", NET, True),
    ],
)
def test_comma_text_gives_its_weight(line: bytes, value_kg: str, kind: WeightKind, steady: bool) -> None:
    assert decoded("comma", line + b"\n") == [reading(line, value_kg, kind, steady=steady)]


def test_comma_text_out_of_range_is_overload() -> None:
    assert readings("comma", b"OL,GS,+9999999kg\r\n")[0].overload
    assert [said.value_kg for said in readings("comma", b"OL,GS,+         \r\nOL,GS,-         \r\n")] == [
        Decimal("Infinity"),
        Decimal("-Infinity"),
    ]


@pytest.mark.parametrize("line", [b"ST,GS,+0018460kg\r\n", b"US,NT,-0000020kg\r\n"])
def test_comma_text_that_lost_any_byte_but_its_line_feed_is_refused(line: bytes) -> None:
    for place in range(len(line) - 1):
        assert readings("comma", line[:place] + line[place + 1 :] + line)[-1].raw == line[:-1]
        assert len(readings("comma", line[:place] + line[place + 1 :] + line)) == 1


def test_comma_text_with_words_that_are_none_is_refused() -> None:
    assert faults("comma", b"SL,GS,+0018460kg\r\n") == [FrameFault.NOISE]
    assert faults("comma", b"ST,GR,+0018460kg\r\n") == [FrameFault.NOISE]
    assert faults("comma", b"ST,GS,+00.18.60kg\r\n"[:6] + b"+0.18.60kg\r\n") == [FrameFault.NO_WEIGHT]


@pytest.mark.parametrize("protocol", ["a12", "a12-plain", "toledo", "toledo-short-checksum", "comma"])
def test_a_display_above_its_range_is_overload(protocol: str) -> None:
    (found,) = readings(protocol, frame_of(protocol, Display(weight_kg=Decimal(118_460), overload=True)))
    assert found.overload


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("shown_kg", ["4.139", "-0.020"])
def test_a_display_with_decimals_gives_them_back(protocol: str, shown_kg: str) -> None:
    frame = sent_frame(protocol, Display(weight_kg=Decimal(shown_kg), decimals=3))
    assert readings(protocol, WARM_UP.get(protocol, b"") + frame + WARM_UP.get(protocol, b""))[0].value_kg == Decimal(
        shown_kg
    )
