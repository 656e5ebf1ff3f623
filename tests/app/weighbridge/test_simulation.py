"""The played scale: trucks drive on and off as on a real one, and what goes wrong on a real line goes wrong here."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import main
from app.weighbridge.frames import PROTOCOLS, protocol_named
from app.weighbridge.frames.yaohua import question
from app.weighbridge.links import Link, LinkLost, open_link
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind
from app.weighbridge.simulation.deck import SimulatedDeck
from app.weighbridge.simulation.encoding import Display, frame_of
from app.weighbridge.simulation.faults import NO_FAULTS, Faults, FaultyWire, faults_from
from app.weighbridge.simulation.playing import PlayedScale, played_scale
from app.weighbridge.simulation.trucks import Truck, TruckFileFaults, play_trucks, random_trucks, trucks_from_csv

DIVISION_KG = 20


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Listening:
    """One open link and its decoder; asks where the protocol wants to be asked."""

    def __init__(self, link: Link, protocol: str) -> None:
        self.link, self.kind = link, protocol_named(protocol)
        self.decoder = self.kind.new_decoder()

    def until(self, enough: Callable[[list[Reading | FrameError]], bool]) -> list[Reading | FrameError]:
        said: list[Reading | FrameError] = []
        give_up_at = time.monotonic() + 20
        while not enough(said):
            assert time.monotonic() < give_up_at, said[-5:]
            if self.kind.question is not None:
                self.link.write(self.kind.question)
            said += self.decoder.feed(self.link.read(0.5))
        return said

    def readings(self, count: int) -> list[Reading]:
        said = self.until(lambda said: sum(isinstance(one, Reading) for one in said) >= count)
        return [one for one in said if isinstance(one, Reading)]


# -- the deck -------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), kg=st.integers(1_000, 80_000))
def test_a_truck_drives_on_overshoots_swings_and_stands(seed: int, kg: int) -> None:
    clock = HandClock()
    deck = SimulatedDeck(seed=seed, clock=clock)
    rests_after_s = deck.drive_on(kg)
    assert 6 <= rests_after_s <= 12
    motion = deck._motion
    loads_kg = [motion.load_kg(step / 20) for step in range(int(rests_after_s * 20) + 40)]
    assert loads_kg[0] == 0
    assert 0.029 <= max(loads_kg) / kg - 1 <= 0.05
    assert min(loads_kg) >= 0
    assert loads_kg[-1] == kg
    before_rest_kg = motion.load_kg(motion.rests_from_s - 0.001)
    assert abs(before_rest_kg - kg) < max(DIVISION_KG / 2, kg * 0.002)


def test_the_empty_deck_flickers_by_one_division_and_no_more() -> None:
    deck = SimulatedDeck(division_kg=DIVISION_KG)
    shown = Counter(int(deck.display().weight_kg) for _ in range(500))
    assert set(shown) == {-20, 0, 20}


def test_the_indicator_calls_a_truck_steady_only_when_it_stands() -> None:
    clock = HandClock()
    deck = SimulatedDeck(clock=clock, division_kg=DIVISION_KG)
    rests_after_s = deck.drive_on(18_460)
    assert not deck.display().steady
    clock.now_s += rests_after_s - 0.1
    assert not deck.display().steady
    clock.now_s += 0.2
    shown = [deck.display() for _ in range(50)]
    assert all(display.steady for display in shown)
    assert {display.weight_kg for display in shown} == {18_460}
    deck.drive_off()
    assert not deck.display().steady


def test_the_same_seed_plays_the_same_movements() -> None:
    def played(seed: int) -> list[Decimal]:
        clock = HandClock()
        deck = SimulatedDeck(seed=seed, clock=clock)
        deck.drive_on(30_000)
        shown = []
        for _ in range(100):
            clock.now_s += 0.1
            shown.append(deck.display().weight_kg)
        return shown

    assert played(1) == played(1) != played(2)


def test_speed_makes_the_simulated_clock_run_faster() -> None:
    clock = HandClock()
    deck = SimulatedDeck(clock=clock, speed=10)
    clock.now_s += 2
    assert deck.now_s() == 20


def test_mud_tare_wind_and_overload_are_seen_on_the_display() -> None:
    clock = HandClock()
    deck = SimulatedDeck(clock=clock, division_kg=DIVISION_KG, maximum_kg=80_000)
    deck.set_weight(18_460)
    deck.zero_off_kg = 60
    assert deck.display().weight_kg == 18_520
    deck.tare_kg = 7_200
    assert (deck.display().weight_kg, deck.display().kind) == (11_320, WeightKind.NET)
    deck.tare_kg = deck.zero_off_kg = 0
    clock.now_s += 5.43  # a gust at its height, the swing too
    stormy = deck.display(wind_kg=200)
    assert abs(stormy.weight_kg - 18_460) > DIVISION_KG
    assert not stormy.steady
    deck.set_weight(80_200)
    assert deck.display().overload


@pytest.mark.parametrize("wrong", [{"division_kg": 0}, {"speed": 0.0}])
def test_a_deck_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        SimulatedDeck(**wrong)  # type: ignore[arg-type]


# -- the faults -----------------------------------------------------------------------------------------------------


def test_a_damaged_line_loses_frames_and_never_changes_a_weight() -> None:
    faults = Faults(lost_bytes_share=0.01, wrong_checks_share=0.1, glued_frames=4)
    for name in ("yaohua", "a12", "toledo-checksum", "toledo-short-checksum"):
        wire, decoder = FaultyWire(seed=3), PROTOCOLS[name].new_decoder()
        frames = [frame_of(name, Display(weight_kg=Decimal(kg))) for kg in range(1_000, 41_000, 50)]
        said = [one for frame in frames for one in decoder.feed(wire.carry(frame, faults, checked=True))]
        found = [one for one in said if isinstance(one, Reading)]
        assert {one.raw for one in found} <= set(frames)
        assert 0.7 < len(found) / len(frames) < 0.95
        assert {one.reason for one in said if isinstance(one, FrameError)} == {FrameFault.NOISE, FrameFault.BAD_CHECK}


def test_a_wire_without_faults_carries_every_byte() -> None:
    wire = FaultyWire(seed=0)
    assert [wire.carry(frame, NO_FAULTS, checked=True) for frame in (b"\x02abc", b"\x02def")] == [
        b"\x02abc",
        b"\x02def",
    ]
    glued = FaultyWire(seed=0)
    carried = [glued.carry(b"%03d" % number, Faults(glued_frames=5), checked=True) for number in range(200)]
    assert b"".join(b"%03d" % number for number in range(200)).startswith(b"".join(carried))
    assert len(set(map(len, carried))) > 5


def test_faults_are_read_from_a_text_and_impossible_ones_refused() -> None:
    assert faults_from("") == NO_FAULTS
    assert faults_from("wind_kg=60,link_lost_every_s=30") == Faults(wind_kg=60, link_lost_every_s=30.0)
    for text in ("storm=1", "wind_kg", "wind_kg=much", "wind_kg=-1", "lost_bytes_share=2", "glued_frames=0"):
        with pytest.raises(ValueError, match=r"."):
            faults_from(text)


def test_a_fault_that_comes_and_goes_leaves_the_beginning_alone() -> None:
    faults = Faults(link_lost_every_s=30, link_lost_for_s=5, stuck_every_s=10, stuck_for_s=1)
    assert [faults.link_is_lost(at_s) for at_s in (0, 4, 29, 30, 34, 35, 61)] == [False] * 3 + [True, True, False, True]
    assert [faults.is_stuck(at_s) for at_s in (0, 10.5, 11.5)] == [False, True, False]


# -- on a real port -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [*PROTOCOLS, "yaohua-command:Z"])
def test_every_protocol_is_played_and_read_on_a_pseudo_terminal(protocol: str) -> None:
    with played_scale(protocol, speed=10) as scale:
        scale.deck.set_weight(18_460)
        with closing(open_link(scale.address)) as link:
            listening = Listening(link, protocol)
            # what was sent before the truck stood there may still be on its way
            listening.until(lambda said: [one.value_kg for one in said[-1:] if isinstance(one, Reading)] == [18_460])
            found = listening.readings(5)
    assert {one.value_kg for one in found} == {18_460}


@pytest.mark.parametrize("listen", [None, ("127.0.0.1", 0)])
def test_a_truck_is_followed_from_the_empty_deck_to_the_empty_deck(listen: tuple[str, int] | None) -> None:
    with (
        played_scale("toledo-checksum", listen=listen, speed=40, division_kg=DIVISION_KG) as scale,
        closing(open_link(scale.address)) as link,
    ):
        listening = Listening(link, "toledo-checksum")
        assert all(abs(one.value_kg) <= DIVISION_KG for one in listening.readings(10))
        scale.deck.drive_on(18_460)
        said = listening.until(lambda said: stands_at(18_460, said, within_kg=0))
        assert max(one.value_kg for one in said if isinstance(one, Reading)) > 18_460 * Decimal("1.02")
        assert any(one.steady is False for one in said if isinstance(one, Reading))
        scale.deck.drive_off()
        listening.until(lambda said: stands_at(0, said, within_kg=DIVISION_KG))


def stands_at(kg: int, said: list[Reading | FrameError], *, within_kg: int) -> bool:
    last = said[-1] if said else None
    return isinstance(last, Reading) and last.steady is True and abs(last.value_kg - kg) <= within_kg


def test_a_pulled_cable_is_silence_on_a_serial_line() -> None:
    with played_scale(speed=10) as scale, closing(open_link(scale.address)) as link:
        listening = Listening(link, "yaohua")
        listening.readings(3)
        scale.lose_link()
        until_silent(link)
        assert link.read(0.05) == b""
        scale.restore_link()
        assert listening.readings(3)


def until_silent(link: Link) -> None:
    while link.read(0.2):
        pass


def test_a_lost_link_closes_a_tcp_connection_and_takes_no_new_one_until_it_is_back() -> None:
    with played_scale(listen=("127.0.0.1", 0), speed=10) as scale:
        link = open_link(scale.address)
        Listening(link, "yaohua").readings(3)
        scale.lose_link()
        with pytest.raises(LinkLost):
            until_silent(link)
        link.close()
        with pytest.raises(LinkLost):
            open_link(scale.address)
        scale.restore_link()
        with closing(reopened(scale)) as again:
            assert Listening(again, "yaohua").readings(3)


def reopened(scale: PlayedScale) -> Link:
    give_up_at = time.monotonic() + 10
    while True:
        try:
            return open_link(scale.address)
        except LinkLost:
            assert time.monotonic() < give_up_at
            time.sleep(0.01)


def test_a_stuck_indicator_repeats_its_value_though_the_truck_has_gone() -> None:
    with played_scale(speed=10) as scale, closing(open_link(scale.address)) as link:
        listening = Listening(link, "yaohua")
        scale.deck.set_weight(18_460)
        listening.until(lambda said: bool(said) and isinstance(said[-1], Reading) and said[-1].value_kg == 18_460)
        scale.faults = Faults(stuck_every_s=0.001, stuck_for_s=1)
        scale.deck.set_weight(0)
        assert {one.value_kg for one in listening.readings(10)} == {18_460}


def test_two_listeners_on_tcp_hear_the_same_and_one_that_leaves_does_not_disturb() -> None:
    with played_scale(listen=("127.0.0.1", 0), speed=10) as scale:
        scale.deck.set_weight(7_200)
        with closing(open_link(scale.address)) as first:
            with closing(open_link(scale.address)) as second:
                assert Listening(second, "yaohua").readings(2)
            found = Listening(first, "yaohua").readings(5)
    assert {one.value_kg for one in found} == {7_200}


# -- the command ----------------------------------------------------------------------------------------------------


def test_trucks_come_in_the_order_of_a_table_and_wait_for_their_turn(tmp_path: Path) -> None:
    table = tmp_path / "trucks.csv"
    table.write_text("seconds,kg\n5,18460\n6,7200\n", encoding="utf-8")
    assert trucks_from_csv(table) == [Truck(kg=18_460, at_s=5.0), Truck(kg=7_200, at_s=6.0)]
    said: list[str] = []
    with played_scale(speed=500) as scale:
        play_trucks(scale, trucks_from_csv(table), say=said.append)
        assert scale.deck.now_s() > 60
    assert said == [
        "18460 kg drives on",
        "18460 kg stands",
        "drives off",
        "7200 kg drives on",
        "7200 kg stands",
        "drives off",
    ]


def test_all_faults_of_a_table_of_trucks_are_told_at_once(tmp_path: Path) -> None:
    table = tmp_path / "trucks.csv"
    table.write_text("seconds,kg\nsoon,18460\n6,-1\n7\n8,300000\n", encoding="utf-8")
    with pytest.raises(TruckFileFaults) as refused:
        trucks_from_csv(table)
    assert str(refused.value).splitlines() == [
        "row 2, column seconds: 'soon' is no number from 0 to 2,678,400",
        "row 3, column kg: '-1' is no number from 0 to 200,000",
        "row 4, column kg: '' is no number from 0 to 200,000",
        "row 5, column kg: '300000' is no number from 0 to 200,000",
    ]
    table.write_text("time,weight\n", encoding="utf-8")
    with pytest.raises(TruckFileFaults, match="seconds and kg"):
        trucks_from_csv(table)


def test_the_command_plays_trucks_and_says_where_they_can_be_heard() -> None:
    done = CliRunner().invoke(main, ["weighbridge", "simulate", "--truck", "18460", "--speed", "500"])
    assert done.exit_code == 0
    assert "The scale can be heard at /dev/" in done.output
    assert "18460 kg stands" in done.output
    listening = CliRunner().invoke(
        main,
        [
            "weighbridge",
            "simulate",
            "--truck",
            "4000",
            "--speed",
            "500",
            "--listen",
            "127.0.0.1:0",
            "--faults",
            "wind_kg=60",
        ],
    )
    assert listening.exit_code == 0
    assert "tcp://127.0.0.1:" in listening.output


def test_the_command_plays_the_trucks_of_a_table(tmp_path: Path) -> None:
    table = tmp_path / "trucks.csv"
    table.write_text("seconds,kg\n5,18460\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["weighbridge", "simulate", "--trucks", str(table), "--speed", "500"])
    assert done.exit_code == 0
    assert "18460 kg stands" in done.output


def test_trucks_without_a_table_are_whole_divisions_and_the_same_for_a_seed() -> None:
    drawn = list(islice(random_trucks(seed=1, division_kg=DIVISION_KG), 50))
    assert drawn == list(islice(random_trucks(seed=1, division_kg=DIVISION_KG), 50))
    assert all(truck.kg % DIVISION_KG == 0 and 4_000 <= truck.kg <= 49_000 for truck in drawn)
    assert len(set(drawn)) > 40


def test_a_question_in_another_mode_for_another_or_damaged_is_not_answered() -> None:
    for protocol, asked in (
        ("yaohua-command", question("B", address="B")),
        ("yaohua-command", b"\x02AB04\x03"),
        ("yaohua-command", question("H")),
    ):
        with played_scale(protocol, speed=10) as scale, closing(open_link(scale.address)) as link:
            link.write(b"noise\x02" + asked)
            assert link.read(0.1) == b""
            link.write(asked[:2])
            link.write(asked[2:] + question("B"))
            assert Listening(link, protocol).readings(1)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--protocol", "modbus"], "there are yaohua, yaohua-command"),
        (["--faults", "storm=1"], "no fault 'storm'"),
        (["--listen", "4001"], "write host and port"),
        (["--trucks", "nowhere.csv"], "No such file"),
        (["--baud", "1234"], "1234 is no speed"),
    ],
)
def test_the_command_refuses_what_it_cannot_play(options: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["weighbridge", "simulate", "--truck", "1", *options])
    assert done.exit_code != 0
    assert told in done.output
