"""What an emergency card says: tasks and bans of the heat rulebook, directions, kinds of neighbours and roads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.texts import _
from yard_rules.heat.ladder import Ban, Task
from yard_rules.yard_drawing import GateRoad, NeighbourUse

TASK_TEXTS: Final[Mapping[str, str]] = {
    Task.CALL_119: _("Call 119. Say: straw stacks burn; the coordinates and the gate on this card."),
    Task.EVACUATE: _("Everybody out of the stack area, upwind, to the gathering place. Count who is there."),
    Task.CHARGE_HOSE: _("Lay the hose and fill it with water before anybody opens anything."),
    Task.SECOND_PERSON: _("Nobody goes near alone: always two."),
    Task.CLEAR_NEIGHBOURS: _("Move trucks and machines away, clear the stacks beside it."),
    Task.STOP_VENTILATION: _("Stop fans; air feeds the fire."),
    Task.PLAN_DISPATCH: _("Plan to take this stack away."),
    Task.DISPATCH_FIRST: _("This stack leaves first, as soon as it may be loaded."),
    Task.OPEN: _("Open the stack at a cool end, with the hose filled."),
    Task.CHECK_WET_LINE: _("Look for the wet line in the stack."),
    Task.TAKE_DOWN: _("Take the stack down bale by bale, each measured."),
}
BAN_TEXTS: Final[Mapping[str, str]] = {
    Ban.OPENING: _("Do not open the stack: air makes it flare up."),
    Ban.LOADING: _("Load no bale of it onto a truck."),
    Ban.MORE_BALES: _("Bring no more bales."),
}
# By eighths of a turn, clockwise from north.
SIDE_TEXTS: Final = (
    _("north"), _("north-east"), _("east"), _("south-east"), _("south"), _("south-west"), _("west"), _("north-west"),
)  # fmt: skip
NEIGHBOUR_TEXTS: Final[Mapping[str, str]] = {
    NeighbourUse.HOME: _("homes"),
    NeighbourUse.SCHOOL: _("school"),
    NeighbourUse.PUBLIC_BUILDING: _("public building"),
    NeighbourUse.WORKSHOP: _("workshop"),
    NeighbourUse.STORE: _("store"),
    NeighbourUse.CLASS_A: _("class-A workshop or store"),
    NeighbourUse.TRANSFORMER: _("transformer"),
    NeighbourUse.OPEN_FLAME: _("open flame"),
    NeighbourUse.RAILWAY: _("railway"),
    NeighbourUse.ROAD: _("road"),
    NeighbourUse.WATER: _("open water"),
    NeighbourUse.OTHER: _("other neighbour"),
}
ROAD_TEXTS: Final[Mapping[str, str]] = {
    GateRoad.TOWNSHIP: _("at a township road"),
    GateRoad.VILLAGE_MAIN: _("at a main village road"),
    GateRoad.OTHER: _("at another road"),
    GateRoad.NONE: _("at no road"),
}
WATER_TEXTS: Final[Mapping[str, str]] = {
    "hydrant": _("hydrant"),
    "pond": _("fire pond"),
    "hose_point": _("hose point"),
    "neighbour": _("open water"),
}
