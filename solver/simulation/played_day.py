"""One day as it really goes: what balers and trucks were told, played with scattered times, breakdowns and queues.

Balers start as told and stop when their hours, the weather or their field's straw end. A truck goes through its loads
in order. Before it sets out it knows by telephone what is there: it waits a while for straw that a baler or another
truck still brings, takes what there is, and passes over a load that does not come, or that would bring it home too
late. What it has loaded it unloads, even after closing time; where a yard has no room it waits a while, and then stacks
beside: overflow. A day is played to its end before the next begins.
"""

from __future__ import annotations

from solver.simulation.day_world import DayWorld, Machine
from solver.simulation.evening import DayOrders
from solver.simulation.played_baler import PlayedBaler
from solver.simulation.played_truck import PlayedTruck


def play_day(world: DayWorld, orders: DayOrders) -> None:
    """Play what was ordered to the end of the day; the world's rows and what stands where move on."""
    scenario = world.known.county.scenario
    balers, trucks = orders.balers(), orders.trucks()
    breakdowns = world.breakdowns(
        [b.shift_hours for b in scenario.balers],
        world.figures.baler_hours_between_breakdowns,
        world.figures.baler_repair_h,
    )
    for number, baler in enumerate(scenario.balers):
        if baler.baler_id in balers:
            for stop in balers[baler.baler_id]:
                world.straw_of(world.known.field_index[stop.field_id]).to_begin += 1
            machine = Machine(_at(breakdowns[number], baler.shift_start_min))
            world.env.process(PlayedBaler(world, number, machine).steps(balers[baler.baler_id]))
    breakdowns = world.breakdowns(
        [t.shift_hours for t in scenario.trucks],
        world.figures.truck_hours_between_breakdowns,
        world.figures.truck_repair_h,
    )
    for number, truck in enumerate(scenario.trucks):
        if truck.truck_id in trucks:
            machine = Machine(_at(breakdowns[number], truck.shift_start_min))
            world.env.process(PlayedTruck(world, number, machine).steps(trucks[truck.truck_id]))
    world.env.run()
    world.closing()


def _at(breakdown: tuple[float, float] | None, shift_start: float) -> tuple[float, float] | None:
    return None if breakdown is None else (shift_start + breakdown[0], breakdown[1])
