from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.yard_rules.fire.yards import DAY, YARDS, added, feature, found, kept_yard, line, rectangle
from yard_rules.finding import Severity, worst_first
from yard_rules.fire import CHECKS, FireRules, check_yard, legal_capacity, rule_entries
from yard_rules.rulebook import read_rulebook, rulebook
from yard_rules.yard_drawing import from_geojson, read_yard_drawing, to_geojson

VERIFIED_GAP = """
[stack_gap_m]
unit = "m"
[[stack_gap_m.values]]
since = 2026-06-01
value = 5
source = "letter of the county's fire brigade"
verified = true
"""


def test_every_drawn_yard_of_the_demo_county_keeps_every_rule() -> None:
    drawn = sorted(YARDS.glob("*.geojson"))
    assert len(drawn) >= 6
    for path in drawn:
        drawing = read_yard_drawing(path)
        assert drawing.is_synthetic
        assert check_yard(drawing, FireRules(DAY)) == (), path.name


def test_every_rule_has_a_check_of_its_name_and_words() -> None:
    assert {check.__name__.removeprefix("check_") for check in CHECKS} == set(rule_entries())
    for entry in rule_entries().values():
        assert entry.title
        assert entry.remedy
        assert entry.severity is not Severity.MEND or entry.mend_days


def test_a_line_between_the_plan_and_the_code_is_to_be_mended_and_nearer_blocks() -> None:
    # The stacks end 33.8 m north; the poles are 10 m high, so that the code asks for 15 m and the plan for 10 m.
    both = ["line_poles", "line_m"]
    far = found(added(kept_yard(), "line", "power_line", line((-20, 45.8), (90, 45.8)), pole_height_m=10))[
        "line_distance"
    ]
    assert (far.measured, far.required, far.severity, far.ask_brigade) == (12.0, 15.0, Severity.MEND, True)
    assert [basis.figure for basis in far.bases] == both
    near = found(added(kept_yard(), "line", "power_line", line((-20, 42.8), (90, 42.8)), pole_height_m=10))[
        "line_distance"
    ]
    assert (near.measured, near.required, near.severity) == (9.0, 15.0, Severity.BLOCKS)
    assert [(basis.value, basis.verified) for basis in near.bases] == [(15.0, False), (10.0, True)]


def test_an_unverified_figure_never_blocks_until_the_county_says_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    path.write_text(VERIFIED_GAP, encoding="utf-8")
    county = read_rulebook(path)
    assert "stack_gap" not in found(kept_yard())
    gap = found(kept_yard(), FireRules(DAY, county))["stack_gap"]
    assert (gap.measured, gap.required, gap.severity, gap.ask_brigade) == (4.0, 5.0, Severity.BLOCKS, False)
    # Before the letter ours holds.
    assert "stack_gap" not in found(kept_yard(), FireRules(date(2026, 5, 31), county))


