"""`strawline weighbridge simulate`: trucks drive on and off, and the indicator can be heard on a port."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click

from app.weighbridge.frames import PROTOCOLS, protocol_named
from app.weighbridge.simulation.faults import Faults, faults_from
from app.weighbridge.simulation.playing import FRAMES_PER_S, played_scale
from app.weighbridge.simulation.trucks import (
    GAP_S,
    LARGEST_KG,
    STANDS_S,
    Truck,
    TruckFileFaults,
    play_trucks,
    random_trucks,
    trucks_from_csv,
)

_SECONDS = click.FloatRange(min=0)


class _ProtocolType(click.ParamType[str]):
    name = "PROTOCOL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return protocol_named(value).name
        except KeyError:
            self.fail(f"no protocol {value!r}: there are {', '.join(PROTOCOLS)}", param, ctx)


class _ListenType(click.ParamType[tuple[str, int]]):
    name = "HOST:PORT"

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65_535:
            self.fail("write host and port: 127.0.0.1:4001 (port 0: any that is free)", param, ctx)
        return host.strip("[]"), int(port)


class _FaultsType(click.ParamType[Faults]):
    name = "NAME=NUMBER,..."

    def convert(self, value: str | Faults, param: click.Parameter | None, ctx: click.Context | None) -> Faults:
        try:
            return value if isinstance(value, Faults) else faults_from(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _TrucksType(click.ParamType[list[Truck]]):
    name = "FILE.csv"

    def convert(
        self, value: str | list[Truck], param: click.Parameter | None, ctx: click.Context | None
    ) -> list[Truck]:
        if isinstance(value, list):
            return value
        try:
            return trucks_from_csv(Path(value))
        except (TruckFileFaults, OSError, UnicodeDecodeError) as error:
            self.fail(str(error), param, ctx)


@click.command("simulate")
@click.option("--protocol", type=_ProtocolType(), default="yaohua", show_default=True, help=f"{', '.join(PROTOCOLS)}.")
@click.option("--listen", type=_ListenType(), help="Play on a TCP port instead of a pseudo-terminal.")
@click.option("--baud", type=click.IntRange(min=50), help="Be understood at this speed only (pseudo-terminal).")
@click.option(
    "--truck", "weights_kg", type=click.IntRange(0, LARGEST_KG), multiple=True, help="Kilograms; may be repeated."
)
@click.option("--trucks", type=_TrucksType(), help="A table of trucks with the columns seconds and kg.")
@click.option("--stands", "stands_s", type=_SECONDS, default=STANDS_S, show_default=True, help="Seconds on the deck.")
@click.option("--gap", "gap_s", type=_SECONDS, default=GAP_S, show_default=True, help="Seconds between two trucks.")
@click.option("--division", "division_kg", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--frames-per-s", type=click.FloatRange(min=0.1, max=50), default=FRAMES_PER_S, show_default=True)
@click.option("--speed", type=click.FloatRange(min=0.01, max=1000), default=1.0, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed plays the same movements.")
@click.option(
    "--faults", type=_FaultsType(), default=Faults(), show_default=False, help="As wind_kg=60,glued_frames=4."
)
def simulate(
    *,
    protocol: str,
    listen: tuple[str, int] | None,
    baud: int | None,
    weights_kg: tuple[int, ...],
    trucks: list[Truck] | None,
    stands_s: float,
    gap_s: float,
    division_kg: int,
    frames_per_s: float,
    speed: float,
    seed: int,
    faults: Faults,
) -> None:
    """Play a scale on which trucks drive on and off, and print the address at which it can be heard.

    Without --truck and --trucks, trucks of any weight come until it is stopped (Ctrl-C). Seconds are those of the
    simulated clock, of which --speed go into a real one.
    """
    coming: Iterable[Truck] = [*(trucks or ()), *(Truck(kg=kg) for kg in weights_kg)]
    if not coming:
        coming = random_trucks(seed=seed, division_kg=division_kg)
    try:
        scale_playing = played_scale(
            protocol,
            listen=listen,
            baud=baud,
            division_kg=division_kg,
            seed=seed,
            speed=speed,
            frames_per_s=frames_per_s,
            faults=faults,
        )
        with scale_playing as scale, suppress(KeyboardInterrupt):
            click.echo(f"The scale can be heard at {scale.address}")
            play_trucks(
                scale,
                coming,
                stands_s=stands_s,
                gap_s=gap_s,
                say=lambda line: click.echo(f"{scale.deck.now_s():8.1f} s  {line}"),
            )
    except OSError as error:
        raise click.ClickException(f"The scale cannot be played there: {error}") from error
