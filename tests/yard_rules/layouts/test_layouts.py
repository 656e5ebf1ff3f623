from __future__ import annotations

import re
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.yard_rules.layouts.all_layouts import LAYOUTS
from tests.yard_rules.layouts.judging import differences, findings_of
from tests.yard_rules.layouts.layout import Layout

TABLE_ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \|.*\| *[BMA][^|]*\|$", re.MULTILINE)
DOCUMENT = Path(__file__).parents[3] / "docs" / "yard_drawing.md"

# Where the check is other than the document; taken out when it is mended.
KNOWN_FAULTS: dict[str, str] = {}


def examined(layout: Layout) -> ParameterSet:
    fault = KNOWN_FAULTS.get(layout.name)
    marks = [pytest.mark.xfail(strict=True, reason=fault)] if fault else []
    return pytest.param(layout, id=layout.name, marks=marks)


@pytest.mark.parametrize("layout", [examined(layout) for layout in LAYOUTS])
def test_a_yard_is_judged_as_was_written_down_before(layout: Layout) -> None:
    assert differences(findings_of(layout.drawing), layout.expected) == []


def test_every_rule_of_the_document_is_broken_by_some_yard() -> None:
    rows = TABLE_ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    rules = {rule for row in rows for rule in re.findall(r"`(\w+)`", row)}
    assert len(rules) >= 45
    # That is about a county's figures, not about a layout: tests/yard_rules/fire.
    assert {expected.rule for layout in LAYOUTS for expected in layout.expected} == rules - {"weaker_than_plan"}
