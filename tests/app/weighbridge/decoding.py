"""Bytes as a scale's indicator sends them, and what the decoders make of them."""

from __future__ import annotations

from app.weighbridge.frames import PROTOCOLS, protocol_named
from app.weighbridge.frames.yaohua import question
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind
from app.weighbridge.simulation.encoding import Display, answer_of, frame_of

GROSS, NET, TARE, UNKNOWN = WeightKind.GROSS, WeightKind.NET, WeightKind.TARE, WeightKind.UNKNOWN
CHECKED = [name for name, kind in PROTOCOLS.items() if kind.checked]
WARM_UP = {
    "equals": b"=00000000=00000000",
    "equals-reversed": b"=00000000=00000000",
}


def decoded(protocol: str, *chunks: bytes) -> list[Reading | FrameError]:
    decoder = protocol_named(protocol).new_decoder()
    return [said for chunk in chunks for said in decoder.feed(chunk)]


def readings(protocol: str, *chunks: bytes) -> list[Reading]:
    return [said for said in decoded(protocol, *chunks) if isinstance(said, Reading)]


def faults(protocol: str, *chunks: bytes) -> list[FrameFault]:
    return [FrameFault(said.reason) for said in decoded(protocol, *chunks) if isinstance(said, FrameError)]


def sent_frame(protocol: str, display: Display) -> bytes:
    kind = PROTOCOLS[protocol]
    return frame_of(protocol, display) if kind.question is None else answer_of(question("D"), display)
