"""A drawing as a GeoJSON file."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Any, Final

import shapely

from yard_rules.yard_drawing.kinds import FORMAT, KINDS
from yard_rules.yard_drawing.model import Thing, YardDrawing

# A tenth of a millimetre: finer than any rule.
_GRID_DECIMALS: Final = 4


def to_geojson(drawing: YardDrawing) -> dict[str, Any]:
    """Return the drawing as a GeoJSON value in metres; what is not known is left out. Lengths to 0.1 mm."""
    head: dict[str, Any] = {"format": FORMAT, "yard_id": drawing.yard_id, "name": drawing.name, "unit": "m"}
    if drawing.origin is not None:
        head["origin"] = list(drawing.origin)
    head["synthetic"] = drawing.is_synthetic
    return {
        "type": "FeatureCollection",
        "strawline": head,
        "features": [_feature(thing) for thing in drawing.things()],
    }


def write_yard_drawing(drawing: YardDrawing, path: Path) -> None:
    """Write the drawing as a file with one line for a feature; the same drawing gives the same bytes."""
    content = to_geojson(drawing)
    features = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in content["features"])
    head = json.dumps(content["strawline"], ensure_ascii=False)
    text = f'{{"type": "FeatureCollection",\n"strawline": {head},\n"features": [\n{features}\n]}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def _feature(thing: Thing) -> dict[str, Any]:
    properties: dict[str, Any] = {"kind": thing.kind}
    for name in ("name", *KINDS[thing.kind].properties):
        value = getattr(thing, name)
        if value is not None:
            properties[name] = value.value if isinstance(value, Enum) else value
    geometry = json.loads(shapely.to_geojson(thing.shape))
    geometry["coordinates"] = _rounded(geometry["coordinates"])
    return {"type": "Feature", "id": thing.id, "properties": properties, "geometry": geometry}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [_rounded(it) for it in coordinates]
    return round(float(coordinates), _GRID_DECIMALS) + 0.0
