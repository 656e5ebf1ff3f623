"""Each detector on small tables made by hand: it says what it should, and nothing of what is as it should be."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.verification import planted_frauds, ticket_book
from tests.verification.small_records import Row, loads, records, weigh
from yard_rules.verification import balance, copies, fields, moistures, numbers, presence, travel, two_weights, weights
from yard_rules.verification.checks import DETECTORS, verified
from yard_rules.verification.records import CountyRecords
from yard_rules.verification.scatter import chance_of_so_many, neighbours_median, not_by_chance, spread
from yard_rules.verification.suspicion import Suspicion, score_of_chance, surest_first

Detector = Callable[[CountyRecords], Iterable[Suspicion]]


def named(detector: Detector, rows: list[Row], *, areas: dict[str, float] | None = None) -> list[str]:
    return sorted({it for found in detector(records(rows, fields=areas)) for it in found.ticket_ids})


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda it: it.__name__)
def test_nothing_is_said_of_loads_as_they_should_be(detector: Detector) -> None:
    assert named(detector, loads(40)) == []


def test_nothing_is_said_of_no_tickets() -> None:
    assert (
        verified(CountyRecords(*(getattr(records(loads(1)), it) for it in _TABLES), zone=records(loads(1)).zone)) == ()
    )
    nothing = records(loads(1))
    empty = CountyRecords(nothing.tickets.iloc[:0], nothing.places, nothing.fields, nothing.distances, nothing.zone)
    assert verified(empty) == ()


_TABLES = ("tickets", "places", "fields", "distances")


def test_a_lowered_tare_is_named() -> None:
    rows = loads(40)
    weigh(rows[17], more_tare_kg=-300)
    assert named(weights.check_tare, rows) == ["t017"]


def test_another_truck_under_the_plate_is_named() -> None:
    rows = loads(40)
    weigh(rows[21], more_gross_kg=900, more_tare_kg=900)
    assert named(weights.check_tare, rows) == ["t021"]


def test_a_plate_with_few_tickets_has_no_history_of_tares() -> None:
    rows = loads(4)
    weigh(rows[2], more_tare_kg=-900)
    assert named(weights.check_tare, rows) == []


def test_a_padded_load_is_named_by_what_its_bales_would_weigh() -> None:
    rows = loads(40)
    weigh(rows[11], more_gross_kg=420)
    assert named(weights.check_kg_per_bale, rows) == ["t011"]
    (found,) = weights.check_kg_per_bale(records(rows))
    assert found.at_stake_kg == pytest.approx(420, abs=80)


def test_a_padded_load_is_named_though_the_fields_of_its_body_differ() -> None:
    rows = loads(60)
    for row in rows[20:50:2]:  # every other load comes from a field with heavier bales
        row["field_ids"] = ("F2",)
        weigh(row, more_gross_kg=400)
    fields = {"F1": 400.0, "F2": 400.0}
    assert list(weights.check_kg_per_bale(records(rows, fields=fields))) == []
    weigh(rows[31], more_gross_kg=300)
    found = [it.subject[1] for it in weights.check_kg_per_bale(records(rows, fields=fields))]
    assert found == ["t031"]


def test_a_light_load_is_nobodys_gain() -> None:
    rows = loads(40)
    weigh(rows[11], more_gross_kg=-600)
    assert named(weights.check_kg_per_bale, rows) == []


def test_a_load_somewhat_heavy_whose_tare_is_somewhat_low_is_named_for_both() -> None:
    rows = loads(40)
    weigh(rows[13], more_tare_kg=-120)
    assert named(weights.check_weights_together, rows) == ["t013"]


def test_more_bales_than_a_truck_ever_carries_are_named() -> None:
    rows = loads(40)
    rows[5]["bales"] = 24
    assert "t005" in named(weights.check_plate_history, rows)
    rows[5]["bales"] = 19  # one too many, as people miscount
    assert named(weights.check_plate_history, rows) == []


def test_a_copy_is_named_and_its_original_is_not() -> None:
    rows = loads(20)
    copy = rows[3] | {"ticket_id": "copy", "day_number": 5, "opened_at": rows[3]["opened_at"] + timedelta(hours=9)}
    assert named(copies.check_copied_ticket, [*rows, copy]) == ["copy"]
    assert named(copies.check_used_photo, [*rows, copy]) == ["copy"]


def test_a_void_ticket_is_no_original() -> None:
    rows = loads(20)
    again = rows[3] | {"ticket_id": "again", "day_number": 5, "photos": ("another",)}
    rows[3]["is_void"] = True
    assert named(copies.check_copied_ticket, [*rows, again]) == []


def test_a_near_copy_is_named() -> None:
    rows = loads(20)
    later = rows[3]["opened_at"] + timedelta(hours=9)
    copy = rows[3] | {"ticket_id": "copy", "day_number": 5, "opened_at": later, "photos": ("another",)}
    copy["readings"] = tuple(
        it + change for it, change in zip(rows[3]["readings"], (1, -2, 2, 0, -1, 1, 2, -1), strict=True)
    )
    weigh(copy, more_gross_kg=20)
    assert "copy" in named(copies.check_near_copy, [*rows, copy])


def test_one_sample_for_many_loads_is_named() -> None:
    rows = loads(20)
    for row in rows[6:9]:
        row["readings"] = tuple(it + 1 for it in rows[5]["readings"])
    assert named(copies.check_copied_moisture, rows) == ["t006", "t007", "t008"]


def test_readings_all_alike_are_named() -> None:
    rows = loads(40)
    rows[9]["readings"] = (190, 190, 191, 190, 189, 190, 190, 191)
    assert named(moistures.check_regular_moisture, rows) == ["t009"]


def test_a_body_whose_damp_loads_are_all_just_dry_enough_is_named() -> None:
    honest = [row for body in range(2, 12) for row in loads(30, number_from=100 * body, body_id=f"B{body}", a_day=6)]
    for number, row in enumerate(honest):
        row["moisture_permille"] = 262 + 9 * number % 60
    rows = loads(20, a_day=6)
    for number, row in enumerate(rows):
        row["moisture_permille"] = 285 + number % 14
    (found,) = moistures.check_moisture_under_paid(records(rows + honest))
    assert found.subject == ("body", "B1")
    assert len(found.ticket_ids) == 20


def test_a_field_that_gives_twice_what_grows_there_is_named() -> None:
    rows = loads(40)
    assert list(fields.check_field_yield(records(rows, fields={"F1": 200.0}))) == []
    (found,) = fields.check_field_yield(records(rows, fields={"F1": 80.0}))
    assert (found.subject, found.ticket_ids) == (("field", "F1"), ())
    assert found.evidence["tickets"] == 40
    assert found.until == loads(40)[-1]["business_day"]


def test_a_field_without_a_known_yield_is_judged_by_area_and_crop() -> None:
    made = records(loads(40), fields={"F1": 80.0})
    unknown = made.fields.assign(collectable_kg=np.nan)
    asked = CountyRecords(made.tickets, made.places, unknown, made.distances, made.zone)
    assert [it.subject for it in fields.check_field_yield(asked)] == [("field", "F1")]


def test_the_body_that_brought_less_of_a_field_is_named() -> None:
    rows = loads(20)
    rows[8]["body_id"] = "B2"
    assert named(fields.check_field_claimed_twice, rows) == ["t008"]


def test_a_number_that_lacks_is_told_by_its_neighbours() -> None:
    rows = [row for row in loads(20) if row["ticket_id"] != "t005"]
    (found,) = numbers.check_sequence(records(rows))
    assert found.ticket_ids == ("t004", "t006")
    assert found.evidence["lacking"] == [2]
    (first,) = numbers.check_sequence(records([row for row in loads(20) if row["ticket_id"] != "t004"]))
    assert first.ticket_ids == ("t005",)


def test_a_void_ticket_keeps_its_number() -> None:
    rows = loads(20)
    rows[5]["is_void"] = True
    assert named(numbers.check_sequence, rows) == []


def test_whole_hundreds_are_named_where_they_are_too_many() -> None:
    rows = loads(40)
    for row in rows[10:22]:
        weigh(row, more_gross_kg=-(row["gross_kg"] % 100))
        row["is_typed"] = True
    found = named(numbers.check_round_weights, rows)
    assert set(found) >= {f"t{number:03d}" for number in range(10, 22)}


def test_a_truck_that_came_at_night_is_named_and_a_late_one_is_not() -> None:
    rows = loads(20)
    rows[7]["opened_at"] = rows[7]["opened_at"].replace(hour=12, minute=30)  # half past eight in the evening
    assert named(presence.check_open_hours, rows) == []
    rows[7]["opened_at"] = rows[7]["opened_at"].replace(hour=15)
    assert named(presence.check_open_hours, rows) == ["t007"]


def test_a_device_far_away_is_named_and_one_without_a_position_is_not() -> None:
    rows = loads(20)
    rows[3]["lon"] = rows[3]["lat"] = np.nan
    rows[4]["lat"] += 0.05
    assert named(presence.check_position, rows) == ["t004"]


def test_a_truck_that_cannot_have_been_there_and_back_is_named() -> None:
    rows = loads(20)
    rows[6]["opened_at"] = rows[5]["closed_at"] + timedelta(minutes=2)
    assert named(travel.check_travel, rows) == ["t005", "t006"]


def test_a_ticket_closed_hours_late_is_no_impossible_trip() -> None:
    rows = loads(40)
    rows[5]["closed_at"] += timedelta(hours=3)
    assert named(travel.check_travel, rows) == []


def test_a_trip_quicker_than_all_others_is_named() -> None:
    rows = loads(120)
    for number, row in enumerate(rows):
        row["opened_at"] += timedelta(minutes=5 * number % 13)
        row["closed_at"] = row["opened_at"] + timedelta(minutes=25)
    rows[41]["opened_at"] = rows[40]["closed_at"] + timedelta(minutes=14)
    rows[41]["closed_at"] = rows[41]["opened_at"] + timedelta(minutes=25)
    assert named(travel.check_travel, rows) == []
    assert named(travel.check_quick_trips, rows) == ["t040", "t041"]


def hauls(count: int) -> list[Row]:
    """Out of the yard in the morning, at the plant two hours later."""
    sent = loads(count, a_day=2, purpose="linehaul_out", destination_id="P1", body_id=None, field_ids=())
    came = loads(
        count, a_day=2, number_from=500, purpose="linehaul_in", origin_yard_id="Y1", body_id=None, field_ids=()
    )
    for row in came:
        row["opened_at"] += timedelta(minutes=80)
        row["closed_at"] += timedelta(minutes=80)
        row.update(place_kind="plant", place_id="P1")
    return [*sent, *came]


def test_the_heavier_of_two_weights_is_named() -> None:
    rows = hauls(10)
    assert named(two_weights.check_two_weights, rows) == []
    weigh(rows[13], more_gross_kg=160)
    assert named(two_weights.check_two_weights, rows) == ["t503"]


def test_an_arrival_without_a_departure_is_named_and_a_truck_on_its_way_is_not() -> None:
    rows = hauls(10)
    assert named(two_weights.check_haul_without_other_end, rows[:-1]) == []
    assert named(two_weights.check_haul_without_other_end, [*rows[:2], *rows[3:]]) == ["t502"]


def test_a_yard_that_holds_more_than_fits_in_is_told_without_tickets() -> None:
    rows = loads(200, a_day=8)
    (found,) = balance.check_yard_balance(records(rows, fields={"F1": 4000.0}))
    assert (found.subject, found.ticket_ids) == (("place", "Y1"), ())
    assert found.evidence["over_kg"] > 0


def test_a_yard_that_sent_more_than_it_had_is_told() -> None:
    rows = loads(60, purpose="linehaul_out", destination_id="P1", body_id=None, field_ids=())
    (found,) = balance.check_yard_balance(records(rows))
    assert found.evidence["lacking_kg"] > 0


def test_a_yard_whose_bales_lose_a_fifth_of_their_weight_is_told() -> None:
    came, left = loads(40, a_day=6), hauls(40)[:40]
    for number, row in enumerate(left):
        row.update(ticket_id=f"out{number}", day_number=10 + row["day_number"])
    assert list(balance.check_yard_bales(records([*came, *left]))) == []
    for row in came:
        weigh(row, more_gross_kg=500)
    assert {it.subject for it in balance.check_yard_bales(records([*came, *left]))} == {("place", "Y1")}


def test_tickets_of_before_are_history_and_raise_no_alarm() -> None:
    rows = loads(40)
    weigh(rows[5], more_tare_kg=-900)
    weigh(rows[35], more_tare_kg=-900)
    asked = records(rows)
    assert {it for found in verified(asked) for it in found.ticket_ids} >= {"t005", "t035"}
    lately = verified(asked, since=rows[20]["business_day"])
    assert {it for found in lately for it in found.ticket_ids} == {"t035"}


def test_tables_that_lack_a_column_or_double_an_id_are_refused() -> None:
    good = records(loads(3))
    with pytest.raises(ValueError, match="tickets without bales, plate"):
        CountyRecords(
            good.tickets.drop(columns=["plate", "bales"]), good.places, good.fields, good.distances, good.zone
        )
    with pytest.raises(ValueError, match="one id"):
        records([*loads(3), *loads(3)])
    naive = good.tickets.assign(opened_at=good.tickets["opened_at"].dt.tz_localize(None))
    with pytest.raises(ValueError, match="opened_at without a zone"):
        CountyRecords(naive, good.places, good.fields, good.distances, good.zone)


def test_medians_do_not_mind_a_few_false_ones() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 1000])
    assert spread(values) == pytest.approx(1.5 * 1.4826)
    assert list(neighbours_median(values, ["a"] * 6, 5)[2:4]) == [3.0, 4.0]


def test_of_many_chances_those_stand_that_are_too_small_for_their_number() -> None:
    # The example of Benjamini and Hochberg 1995, section 3.2: four of fifteen at 5 %.
    chances = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1,
    ]
    assert not_by_chance(np.array(chances), 0.05).sum() == 4
    assert not not_by_chance(np.array([0.2, np.nan, 0.9]), 0.05).any()
    assert chance_of_so_many(2, 2, 0.5) == pytest.approx(0.25)


def test_scores_grow_with_what_chance_would_not_give() -> None:
    assert score_of_chance(0.001) == 0.3
    assert score_of_chance(0.0) == 1.0
    weak, sure = (
        Suspicion(detector="d", subject=("ticket", "t"), ticket_ids=("t",), evidence={}, score=it, at_stake_kg=0)
        for it in (0.3, 0.9)
    )
    assert surest_first([weak, sure]) == (sure, weak)
    with pytest.raises(ValueError, match="score 2"):
        Suspicion(detector="d", subject=("ticket", "t"), ticket_ids=("t",), evidence={}, score=2, at_stake_kg=0)


@pytest.mark.parametrize("module", [planted_frauds, ticket_book], ids=lambda it: it.__name__)
def test_who_plants_frauds_knows_nothing_of_the_detectors(module: object) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [it.name for it in getattr(node, "names", [])]
        )
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert not [it for it in imported if it.startswith(("yard_rules", "app"))]
    assert {it for it in imported if it.startswith("tests")} <= {
        "tests.verification.county_year",
        "tests.verification.ticket_book",
    }
    county = Path(str(module.__file__)).with_name("county_year.py").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert "yard_rules" not in county


def test_suspicions_are_plain_values_for_json() -> None:
    rows = loads(40)
    weigh(rows[17], more_tare_kg=-300)
    for found in verified(records(rows)):
        assert pd.io.json.ujson_dumps(found.as_json())
