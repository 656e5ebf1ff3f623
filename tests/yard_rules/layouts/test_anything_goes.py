"""Whatever is in a file, the reader says what is wrong with it or the check gives its findings: nothing else."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.yard_rules.layouts.base_yards import BASE_YARDS, small
from tests.yard_rules.layouts.drawing import Drawing
from tests.yard_rules.layouts.judging import RULES, findings_of
from tests.yard_rules.layouts.test_properties import same_measures
from yard_rules.fire import check_yard
from yard_rules.yard_drawing import DrawingFaults, from_geojson, to_geojson

FEW = settings(max_examples=15, deadline=None)
ODD = st.sampled_from(
    [None, True, "", "x", "NaN", 0, -1, 1e-320, 1e308, float("nan"), float("inf"), 10**400, [], {}, [[]], [0, 0],
     [[0, 0]], {"type": "Point", "coordinates": [5, 5]}, {"kind": "stack"}, "stack", "site", "\x00", 0.5, 3, 40]
)  # fmt: skip
IN_METRES = sorted(name for name in BASE_YARDS if "degrees" not in name)


def spoil(value: Any, chance: st.DataObject, depth: int = 0) -> Any:
    """The value with one part somewhere inside replaced by something odd, doubled or taken away."""
    if isinstance(value, dict | list) and value and (depth < 2 or chance.draw(st.integers(0, 3))):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = chance.draw(st.sampled_from(keys))
        fresh = value.copy()
        match chance.draw(st.sampled_from(["inside"] * 8 + ["away", "twice"])):
            case "away":
                del fresh[key]
            case "twice" if isinstance(fresh, list):
                fresh.append(fresh[key])
            case _:
                fresh[key] = spoil(value[key], chance, depth + 1)
        return fresh
    return chance.draw(ODD)


@FEW
@given(st.data(), st.integers(1, 4))
def test_a_spoiled_file_is_told_or_judged(chance: st.DataObject, times: int) -> None:
    content = small().geojson()
    for _ in range(times):
        content = spoil(content, chance) if isinstance(content, dict | list) else content
    with suppress(DrawingFaults):
        json.dumps([finding.as_json() for finding in check_yard(from_geojson(content), RULES)], allow_nan=False)


@FEW
@given(st.sampled_from(IN_METRES), st.sampled_from(IN_METRES), st.data())
def test_a_yard_of_any_pieces_is_judged(one: str, other: str, chance: st.DataObject) -> None:
    pieces = BASE_YARDS[one]().features | BASE_YARDS[other]().features
    kept = chance.draw(st.sets(st.sampled_from(sorted(set(pieces) - {"site"}))))
    drawing = Drawing(features={key: piece for key, piece in pieces.items() if key in kept or key == "site"})
    with suppress(DrawingFaults):
        json.dumps([finding.as_json() for finding in findings_of(drawing)], allow_nan=False)


@pytest.mark.parametrize("name", sorted(BASE_YARDS))
def test_a_drawing_written_and_read_again_is_judged_alike(name: str) -> None:
    # Something is missing from it, so that there is something to find.
    drawing = from_geojson(BASE_YARDS[name]().without("L1").but("gate", name="Gate é", road="other").geojson())
    again = from_geojson(json.loads(json.dumps(to_geojson(drawing))))
    assert len(check_yard(drawing, RULES)) == 2
    same_measures(check_yard(drawing, RULES), check_yard(again, RULES))
