from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.weighbridge.curve import POINTS_AT_MOST, Curve
from app.weighbridge.deck import Deck, DeckLimits, DeckState, StandingWeight, WhyNot, deck_limits
from app.weighbridge.readings import Reading, WeightKind

STEP_S = 0.1
DIVISION_KG = 20
LIMITS = DeckLimits(
    steady_window_s=Decimal(3),
    steady_spread_divisions=Decimal(1),
    steady_frames=Decimal(10),
    fresh_s=Decimal(2),
    on_threshold_kg=Decimal(500),
    off_threshold_kg=Decimal(100),
    zero_warn_kg=Decimal(20),
    zero_block_kg=Decimal(60),
    zero_kept_over_silence_s=Decimal(30),
    minimum_divisions=Decimal(20),
)


class PlayedDeck:
    """A deck and its clock: weights are shown ten times a second."""

    def __init__(self, *, division_kg: int = DIVISION_KG, limits: DeckLimits = LIMITS) -> None:
        self.deck = Deck(limits, division_kg=division_kg, capacity_kg=80_000)
        self.at_s = 1000.0

    def show(self, kg: float, *, for_s: float = STEP_S, **more: object) -> None:
        for _ in range(round(for_s / STEP_S)):
            self.at_s += STEP_S
            self.deck.heard(reading(kg, **more), at_s=self.at_s)

    def ramp(self, from_kg: int, to_kg: int, *, for_s: float = 4) -> None:
        steps = round(for_s / STEP_S)
        for step in range(1, steps + 1):
            exact = from_kg + (to_kg - from_kg) * step / steps
            self.show(round(exact / DIVISION_KG) * DIVISION_KG)

    def truck(self, kg: int, *, stands_s: float = 4) -> None:
        """An empty deck, then a truck that drives on and stands."""
        self.show(0, for_s=2)
        self.ramp(0, kg)
        self.show(kg, for_s=stands_s)

    def silence(self, seconds: float) -> None:
        self.at_s += seconds

    @property
    def state(self) -> DeckState:
        return self.deck.view(at_s=self.at_s).state

    @property
    def why_not(self) -> WhyNot | None:
        return self.deck.view(at_s=self.at_s).why_not

    def take(self) -> StandingWeight | WhyNot:
        standing = self.deck.standing(at_s=self.at_s)
        if isinstance(standing, StandingWeight):
            self.deck.mark_taken()
        return standing


def reading(
    kg: float, kind: WeightKind = WeightKind.UNKNOWN, steady: bool | None = None, overload: bool = False
) -> Reading:
    return Reading(
        value_kg=Decimal(str(kg)), kind=kind, steady=steady, overload=overload, negative=kg < 0, raw=f"{kg}".encode()
    )


@pytest.fixture
def played() -> PlayedDeck:
    return PlayedDeck()


def test_the_limits_come_from_the_rulebook() -> None:
    assert deck_limits(date(2026, 11, 12)) == LIMITS


def test_a_truck_that_stands_still_may_be_taken(played: PlayedDeck) -> None:
    played.truck(18_460)
    view = played.deck.view(at_s=played.at_s)
    assert (view.state, view.kg, view.why_not, view.zero_off_kg) == (DeckState.STEADY, 18_460, None, 0)
    taken = played.take()
    assert isinstance(taken, StandingWeight)
    assert taken.kg == 18_460
    assert taken.steady_for_ms >= 3000
    assert taken.frames == (b"18460",) * 5
    assert taken.zero_seen_s < played.at_s - 8
    assert taken.curve_step_ms == 100
    assert taken.curve_kg[0] < 1000
    assert taken.curve_kg[-1] == 18_460
    assert len(taken.curve_kg) == pytest.approx(80, abs=2)