@pytest.mark.parametrize(("old", "new"), [("stack_gap_m", "stack_gop_m"), ('unit = "m"', 'unit = "cm"')])
def test_a_county_cannot_override_what_is_not_there(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "county.toml"
    path.write_text(VERIFIED_GAP.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match="stack_g"):
        FireRules(DAY, read_rulebook(path))


def test_the_same_figure_stands_in_one_rulebook_only() -> None:
    assert not rulebook("fire").figures.keys() & rulebook("stacks").figures.keys()


def test_what_stands_in_the_strip_is_marked_between_the_nearest_points() -> None:
    blocked = found(added(kept_yard(), "post", "light", {"type": "Point", "coordinates": [33.3, 20]}))["strip_blocked"]
    assert (blocked.subject, blocked.measured) == (("stack_area-1", "post"), 4.0)
    assert sorted(blocked.where[0].points) == [(29.3, 20.0), (33.3, 20.0)]


def test_a_lane_that_does_not_close_is_no_ring() -> None:
    content = added(kept_yard(), "lane", "lane", rectangle(0.1, 0.1, 5, 39))
    ring = found(content)["ring_width"]
    assert (ring.measured, ring.severity) == (0.0, Severity.BLOCKS)


def test_a_pocket_among_stacks_is_found_with_its_way_out() -> None:
    content = kept_yard()
    for number, (x, y) in {1: (8.0, 8.0), 2: (8.0, 19.0), 3: (19.0, 8.0), 4: (19.0, 19.0)}.items():
        it = feature(content, f"stack-{number}")
        it["geometry"] = rectangle(x, y, x + 10, y + 10)
    # One metre between them, and a court in the middle.
    corners = [[8, 8], [18, 8], [18, 16], [16, 16], [16, 18], [8, 18], [8, 8]]
    feature(content, "stack-1")["geometry"]["coordinates"] = [corners]
    pocket = found(content)["escape_way"]
    assert pocket.measured == pytest.approx(1.0, abs=0.011)
    assert pocket.severity is Severity.MEND


def test_a_hose_that_is_too_short_by_its_bends_asks_and_by_its_length_blocks() -> None:
    content = kept_yard()
    for it in content["features"]:
        if it["properties"]["kind"] == "hydrant":
            it["properties"]["hose_m"] = 34
    short = found(content)["hose_reach"]
    assert short.severity is Severity.MEND
    for it in content["features"]:
        if it["properties"]["kind"] == "hydrant":
            it["properties"]["hose_m"] = 20
    assert found(content)["hose_reach"].severity is Severity.BLOCKS


def test_the_legal_capacity_is_what_stacks_may_hold_and_nothing_where_one_blocks() -> None:
    drawing = from_geojson(kept_yard())
    capacity = legal_capacity(drawing, FireRules(DAY))
    # 9.5 m x 11.8 m, three bales high.
    assert [it.bales for it in capacity.stacks] == [336] * 4
    assert capacity.bales == 4 * 336
    assert capacity.mass_kg == capacity.bales * 110
    content = added(kept_yard(), "line", "power_line", line((-20, 42.8), (90, 42.8)), pole_height_m=10)
    blocked = legal_capacity(from_geojson(content), FireRules(DAY))
    assert {it.stack for it in blocked.stacks if it.is_blocked} == {it.stack for it in blocked.stacks if it.bales == 0}
    assert sum(it.is_blocked for it in blocked.stacks) > 0


def test_where_the_engine_cannot_come_round_or_has_no_water_the_whole_yard_may_hold_nothing() -> None:
    dry = kept_yard()
    dry["features"] = [it for it in dry["features"] if it["properties"]["kind"] not in ("hydrant", "pond")]
    assert found(dry)["hydrants_at_ends"].severity is Severity.BLOCKS
    narrow = added(kept_yard(), "shed", "building", rectangle(2, 18, 5, 22), fire_grade=2, use="guard_room", height_m=3)
    assert {"strip_blocked", "ring_width"} & found(narrow).keys()
    for content in (dry, narrow):
        capacity = legal_capacity(from_geojson(content), FireRules(DAY))
        assert (capacity.bales, {it.is_blocked for it in capacity.stacks}) == (0, {True})


def test_a_drawing_is_read_as_it_was_written() -> None:
    for path in sorted(YARDS.glob("*.geojson")):
        drawing = read_yard_drawing(path)
        once = to_geojson(drawing)
        assert to_geojson(from_geojson(json.loads(json.dumps(once)))) == once


def test_findings_are_plain_values_and_the_worst_stands_first() -> None:
    content = kept_yard()
    content["features"] = [it for it in content["features"] if it["properties"]["kind"] not in ("camera", "light")]
    feature(content, "stack-1")["properties"]["height_m"] = 4.0
    findings = check_yard(from_geojson(content), FireRules(DAY))
    assert findings == worst_first(reversed(findings))
    ranks = [list(Severity).index(it.severity) for it in findings]
    assert ranks == sorted(ranks)
    assert {it.severity for it in findings} == {Severity.BLOCKS, Severity.MEND}
    assert json.loads(json.dumps([it.as_json() for it in findings])) == [it.as_json() for it in findings]


def test_a_countys_weaker_figure_shows_the_plans_as_well(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    row = '[[ring_m.values]]\nsince = 2026-01-01\nvalue = 4\nsource = "letter"\nverified = true\n'
    path.write_text(f'[ring_m]\nunit = "m"\n{row}', encoding="utf-8")
    rules = FireRules(DAY, read_rulebook(path))
    (advice,) = check_yard(from_geojson(kept_yard()), rules)
    assert (advice.rule, advice.severity, advice.measured, advice.required) == (
        "weaker_than_plan",
        Severity.ADVICE,
        4,
        6,
    )
    assert [basis.value for basis in advice.bases] == [6, 4]
    west, south, _, north = from_geojson(kept_yard()).stack_areas[0].shape.bounds
    middle = (south + north) / 2
    hut = rectangle(west - 3, middle, west - 2, middle + 1)
    blocked = found(added(kept_yard(), "hut", "building", hut, use="office", height_m=3), rules)["strip_blocked"]
    assert [(basis.value, basis.source[:3]) for basis in blocked.bases] == [(4, "let"), (6, "H32")]
    path.write_text(f'[ring_m]\nunit = "m"\n{row.replace("4", "8")}', encoding="utf-8")
    stronger = found(kept_yard(), FireRules(DAY, read_rulebook(path)))
    assert "weaker_than_plan" not in stronger
