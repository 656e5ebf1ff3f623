"""Speeds of a loaded bale truck by class of road.

Middle of the ranges in the project's operations notes, 'Speeds for routing' (estimates): field track 8–10, village
road 15–20, township road 25–35, county road 35–45, provincial or national road 45–55, town streets 20–25,
expressway 70–80 km/h. Slip roads are driven at the speed of a township road.
"""

from __future__ import annotations

from collections.abc import Mapping

LOADED_TRUCK_KM_H: Mapping[str, float] = {
    "motorway": 75.0,
    "motorway_link": 30.0,
    "trunk": 55.0,
    "trunk_link": 30.0,
    "primary": 50.0,
    "primary_link": 30.0,
    "secondary": 40.0,
    "secondary_link": 30.0,
    "tertiary": 30.0,
    "tertiary_link": 30.0,
    "unclassified": 18.0,
    "residential": 22.0,
    "living_street": 10.0,
    "service": 15.0,
    "road": 18.0,
    "track": 9.0,
}