def test_before_the_first_frame_there_is_no_link_and_no_zero(played: PlayedDeck) -> None:
    view = played.deck.view(at_s=played.at_s)
    assert (view.state, view.kg, view.age_ms, view.why_not) == (DeckState.NO_LINK, None, None, WhyNot.NO_LINK)


def test_silence_is_no_link_and_never_zero(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.silence(1.9)
    assert played.why_not is None
    played.silence(0.2)
    view = played.deck.view(at_s=played.at_s)
    assert (view.state, view.kg, view.why_not) == (DeckState.NO_LINK, None, WhyNot.NO_LINK)
    assert view.age_ms == 2100
    assert played.take() is WhyNot.NO_LINK


def test_a_line_that_speaks_but_cannot_be_understood_gives_stale(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.silence(2.5)
    played.deck.heard_noise(at_s=played.at_s - 0.1)
    assert (played.state, played.why_not) == (DeckState.NO_LINK, WhyNot.STALE)


def test_nothing_is_taken_while_it_moves(played: PlayedDeck) -> None:
    played.show(0, for_s=2)
    played.ramp(0, 18_460)
    assert (played.state, played.take()) == (DeckState.MOVING, WhyNot.MOVING)
    played.show(18_460, for_s=2.5)
    assert played.take() is WhyNot.MOVING
    played.show(18_460, for_s=1)
    assert isinstance(played.take(), StandingWeight)


def test_a_swing_of_two_divisions_is_not_steady(played: PlayedDeck) -> None:
    played.truck(18_460, stands_s=0.1)
    for _ in range(40):
        played.show(18_440)
        played.show(18_480)
    assert played.take() is WhyNot.MOVING


def test_the_last_two_frames_must_be_equal(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.show(18_480)
    assert played.take() is WhyNot.MOVING
    played.show(18_480)
    taken = played.take()
    assert isinstance(taken, StandingWeight)
    assert taken.kg == 18_480


def test_few_frames_are_not_enough_however_long_they_take(played: PlayedDeck) -> None:
    played.truck(18_460, stands_s=0.1)
    played.show(20_000)
    for _ in range(8):
        played.silence(1)
        played.show(18_460)
    assert played.take() is WhyNot.MOVING
    played.silence(1)
    played.show(18_460, for_s=0.2)
    assert isinstance(played.take(), StandingWeight)


def test_the_indicators_own_word_that_it_moves_counts(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.show(18_460, steady=False)
    assert played.take() is WhyNot.MOVING
    played.show(18_460, for_s=3, steady=True)
    assert played.take() is WhyNot.MOVING
    played.show(18_460, for_s=0.2, steady=True)
    assert isinstance(played.take(), StandingWeight)


def test_the_indicators_word_that_it_is_steady_does_not_replace_the_window(played: PlayedDeck) -> None:
    played.truck(18_460, stands_s=0.1)
    played.show(18_460, for_s=1, steady=True)
    assert played.take() is WhyNot.MOVING


def test_an_empty_deck_gives_nothing(played: PlayedDeck) -> None:
    played.show(0, for_s=5)
    assert (played.state, played.take()) == (DeckState.EMPTY, WhyNot.EMPTY)


def test_somebody_who_walks_over_the_deck_is_no_truck(played: PlayedDeck) -> None:
    played.show(0, for_s=2)
    played.show(160, for_s=1)
    assert played.take() is WhyNot.EMPTY


def test_one_truck_is_taken_once(played: PlayedDeck) -> None:
    played.truck(18_460)
    assert isinstance(played.take(), StandingWeight)
    assert played.take() is WhyNot.ALREADY_TAKEN
    played.ramp(18_460, 12_000, for_s=1)
    played.show(12_000, for_s=5)
    assert played.take() is WhyNot.ALREADY_TAKEN
    played.ramp(12_000, 0)
    played.truck(7_200)
    assert isinstance(played.take(), StandingWeight)


def test_a_single_false_zero_does_not_let_a_truck_be_taken_twice(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.take()
    played.show(0)
    played.show(18_460, for_s=4)
    assert played.take() is WhyNot.ALREADY_TAKEN


def test_a_lost_link_does_not_let_a_truck_be_taken_twice(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.take()
    played.silence(3600)
    played.show(18_460, for_s=4)
    assert played.take() is WhyNot.ALREADY_TAKEN


def test_a_truck_that_stood_there_when_the_agent_started_is_not_taken(played: PlayedDeck) -> None:
    played.show(18_460, for_s=5)
    assert (played.state, played.take()) == (DeckState.STEADY, WhyNot.ZERO_NOT_SEEN)


def test_zero_holds_over_a_short_silence_and_not_over_a_long_one(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.silence(20)
    played.show(18_460)
    assert played.take() is WhyNot.MOVING
    played.show(18_460, for_s=3.1)
    assert played.why_not is None
    played.silence(31)
    played.show(18_460, for_s=4)
    assert played.take() is WhyNot.ZERO_NOT_SEEN


def test_a_deck_that_shows_straw_and_mud_when_empty_is_blocked_and_warned_of_earlier(played: PlayedDeck) -> None:
    played.show(40, for_s=2)
    view = played.deck.view(at_s=played.at_s)
    assert (view.state, view.zero_off_kg, view.zero_warned, view.why_not) == (DeckState.EMPTY, 40, True, WhyNot.EMPTY)
    played.show(80, for_s=4)
    assert (played.state, played.why_not) == (DeckState.EMPTY, WhyNot.ZERO_OFF)
    played.ramp(80, 18_460)
    played.show(18_460, for_s=4)
    assert played.take() is WhyNot.ZERO_OFF
    played.ramp(18_460, 0)
    played.truck(18_460)
    assert isinstance(played.take(), StandingWeight)


def test_mud_above_the_off_threshold_is_named_too(played: PlayedDeck) -> None:
    played.show(140, for_s=4)
    assert (played.state, played.why_not) == (DeckState.STEADY, WhyNot.ZERO_OFF)


def test_a_deck_far_below_zero_is_told_apart_from_an_empty_one(played: PlayedDeck) -> None:
    played.show(-80, for_s=4)
    assert (played.state, played.why_not) == (DeckState.BELOW_ZERO, WhyNot.ZERO_OFF)
    played.show(float("-inf"), for_s=1, overload=True)
    view = played.deck.view(at_s=played.at_s)
    assert (view.state, view.kg, view.why_not) == (DeckState.BELOW_ZERO, None, WhyNot.ZERO_OFF)


def test_overload_gives_no_weight(played: PlayedDeck) -> None:
    played.truck(79_980)
    played.show(float("inf"), overload=True)
    view = played.deck.view(at_s=played.at_s)
    assert (view.state, view.kg, view.why_not) == (DeckState.OVERLOADED, None, WhyNot.OVERLOAD)
    played.show(79_980)
    assert played.take() is WhyNot.MOVING
    played.show(80_020, for_s=4)
    assert (played.state, played.take()) == (DeckState.OVERLOADED, WhyNot.OVERLOAD)


@pytest.mark.parametrize("kg", [18_450, 18_460.5])
def test_a_weight_off_the_division_is_not_of_this_scale(played: PlayedDeck, kg: float) -> None:
    played.show(0, for_s=2)
    played.show(kg, for_s=4)
    assert played.take() is WhyNot.OFF_DIVISION


def test_a_load_below_twenty_divisions_is_below_the_minimum() -> None:
    played = PlayedDeck(division_kg=50)
    played.truck(900)
    assert played.take() is WhyNot.BELOW_MINIMUM
    played.show(1000, for_s=4)
    assert isinstance(played.take(), StandingWeight)


def test_a_net_weight_is_not_the_weight_of_the_truck(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.show(11_260, for_s=4, kind=WeightKind.NET)
    assert played.take() is WhyNot.NOT_GROSS


def test_the_tare_key_makes_no_empty_deck(played: PlayedDeck) -> None:
    played.show(0, for_s=2, kind=WeightKind.GROSS)
    played.show(18_460, for_s=4, kind=WeightKind.GROSS)
    played.take()
    played.show(0, for_s=4, kind=WeightKind.NET)
    assert (played.state, played.why_not) == (DeckState.STEADY, WhyNot.NOT_GROSS)
    played.show(18_460, for_s=4, kind=WeightKind.GROSS)
    assert played.take() is WhyNot.ALREADY_TAKEN


def test_a_stored_tare_that_the_indicator_tells_of_is_no_weight_on_the_deck(played: PlayedDeck) -> None:
    played.truck(18_460)
    played.show(7_200, kind=WeightKind.TARE)
    taken = played.take()
    assert isinstance(taken, StandingWeight)
    assert taken.kg == 18_460


def test_a_quiet_night_takes_no_memory_and_a_long_event_keeps_its_curve_short(played: PlayedDeck) -> None:
    played.show(0, for_s=300)
    assert len(played.deck._calm) <= 302
    played.truck(18_460, stands_s=300)
    taken = played.take()
    assert isinstance(taken, StandingWeight)
    assert taken.curve_step_ms == 800
    assert 300 < len(taken.curve_kg) <= POINTS_AT_MOST
    assert taken.steady_for_ms <= 30_000


def test_a_curve_over_a_day_of_silence_is_as_short_as_any() -> None:
    curve = Curve()
    curve.add(18_460, at_s=0)
    curve.add(18_480, at_s=86_400)
    assert len(curve.points_kg) <= POINTS_AT_MOST
    assert curve.points_kg[-1] == 18_480
    assert len(curve.points_kg) * curve.step_ms == pytest.approx(86_400_000, rel=0.01)


moves = st.lists(
    st.tuples(st.integers(0, 40_000), st.floats(0.1, 6), st.floats(0, 5)),
    min_size=1,
    max_size=8,
)


@given(moves=moves, frame_s=st.sampled_from([0.04, 0.1, 0.14, 0.2, 0.5]))
def test_nothing_is_ever_taken_while_the_true_weight_moved_within_the_window(
    moves: list[tuple[int, float, float]], frame_s: float
) -> None:
    deck = Deck(LIMITS, division_kg=DIVISION_KG, capacity_kg=80_000)
    lately: list[tuple[float, float]] = []
    taken = False
    for at_s, true_kg in _weights(moves, frame_s):
        lately = [(earlier_s, kg) for earlier_s, kg in [*lately, (at_s, true_kg)] if at_s - earlier_s <= 3.0]
        shown_kg = round(true_kg / DIVISION_KG) * DIVISION_KG
        deck.heard(reading(shown_kg), at_s=at_s)
        if isinstance(deck.standing(at_s=at_s), StandingWeight):
            assert not taken, "a second take of the same truck"
            moved_kg = max(kg for _, kg in lately) - min(kg for _, kg in lately)
            # The display rounds to its division at both ends.
            assert moved_kg <= 2 * DIVISION_KG
            deck.mark_taken()
            taken = True
        taken = taken and true_kg >= LIMITS.off_threshold_kg - DIVISION_KG


def _weights(moves: list[tuple[int, float, float]], frame_s: float) -> Iterator[tuple[float, float]]:
    """An empty deck, then for each move a ramp to its weight and a rest: time and true weight at each frame."""
    at_s, kg = 0.0, 0.0
    for target_kg, ramp_s, rest_s in [(0, 0.1, 6.0), *moves]:
        steps = max(1, round(ramp_s / frame_s))
        for step in range(1, steps + 1):
            at_s += frame_s
            yield at_s, kg + (target_kg - kg) * step / steps
        kg = target_kg
        for _ in range(round(rest_s / frame_s)):
            at_s += frame_s
            yield at_s, kg
