"""All parts of the pages on one page, for those who build pages; only where the settings ask for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, render_template

from app.accounts.permissions import Door, needs

styleguide_views = Blueprint("styleguide", __name__)

_DAY = date(2026, 11, 12)
_ROWS = (
    # id, name, tonnes, mu, yuan, state, day
    ("F-0104", "Zhang San", 18.4, 152.0, 2760.0, "drying", _DAY),
    ("F-0007", "Li Si", 1204.25, 9830.5, 180637.5, "late", None),
    ("F-0093", "Wang Wu", None, 40.2, 0.0, "growing", date(2026, 11, 3)),
)
_FEATURES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": name, "href": "#maps", "look": look},
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        for name, look, longitude, latitude in (
            ("A", "plain", 120.52, 30.51),
            ("B", "second", 120.61, 30.46),
            ("C", "third", 120.69, 30.49),
            ("D", "fourth", 120.65, 30.41),
            ("E", "alarm", 120.56, 30.44),
        )
    ],
}
_CHART_DAYS = [_DAY + timedelta(days=number) for number in range(-6, 1)]
_PLANNED_T = [1180, 1240.5, 1310, 1295, 1402, 1388, 1450]
_DONE_T = [1102.5, 1251, 1288, None, 1377, 1342.5, 960]


@styleguide_views.get("/styleguide")
@needs(Door.MEMBERS)
def styleguide_page() -> str:
    return render_template(
        "styleguide.html",
        rows=_ROWS,
        features=_FEATURES,
        day=_DAY,
        chart_days=_CHART_DAYS,
        planned_t=_PLANNED_T,
        done_t=_DONE_T,
        moment=datetime(2026, 11, 12, 6, 5, tzinfo=UTC),
    )
