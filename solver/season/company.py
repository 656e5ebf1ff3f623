"""Fields baled in company: what a field baled alone on a day costs more than one beside which balers work anyway.

A program in tonnes does not see that a baler drives once for two neighbouring fields. So the programme decided before
tells where balers work on which day, and a field pays its way from home by how little company it would have: cost by
the amount there was, as in dynamic slope scaling for fixed charges (Kim and Pardalos 1999). Decided again each morning,
balers come to keep to a neighbourhood for some days.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from solver.plan import SeasonRow
from solver.scenario import EARTH_RADIUS_KM, Scenario

Floats = npt.NDArray[np.float64]

# Fields so far apart, as the crow flies, are no company to each other; nearer ones the more the nearer.
COMPANY_KM = 2.5
# Company of so many hours is as good as any; alone counts as some hours, so that no price is out of all proportion.
MOST_COMPANY_H = 4.2
LEAST_COMPANY_H = 0.85


def company_h(scenario: Scenario, rows: Iterable[SeasonRow]) -> Floats:
    """(fields, days of the season): hours of baling near each field, itself included, that `rows` want of each day."""
    days = {day: i for i, day in enumerate(scenario.dates)}
    number = {f.field_id: i for i, f in enumerate(scenario.fields)}
    rate = np.mean([b.rate_mu_per_h for b in scenario.balers]) if scenario.balers else 1.0
    hours_per_t = [f.area_mu / max(f.to_bale_t, 1e-9) / rate for f in scenario.fields]
    wanted_h = np.zeros((len(number), len(days)))
    for row in rows:
        # the programme of a whole season also knows what was to be done before this one's first morning
        if row.bale_date in days and row.field_id in number:
            i = number[row.field_id]
            wanted_h[i, days[row.bale_date]] += row.dry_t * hours_per_t[i]
    return np.asarray(_nearness(scenario) @ wanted_h, dtype=np.float64)


def lonely_share(company: Floats) -> Floats:
    """How much of a way a field pays with so many hours of company: 1 alone, less in company."""
    return np.asarray(LEAST_COMPANY_H / (LEAST_COMPANY_H + np.minimum(company, MOST_COMPANY_H)), dtype=np.float64)


def _nearness(scenario: Scenario) -> csr_matrix:
    """(fields, fields): 1 for the field itself, falling to 0 at COMPANY_KM."""
    lon, lat = (np.radians([getattr(f, name) for f in scenario.fields]) for name in ("lon", "lat"))
    xyz = EARTH_RADIUS_KM * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    tree = cKDTree(xyz.reshape(-1, 3))
    near = tree.sparse_distance_matrix(tree, COMPANY_KM, output_type="coo_matrix")
    return csr_matrix((1.0 - near.data / COMPANY_KM, (near.row, near.col)), shape=near.shape)
