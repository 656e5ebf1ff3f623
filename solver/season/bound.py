"""A lower bound on the cost of any plan of a whole season.

What a plan pays is relaxed step by step, each step only making it cheaper:

- **Ways.** A truck's kilometres and hours are paid at the lowest prices of its class, hours with a share of the day's
  price (a truck's day of h hours pays at least h / longest shift of it). Every walk between two places costs at least
  the cheapest way of the class between them on the roads (`LeastWays`), and that obeys the triangle inequality.
- **Loads.** A load of t tonnes is t / full load of a load. A tour over several fields costs at least the sum of its
  parts as fractions, each as "hub → field → hub", and the rest of the truck as "hub → hub": the triangle inequality
  again. Waiting is left out; loading, unloading and weighing are paid (weighing per full load).
- **Trucks.** A truck's day is a closed walk, so at every hub as many trucks of a class leave as arrive in a period;
  when they do so, and where their homes are, is left free. Hours of a class are at most those of its shifts.
- **Balers.** A mu baled pays its work and its share of the way from the baler's home to the field and back
  (`season.least_baling`). The shifts of a home's balers are one pool of hours, and so are those in dry weather.
- **Time.** Days are bundled into periods: straw is baled in a period with a dry day of its window, hauled in the same
  or a later one, at the fewest nights between them. Stocks, intakes, bays, storage and needs are kept per period.
  Where shifts pass midnight, stocks of yards are held only at the season's end, and bays get one day more.

The relaxed season is a linear program with some hundred thousand (field, period, class, hub, hub) columns too many to
solve as such. `Circulation` solves it with fields in groups at mean ways; its duals of the shared rows then price
every field by itself, over all periods, classes and hubs. By Lagrangian duality that is a lower bound whatever the
duals are; good duals only make it high. What the check tolerates (0.01 t, a minute) is not taken off.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from solver.linear_program import NoSolution
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.circulation import Circulation
from solver.season.geometry import SeasonGeometry
from solver.season.least_baling import least_baling
from solver.season.least_ways import least_ways
from solver.season.periods import periods_of

Floats = npt.NDArray[np.float64]

# So many periods at most: a season of seven weeks day by day, a longer one in bundles.
MOST_PERIODS = 60


def season_bound_yuan(scenario: Scenario, geometry: SeasonGeometry, ways: Ways) -> float:
    """A lower bound of `cost_yuan.total` of any plan of all days of the scenario that passes the check."""
    if not geometry.classes or not scenario.dates:
        return _without_trucks(scenario)
    days = len(scenario.dates)
    periods = periods_of(days, near_days=0, bundle_days=math.ceil(days / MOST_PERIODS))
    baling = least_baling(scenario, ways, periods)
    model = Circulation(scenario, geometry, least_ways(scenario, geometry, ways), periods, baling=baling)
    try:
        duals = model.lp.solve(method="barrier").row_duals
    except NoSolution:
        duals = np.zeros(0)
    if not duals.size:
        duals = np.zeros(model.lp.rows)
    return max(_lagrangian_yuan(model, duals), 0.0)


def _without_trucks(scenario: Scenario) -> float:
    """Nothing moves: everything is left, and plants live from their stock."""
    days = len(scenario.dates)
    left_t = sum(f.dry_straw_t for f in scenario.fields)
    short_t = sum(max(p.daily_need_t * days - p.opening_stock_t, 0.0) for p in scenario.plants)
    return left_t * scenario.value_yuan_per_t + short_t * scenario.shortage_yuan_per_t


def _lagrangian_yuan(model: Circulation, duals: Floats) -> float:
    """What every field and every shared column costs at least at these prices of the shared rows."""
    prices = duals.copy()
    prices[model.shared_rows :] = 0.0  # rows of single groups: fields are priced one by one instead
    prices[model.hub_rows] = _without_free_rides(model, prices)
    constant, reduced = model.lp.priced(prices)
    lower, upper = model.lp.column_bounds()
    shared = slice(0, model.shared_columns)
    # no flow of tonnes exceeds all straw and need there is; empty trucks have no negative reduced cost left
    most = np.minimum(upper[shared], model.everything_t())
    most[model.empty] = 0.0
    worth = reduced[shared]
    bounded = np.where(worth < 0, worth * most, worth * lower[shared]).sum()
    straw = (model.to_bale + model.lying).sum() * model.scenario.value_yuan_per_t
    return constant + float(bounded) + float(straw) + _fields_yuan(model, prices)


def _without_free_rides(model: Circulation, prices: Floats) -> Floats:
    """Hub prices (C, P, H) under which no empty trip has a negative reduced cost.

    An empty trip i → j costs yuan − hour price × h − p(i) + p(j) ≥ 0, so p(i) is at most the least over j of that way's
    cost + p(j). As ways obey the triangle inequality, taking that least once is enough but for the last digits.
    """
    hour_price = np.maximum(-prices[model.hour_rows], 0.0)
    ride = _priced(model.ways.yuan_hub, model.ways.h_hub, hour_price)
    hub = prices[model.hub_rows]
    for _ in range(hub.shape[2]):
        lower = np.minimum(hub, (ride + hub[:, :, None, :]).min(axis=3))
        if np.array_equal(lower, hub):
            break
        hub = lower
    return hub


def _priced(yuan: Floats, hours: Floats, hour_price: Floats) -> Floats:
    """Ways (…, A, B) with their hours at prices (…, P): (…, P, A, B), inf without a way."""
    passable = np.isfinite(hours)
    yuan, hours = np.where(passable, yuan, np.inf), np.where(passable, hours, 0.0)
    priced = yuan[..., None, :, :] + hour_price[..., :, None, None] * hours[..., None, :, :]
    return np.asarray(priced, dtype=np.float64)


def _fields_yuan(model: Circulation, prices: Floats) -> float:
    """The sum over fields of the least that their straw adds: 0 where leaving it is cheapest."""
    value = model.scenario.value_yuan_per_t
    haul = _haul_yuan_per_t(model, prices)  # (F, P)
    first = model.periods.first
    lateness = model.scenario.lateness_yuan_per_t_day
    in_time = first <= model.haul_until[:, None]
    haul = np.where(in_time, haul, np.inf)
    lying = (haul + lateness * first).min(axis=1)
    total = float(np.sum(np.minimum(lying - value, 0.0) * model.lying))
    work = _baling_yuan_per_t(model, prices)  # (F, P)
    fresh = np.full(len(haul), np.inf)
    for period in range(len(model.periods)):
        bales = model.bale_until[:, period] >= 0
        if not bales.any():
            continue
        # past midnight a truck's row may bear the date before the bales'
        earliest = max(period - 1, 0) if model.overnight else period
        nights = np.maximum(first[None, earliest:] - model.bale_until[bales, period][:, None], 0)
        best = (haul[bales, earliest:] + lateness * nights).min(axis=1)
        fresh[bales] = np.minimum(fresh[bales], best + work[bales, period])
    return total + float(np.sum(np.minimum(fresh - value, 0.0) * model.to_bale))


def _baling_yuan_per_t(model: Circulation, prices: Floats) -> Floats:
    """(F, P): the least that baling a tonne of a field costs, over the kinds of balers."""
    baling = model.baling
    dry_price = np.maximum(-prices[model.dry_rows], 0.0)[baling.home]  # (K, P)
    shift_price = np.maximum(-prices[model.shift_rows], 0.0)[baling.home]
    best = np.full((len(model.to_bale), len(model.periods)), np.inf)
    for kind, per_mu in enumerate(baling.yuan_per_mu):
        hours = baling.shift_h_per_mu[kind][:, None] * shift_price[kind]
        best = np.minimum(best, per_mu + hours + baling.work_h_per_mu[kind] * dry_price[kind])
    return np.where(np.isfinite(best), np.where(np.isfinite(best), best, 0.0) * model.mu_per_t[:, None], np.inf)


def _haul_yuan_per_t(model: Circulation, prices: Floats) -> Floats:
    """(F, P): the least that a tonne of a field costs from its loading to its hub, over classes and hubs."""
    ways, geometry, yards = model.ways, model.geometry, model.geometry.yards
    hour_price = np.maximum(-prices[model.hour_rows], 0.0)
    hub_price = prices[model.hub_rows]
    per_hub = np.concatenate([prices[model.yard_rows], prices[model.plant_rows]], axis=1)  # (P, H)
    per_hub[:, yards:] -= prices[model.intake_rows]
    bay_price = np.maximum(-prices[model.bay_rows], 0.0)
    best = np.full((len(geometry.field_ids), len(model.periods)), np.inf)
    for cls in range(len(geometry.classes)):
        admitted = np.flatnonzero(geometry.admitted[:, cls])
        if not admitted.size:
            continue
        load_t = model.load_t[cls]
        to, to_h = ways.yuan_to_field[cls][:, admitted], ways.h_to_field[cls][:, admitted]
        back, back_h = ways.yuan_from_field[cls][admitted], ways.h_from_field[cls][admitted]
        come = (_priced(to, to_h, hour_price[cls]) - hub_price[cls][:, :, None]).min(axis=1).T / load_t  # (F, P)
        go = (_priced(back, back_h, hour_price[cls]) + hub_price[cls][:, None, :]) / load_t  # (P, F, H)
        go = go + (per_hub + bay_price * model.unload_min[cls])[:, None, :]
        go[:, :, yards:] = np.where(model.direct[admitted].transpose(1, 0, 2), go[:, :, yards:], np.inf)
        serve = model.collect_h[cls] * (ways.yuan_per_h[cls] + hour_price[cls])
        best[admitted] = np.minimum(best[admitted], come + go.min(axis=2).T + serve)
    return best
