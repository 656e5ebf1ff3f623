"""Every layout of the examination: the base yards, and each with one thing changed."""

from __future__ import annotations

from tests.yard_rules.layouts.base_yards import BASE_YARDS
from tests.yard_rules.layouts.distance_layouts import DISTANCE_LAYOUTS
from tests.yard_rules.layouts.equipment_layouts import EQUIPMENT_LAYOUTS
from tests.yard_rules.layouts.layout import Layout, valid
from tests.yard_rules.layouts.ring_layouts import RING_LAYOUTS
from tests.yard_rules.layouts.site_layouts import SITE_LAYOUTS
from tests.yard_rules.layouts.stack_layouts import STACK_LAYOUTS

LAYOUTS: list[Layout] = [
    *(valid(f"base yard {name}", make()) for name, make in BASE_YARDS.items()),
    *SITE_LAYOUTS,
    *RING_LAYOUTS,
    *STACK_LAYOUTS,
    *DISTANCE_LAYOUTS,
    *EQUIPMENT_LAYOUTS,
]
