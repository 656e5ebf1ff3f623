"""The protocols that indicators speak, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from app.weighbridge.frames.a12 import A12, A12Plain
from app.weighbridge.frames.comma_text import CommaText
from app.weighbridge.frames.equals_text import EqualsText, ReversedEqualsText
from app.weighbridge.frames.toledo import Toledo, ToledoChecked, ToledoShort, ToledoShortChecked
from app.weighbridge.frames.yaohua import YaohuaAnswers, YaohuaContinuous, question
from app.weighbridge.readings import Decoder


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolKind:
    """A protocol: how to make a decoder, what has to be asked, and whether it may be found by listening.

    `question` is None where the indicator sends by itself. `checked` says that a frame carries a check.
    """

    name: str
    title: str
    new_decoder: Callable[[], Decoder]
    question: bytes | None = None
    found_by_probing: bool = True
    checked: bool = False


def protocol_named(name: str) -> ProtocolKind:
    """Return the protocol of this name. Command mode takes an address behind a colon: `yaohua-command:C`.

    Raises KeyError where there is none.
    """
    base, _, address = name.partition(":")
    if not address:
        return PROTOCOLS[base]
    if base != _COMMAND or len(address) != 1 or not "A" <= address <= "Z":
        raise KeyError(name)
    return _command_mode(address, name=name)


def _command_mode(address: str, *, name: str) -> ProtocolKind:
    return ProtocolKind(
        name=name,
        title=f"Yaohua XK3190, command mode, address {address}",
        new_decoder=partial(YaohuaAnswers, address),
        question=question("B", address=address),
        checked=True,
    )


_COMMAND: Final = "yaohua-command"

_KNOWN = (
    ProtocolKind(name="yaohua", title="Yaohua XK3190, continuous (tF = 0)", new_decoder=YaohuaContinuous, checked=True),
    _command_mode("A", name=_COMMAND),
    ProtocolKind(name="a12", title="Yaohua A12, A12E, with check", new_decoder=A12, checked=True),
    ProtocolKind(name="a12-plain", title="Yaohua A12 variants without check", new_decoder=A12Plain),
    ProtocolKind(
        name="equals-reversed",
        title='"=" text, format 1: lowest digit first',
        new_decoder=ReversedEqualsText,
        found_by_probing=False,
    ),
    ProtocolKind(
        name="equals", title='"=" text, format 2: as it is read', new_decoder=EqualsText, found_by_probing=False
    ),
    ProtocolKind(name="toledo-checksum", title="Toledo, 18 bytes", new_decoder=ToledoChecked, checked=True),
    ProtocolKind(name="toledo", title="Toledo, 17 bytes", new_decoder=Toledo),
    ProtocolKind(
        name="toledo-short-checksum",
        title="Toledo short form, 12 bytes",
        new_decoder=ToledoShortChecked,
        checked=True,
    ),
    ProtocolKind(name="toledo-short", title="Toledo short form, 11 bytes", new_decoder=ToledoShort),
    ProtocolKind(name="comma", title="Comma text (ST,GS,...)", new_decoder=CommaText),
)

PROTOCOLS: Final[Mapping[str, ProtocolKind]] = MappingProxyType({kind.name: kind for kind in _KNOWN})
