"""A drawing whose coordinates are not in its unit is told once, with what to change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.fire_safety.drawings.fault_texts import fault_text
from app.i18n import spoken
from tests.yard_rules.fire.yards import Content, kept_yard
from yard_rules.yard_drawing import DrawingFaults, from_geojson
from yard_rules.yard_drawing.projection import degrees_about


def moved(change: Callable[[float, float], list[float]], unit: str) -> Content:
    content = kept_yard()
    content["strawline"]["unit"] = unit

    def places(it: list) -> list:  # type: ignore[type-arg]
        return change(*it[:2]) if not isinstance(it[0], list) else [places(one) for one in it]

    for it in content["features"]:
        it["geometry"]["coordinates"] = places(it["geometry"]["coordinates"])
    return content


def in_degrees(x: float, y: float) -> list[float]:
    return [float(it) for it in degrees_about((120.7, 30.5), np.array([[x, y]]))[0]]


@pytest.mark.parametrize(
    ("content", "words", "chinese"),
    [
        (moved(in_degrees, "m"), 'write "degrees" as the unit', "度"),
        (moved(lambda x, y: [x, y], "degrees"), 'write "m" as the unit', "米"),
        (moved(lambda x, y: in_degrees(x, y)[::-1], "degrees"), "exchange the two numbers", "经度"),
    ],
)
def test_a_wrong_unit_is_one_fault(content: Content, words: str, chinese: str) -> None:
    with pytest.raises(DrawingFaults) as raised:
        from_geojson(content)
    (fault,) = raised.value.faults
    assert fault.part == "strawline.unit"
    assert words in fault.text
    with spoken("zh"):
        assert chinese in fault_text(fault)


def test_coordinates_in_their_unit_are_none() -> None:
    assert from_geojson(moved(in_degrees, "degrees")).site.shape.area > 1000
