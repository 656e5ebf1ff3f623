"""All parts of the pages on one page, for those who build pages; only where the settings ask for it."""

from __future__ import annotations

from datetime import UTC, date, datetime

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
            "properties": {"name": name, "href": "#maps"},
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        for name, longitude, latitude in (("A", 120.52, 30.51), ("B", 120.61, 30.46), ("C", 120.69, 30.49))
    ],
}


@styleguide_views.get("/styleguide")
@needs(Door.MEMBERS)
def styleguide_page() -> str:
    return render_template(
        "styleguide.html",
        rows=_ROWS,
        features=_FEATURES,
        day=_DAY,
        moment=datetime(2026, 11, 12, 6, 5, tzinfo=UTC),
    )
