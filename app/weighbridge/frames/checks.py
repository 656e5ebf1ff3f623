"""The checks that indicators send with a frame."""

from __future__ import annotations

from functools import reduce
from operator import xor

# What may stand for half a byte: upper-case hexadecimal, and `:` to `?` of the few devices that always send n + 30h.
HALF_BYTES = b"0123456789ABCDEF:;<=>?"

_HEXADECIMAL = b"0123456789ABCDEF"
_PLAIN = b"0123456789:;<=>?"


def xor_of(data: bytes) -> int:
    """Return the XOR of all bytes, 0-255. Weak: two digits that change places leave it as it is."""
    return reduce(xor, data, 0)


def as_half_bytes(value: int, *, plain: bool = False) -> bytes:
    """Return 0-255 as two characters, high half first: hexadecimal, or n + 30h where `plain`."""
    signs = _PLAIN if plain else _HEXADECIMAL
    return bytes((signs[value >> 4], signs[value & 0x0F]))


def value_of_half_bytes(pair: bytes) -> int | None:
    """Return 0-255 from two characters, hexadecimal before n + 30h; None where they are neither, or a mixture."""
    for signs in (_HEXADECIMAL, _PLAIN):
        if all(half in signs for half in pair):
            return signs.index(pair[0]) << 4 | signs.index(pair[1])
    return None


def toledo_checksum(data: bytes) -> int:
    """Return the two's complement of the low seven bits of the sum, 0-127: with it the sum is 0 modulo 128."""
    return -sum(data) & 0x7F
