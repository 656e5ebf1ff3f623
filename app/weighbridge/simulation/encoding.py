"""The frames that an indicator sends: written from the manuals, for the decoders are tested with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from app.weighbridge.frames.checks import as_half_bytes, toledo_checksum, xor_of
from app.weighbridge.readings import WeightKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """What the indicator shows. `tare_kg` is the tare it has taken; `decimals` those of its display."""

    weight_kg: Decimal
    tare_kg: Decimal = Decimal(0)
    kind: WeightKind = WeightKind.GROSS
    steady: bool = True
    overload: bool = False
    decimals: int = 0


def frame_of(protocol: str, display: Display) -> bytes:
    """Return the frame that an indicator with this protocol sends by itself.

    Raises KeyError for an unknown protocol and for command mode, whose frames are answers (`answer_of`).
    """
    return _FRAMES[protocol](display)


def answer_of(asked: bytes, display: Display, *, address: str = "A") -> bytes:
    """Return what an indicator in command mode answers to six bytes; nothing if they are not for it, or damaged."""
    if len(asked) != 6 or asked[0] != 0x02 or asked[5] != 0x03 or asked[1] != ord(address):
        return b""
    if asked[3:5] != as_half_bytes(xor_of(asked[1:3])):
        return b""
    weights_kg = {
        b"A": None,
        b"B": display.weight_kg + (display.tare_kg if display.kind is WeightKind.NET else 0),
        b"C": display.tare_kg,
        b"D": display.weight_kg - (0 if display.kind is WeightKind.NET else display.tare_kg),
    }
    command = asked[2:3]
    if command not in weights_kg:
        return b""
    weight_kg = weights_kg[command]
    body = asked[1:3] + (b"" if weight_kg is None else _signed_digits(weight_kg, display.decimals))
    return b"\x02" + body + as_half_bytes(xor_of(body)) + b"\x03"


def _yaohua(display: Display) -> bytes:
    body = _signed_digits(display.weight_kg, display.decimals)
    return b"\x02" + body + as_half_bytes(xor_of(body)) + b"\x03"


def _signed_digits(weight_kg: Decimal, decimals: int) -> bytes:
    sign = "-" if weight_kg < 0 else "+"
    return f"{sign}{int(abs(weight_kg).scaleb(decimals)):06d}{decimals}".encode()


def _a12_line(display: Display) -> bytes:
    if display.overload:
        return b" " * 9 + b"OL"
    letter = {WeightKind.GROSS: "G", WeightKind.NET: "N", WeightKind.TARE: "t"}.get(display.kind, "G")
    size = f"{abs(display.weight_kg):.{display.decimals}f}"
    room = 7 if display.decimals else 6
    digits = ("-" + size.zfill(room - 1)) if display.weight_kg < 0 else size.zfill(room)
    return f"W{letter}{digits:<7}kg".encode()


def _a12(display: Display) -> bytes:
    line = _a12_line(display)
    return line + as_half_bytes(xor_of(line)) + b"\r\n"


def _a12_plain(display: Display) -> bytes:
    return _a12_line(display).replace(b"WG", b"ww").replace(b"WN", b"wn") + b"\r\n"


def _equals(display: Display) -> bytes:
    sign = "-" if display.weight_kg < 0 else ""
    size = f"{abs(display.weight_kg):.{display.decimals}f}"
    return f"={sign}{size.zfill(8 - len(sign))}".encode()


def _equals_reversed(display: Display) -> bytes:
    return b"=" + _equals(display)[:0:-1]


def _toledo(display: Display, *, with_tare: bool, checked: bool) -> bytes:
    word_a = 0x28 | (2 + display.decimals)
    word_b = 0x30 | (display.kind is WeightKind.NET) | (display.weight_kg < 0) << 1
    word_b |= display.overload << 2 | (not display.steady) << 3
    frame = bytes((0x02, word_a, word_b, 0x20)) + _six(display.weight_kg, display.decimals)
    frame += (_six(display.tare_kg, display.decimals) if with_tare else b"") + b"\r"
    return frame + bytes((toledo_checksum(frame),)) if checked else frame


def _six(weight_kg: Decimal, decimals: int) -> bytes:
    return f"{int(abs(weight_kg).scaleb(decimals)):6d}".encode()


def _comma(display: Display) -> bytes:
    state = "OL" if display.overload else "ST" if display.steady else "US"
    kind = {WeightKind.NET: "NT", WeightKind.TARE: "TR"}.get(display.kind, "GS")
    sign = "-" if display.weight_kg < 0 else "+"
    size = f"{abs(display.weight_kg):.{display.decimals}f}"
    return f"{state},{kind},{sign}{size.zfill(7)}kg\r\n".encode()


_FRAMES: dict[str, Callable[[Display], bytes]] = {
    "yaohua": _yaohua,
    "a12": _a12,
    "a12-plain": _a12_plain,
    "equals": _equals,
    "equals-reversed": _equals_reversed,
    "toledo": lambda display: _toledo(display, with_tare=True, checked=False),
    "toledo-checksum": lambda display: _toledo(display, with_tare=True, checked=True),
    "toledo-short": lambda display: _toledo(display, with_tare=False, checked=False),
    "toledo-short-checksum": lambda display: _toledo(display, with_tare=False, checked=True),
    "comma": _comma,
}
