"""A made-up day of hauls as a folder that any engine can read: places, ways, classes, trucks, hauls; and our answer.

docs/haul_instances.md describes the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from solver.hauling.day_answer import TruckLoad
from solver.hauling.problem import HaulArrays

KM_FILE, PLACES_FILE, CLASSES_FILE, TRUCKS_FILE = "km.csv", "places.csv", "classes.csv", "trucks.csv"
HAULS_FILE, ANSWER_FILE, RESULT_FILE = "hauls.csv", "answer.csv", "result.json"


def write_day(folder: Path, day: HaulArrays, rows: Sequence[TruckLoad], result: Mapping[str, object]) -> None:
    """Write the day, the rows of our answer and what `bench hauls` says of it; the folder is made where it is missing.

    Raises OSError where it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = list(day.place_ids)
    tables = {
        KM_FILE: pd.DataFrame(day.travel_km[0], index=pd.Index(places, name="from"), columns=places).reset_index(),
        PLACES_FILE: _places(day),
        CLASSES_FILE: _classes(day),
        TRUCKS_FILE: pd.DataFrame(
            {
                "truck_id": day.truck_ids,
                "class": [day.classes[c] for c in day.truck_class],
                "home_id": [places[p] for p in day.truck_home],
                "shift_start_min": day.shift_start,
                "shift_end_min": day.shift_end,
            }
        ),
        HAULS_FILE: _hauls(day),
        ANSWER_FILE: _answer(day, rows),
    }
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, float_format="%.6f")
    (folder / RESULT_FILE).write_text(json.dumps(dict(result), indent=1) + "\n", encoding="utf-8")


def _places(day: HaulArrays) -> pd.DataFrame:
    kinds = np.repeat(
        ["yard", "plant", "field"], [day.yards, day.hubs - day.yards, len(day.place_ids) - day.hubs]
    ).tolist()
    trucks = len(day.truck_ids)
    has_limit = day.bays <= trucks
    ready = [
        float((row > 0).argmax()) if kind == "field" else None for kind, row in zip(kinds, day.slack_t, strict=True)
    ]
    bays = [int(n) if limited else None for n, limited in zip(day.bays, has_limit, strict=True)]
    return pd.DataFrame(
        {
            "place_id": day.place_ids,
            "kind": kinds,
            "bays": pd.array(bays, dtype="Int64"),
            "ready_min": ready,
            "weighing_min": [0.0 if kind == "field" else day.weigh_min for kind in kinds],
        }
    )


def _classes(day: HaulArrays) -> pd.DataFrame:
    apart = day.travel_km[0] > 0
    first = [int((day.truck_class == c).argmax()) for c in range(len(day.classes))]
    return pd.DataFrame(
        {
            "class": day.classes,
            "yuan_per_day": day.yuan_per_day[first],
            "yuan_per_h": day.yuan_per_min[first] * 60.0,
            "yuan_per_km": day.yuan_per_km[first],
            "min_per_km": [float((m[apart] / day.travel_km[0][apart]).max()) for m in day.travel_min],
            "loading_min": day.load_t * day.load_min_per_t,
            "unloading_min": day.load_t * day.unload_min_per_t,
        }
    )


def _hauls(day: HaulArrays) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "haul_id": [_haul_id(i) for i in range(len(day.wanted_t))],
            "origin_id": [day.place_ids[p] for p in day.origins[:, 0]],
            "destination_id": [day.place_ids[p] for p in day.destination],
            "loads": np.rint(day.wanted_t / day.load_t.min()).astype(np.int64),
            "left_yuan_per_load": day.value_yuan_per_t * day.load_t.min(),
            "classes": [
                "|".join(name for name, may in zip(day.classes, row, strict=True) if may) for row in day.admitted
            ],
        }
    )


def _answer(day: HaulArrays, rows: Sequence[TruckLoad]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "truck_id": [day.truck_ids[row.truck] for row in rows],
            "haul_id": [_haul_id(row.wish) for row in rows],
            "load_start_min": [row.load_start_min for row in rows],
            "load_end_min": [row.load_end_min for row in rows],
            "unload_start_min": [row.unload_start_min for row in rows],
            "unload_end_min": [row.unload_end_min for row in rows],
        }
    )
    frame.insert(1, "seq", frame.groupby("truck_id").cumcount() + 1)
    return frame


def _haul_id(wish: int) -> str:
    return f"H{wish + 1:05}"
