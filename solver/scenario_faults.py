"""Faults between the rows and tables of a scenario: ids that are not of their own, references that lead nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from solver.csv_tables import Table

_OWN_ID = {
    "towns.csv": "town_id",
    "fields.csv": "field_id",
    "yards.csv": "yard_id",
    "plants.csv": "plant_id",
    "balers.csv": "baler_id",
    "truck_classes.csv": "truck_class",
    "trucks.csv": "truck_id",
}
_PLACES = ("fields.csv", "yards.csv", "plants.csv")

# file, column, files that may hold the id, whether the cell may be empty
_REFERENCES: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("fields.csv", "town_id", ("towns.csv",), False),
    ("fields.csv", "max_truck_class", ("truck_classes.csv",), True),
    ("yards.csv", "town_id", ("towns.csv",), False),
    ("yards.csv", "adjacent_plant_id", ("plants.csv",), True),
    ("plants.csv", "town_id", ("towns.csv",), False),
    ("balers.csv", "home_yard_id", ("yards.csv",), False),
    ("trucks.csv", "home_yard_id", ("yards.csv",), False),
    ("trucks.csv", "truck_class", ("truck_classes.csv",), False),
    ("direct_hauls.csv", "town_id", ("towns.csv",), False),
    ("direct_hauls.csv", "plant_id", ("plants.csv",), False),
    ("hours.csv", "place_id", ("yards.csv", "plants.csv"), False),
)


def check_ids(tables: Mapping[str, Table]) -> None:
    """Ids are there, stand once (fields, yards and plants together) and hold no `+`."""
    place_of_id: dict[str, tuple[str, int]] = {}
    for file, column in _OWN_ID.items():
        if file not in tables or not tables[file].has(column):
            continue
        table = tables[file]
        first = place_of_id if file in _PLACES else {}
        for index, own_id in enumerate(table.cells(column)):
            if not own_id:
                table.fault(index, column, "an id, not empty")
                continue
            if "+" in own_id:
                table.fault(index, column, "an id without +")
            if own_id in first:
                other_file, other_row = first[own_id]
                table.fault(index, column, f"an id of its own; {other_file} row {other_row} has it already")
            else:
                first[own_id] = (file, table.rows[index])


def check_references(tables: Mapping[str, Table]) -> None:
    """Every id that a table refers to is an id of the table that it belongs to."""
    for file, column, targets, may_be_empty in _REFERENCES:
        # Where a file cannot be read, its ids are not known: that fault is enough.
        if file not in tables or not tables[file].has(column):
            continue
        if any(target not in tables or not tables[target].has(_OWN_ID[target]) for target in targets):
            continue
        known = {own_id for target in targets for own_id in tables[target].cells(_OWN_ID[target]) if own_id}
        table = tables[file]
        for index, text in enumerate(table.cells(column)):
            if text not in known and not (may_be_empty and not text):
                names = " or ".join(targets)
                table.fault(index, column, f"an id of {names}{', or empty' if may_be_empty else ''}")


# kind of an outage: the files that may hold its id
_OUT = {"place": _PLACES, "truck": ("trucks.csv",), "baler": ("balers.csv",)}


def check_outages(tables: Mapping[str, Table]) -> None:
    """An outage is of a place, truck or baler of the scenario."""
    table = tables.get("outages.csv")
    if table is None or not (table.has("kind") and table.has("id")):
        return
    for index, (kind, own_id) in enumerate(zip(table.cells("kind"), table.cells("id"), strict=True)):
        files = _OUT.get(kind, ())
        if not files or any(file not in tables or not tables[file].has(_OWN_ID[file]) for file in files):
            continue
        if not any(own_id in tables[file].cells(_OWN_ID[file]) for file in files):
            table.fault(index, "id", f"an id of {' or '.join(files)}")
