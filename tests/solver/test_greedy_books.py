"""The dispatcher's books: bays, yard and plant stocks, straw lying baled."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.greedy.bays import BayBook
from solver.greedy.stocks import PlantBook, YardBook
from solver.greedy.straw import ALREADY_BALED, NEVER_MIN, BaledStraw, Piece


def test_a_second_truck_waits_for_the_only_bay() -> None:
    book = BayBook(bays=1, windows=[(360.0, 1200.0)])
    book.book(book.earliest(400.0, 20.0), 20.0)
    assert book.earliest(405.0, 10.0) == 420.0
    assert BayBook(bays=2, windows=[(360.0, 1200.0)]).earliest(405.0, 10.0) == 405.0


def test_a_short_service_fits_into_a_gap_between_bookings() -> None:
    book = BayBook(bays=1, windows=[(0.0, 1000.0)])
    book.book(100.0, 50.0)
    book.book(200.0, 50.0)
    assert book.earliest(120.0, 50.0) == 150.0
    assert book.earliest(120.0, 51.0) == 250.0


def test_a_service_lies_wholly_within_opening_hours() -> None:
    book = BayBook(bays=1, windows=[(360.0, 600.0), (1800.0, 2040.0)])
    assert book.earliest(0.0, 30.0) == 360.0
    assert book.earliest(590.0, 30.0) == 1800.0
    assert math.isinf(book.earliest(2030.0, 30.0))


def test_a_bay_that_is_taken_cannot_be_booked() -> None:
    book = BayBook(bays=1, windows=[(0.0, 1000.0)])
    book.book(100.0, 50.0)
    with pytest.raises(ValueError, match="no bay"):
        book.book(120.0, 10.0)


@given(
    bays=st.integers(1, 3),
    asked=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60)), max_size=40),
)
def test_never_more_trucks_than_bays(bays: int, asked: list[tuple[int, int]]) -> None:
    book = BayBook(bays=bays, windows=[(100.0, 500.0), (600.0, 1500.0)])
    services = []
    for at, minutes in asked:
        start = book.earliest(float(at), float(minutes))
        if math.isfinite(start):
            book.book(start, float(minutes))
            services.append((start, start + minutes))
            assert start >= at
            assert (start >= 100 and start + minutes <= 500) or (start >= 600 and start + minutes <= 1500)
    for start, _ in services:
        assert sum(1 for other, end in services if other <= start < end) <= bays


def test_straw_booked_to_arrive_later_can_be_taken_after_it_has_come() -> None:
    yard = YardBook(capacity_kg=1000, opening_kg=100)
    yard.book(500.0, 300)
    assert yard.straw_from(400.0, 100) == 400.0
    assert yard.straw_from(400.0, 200) == 500.0
    assert math.isinf(yard.straw_from(400.0, 401))


def test_straw_promised_for_later_is_not_promised_twice() -> None:
    yard = YardBook(capacity_kg=1000, opening_kg=300)
    yard.book(500.0, -300)
    assert math.isinf(yard.straw_from(400.0, 100))


def test_room_counts_from_the_moment_a_truck_has_taken_straw_away() -> None:
    yard = YardBook(capacity_kg=1000, opening_kg=900)
    assert yard.room_from(400.0, 100) == 400.0
    assert math.isinf(yard.room_from(400.0, 101))
    yard.book(450.0, -500)
    assert yard.room_from(400.0, 200) == 450.0


@given(
    moves=st.lists(st.tuples(st.booleans(), st.integers(0, 1000), st.integers(1, 400)), max_size=40),
)
def test_a_yard_is_never_over_full_and_never_below_empty(moves: list[tuple[bool, int, int]]) -> None:
    yard = YardBook(capacity_kg=1000, opening_kg=500)
    events = []
    for comes, at, kg in moves:
        minute = yard.room_from(float(at), kg) if comes else yard.straw_from(float(at), kg)
        if math.isfinite(minute):
            assert minute >= at
            yard.book(minute, kg if comes else -kg)
            events.append((minute, kg if comes else -kg))
    # At one moment what relieves a limit counts first: departures for the roof, arrivals for the floor.
    for sign in (1, -1):
        level = 500
        for _, delta in sorted(events, key=lambda event: (event[0], sign * event[1])):
            level += delta
            assert level <= 1000 if sign == 1 else level >= 0
    assert level == yard.booked_kg


def test_a_plant_takes_no_more_than_its_days_intake_or_its_storage() -> None:
    plant = PlantBook(storage_kg=1000, daily_max_kg=500, need_kg=100.0, opening_kg=700.0)
    assert plant.has_room(400)
    assert not plant.has_room(401)
    plant.book(400)
    assert not plant.has_room(1)
    plant.end_day()
    assert plant.cover_days == 10.0
    assert plant.has_room(100)
    assert not plant.has_room(101)


def test_a_plant_without_a_need_is_covered_for_ever() -> None:
    assert math.isinf(PlantBook(storage_kg=10, daily_max_kg=5, need_kg=0.0, opening_kg=0.0).cover_days)


def test_a_full_load_is_ready_when_enough_is_baled() -> None:
    straw = BaledStraw(fields=1, class_kg=[800, 3000])
    straw.add(0, Piece(bale_day=0, from_min=700.0, kg=2000))
    straw.add(0, Piece(bale_day=0, from_min=800.0, kg=2000))
    assert straw.ready_min[:, 0].tolist() == [700.0, 800.0]
    assert straw.available_kg(0, 750.0) == 2000


def test_a_part_load_waits_while_the_balers_will_come_back() -> None:
    straw = BaledStraw(fields=1, class_kg=[800, 3000])
    straw.more_to_come[0] = True
    straw.add(0, Piece(bale_day=0, from_min=700.0, kg=2000))
    assert straw.ready_min[:, 0].tolist() == [700.0, NEVER_MIN]


def test_the_oldest_straw_is_taken_first() -> None:
    straw = BaledStraw(fields=1, class_kg=[800])
    straw.add(0, Piece(bale_day=3, from_min=5000.0, kg=500))
    straw.add(0, Piece(bale_day=ALREADY_BALED, from_min=0.0, kg=500))
    assert straw.take(0, 700) == [(ALREADY_BALED, 500), (3, 200)]
    assert straw.open_kg[0] == 300
