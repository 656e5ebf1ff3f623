"""Coordinates of Chinese maps become WGS-84 and back, to well under a metre."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.file_exchange.coordinates import CoordinateSystem, from_wgs84, to_wgs84

# Place: WGS-84, GCJ-02, BD-09 (longitude, latitude), to six decimals.
KNOWN = {
    "Haining seat": ((120.68638, 30.53629), (120.690610, 30.533831), (120.697113, 30.539845)),
    "Xucun": ((120.36473, 30.43523), (120.369324, 30.432962), (120.375731, 30.439278)),
    "Huangwan": ((120.79531, 30.36715), (120.799557, 30.364681), (120.806109, 30.370493)),
}
SHIFTED = [CoordinateSystem.GCJ02, CoordinateSystem.BD09]
DEGREE_M = 111_320.0


def metres_apart(first: tuple[object, object], second: tuple[object, object]) -> float:
    lon = np.asarray(first[0]) - np.asarray(second[0])
    lat = np.asarray(first[1]) - np.asarray(second[1])
    return float(np.max(np.hypot(lon, lat)) * DEGREE_M)


@pytest.mark.parametrize("place", KNOWN)
@pytest.mark.parametrize("system", SHIFTED)
def test_known_points_agree_to_twenty_centimetres(place: str, system: CoordinateSystem) -> None:
    wgs84, *others = KNOWN[place]
    shifted = others[SHIFTED.index(system)]
    assert metres_apart(from_wgs84(*wgs84, system), shifted) < 0.2
    assert metres_apart(to_wgs84(*shifted, system), wgs84) < 0.2


@pytest.mark.parametrize("system", SHIFTED)
@given(st.floats(min_value=74, max_value=134), st.floats(min_value=18, max_value=53))
def test_there_and_back_is_less_than_a_millimetre_anywhere_in_china(
    system: CoordinateSystem, lon: float, lat: float
) -> None:
    assert metres_apart(to_wgs84(*from_wgs84(lon, lat, system), system), (lon, lat)) < 0.001
    assert metres_apart(from_wgs84(*to_wgs84(lon, lat, system), system), (lon, lat)) < 0.001


def test_many_points_are_converted_as_one_is() -> None:
    lon, lat = (
        np.array([wgs84[0] for wgs84, *_ in KNOWN.values()]),
        np.array([wgs84[1] for wgs84, *_ in KNOWN.values()]),
    )
    together = from_wgs84(lon, lat, CoordinateSystem.BD09)
    for index in range(len(lon)):
        alone = from_wgs84(lon[index], lat[index], CoordinateSystem.BD09)
        assert metres_apart((together[0][index], together[1][index]), alone) == 0


@pytest.mark.parametrize("system", CoordinateSystem)
def test_points_outside_china_are_left_alone(system: CoordinateSystem) -> None:
    assert metres_apart(from_wgs84(11.58, 49.94, system), (11.58, 49.94)) == 0
    assert metres_apart(to_wgs84(11.58, 49.94, system), (11.58, 49.94)) == 0


def test_wgs84_is_not_touched() -> None:
    assert metres_apart(to_wgs84(120.5, 30.5, CoordinateSystem.WGS84), (120.5, 30.5)) == 0


@pytest.mark.parametrize("system", SHIFTED)
def test_numbers_that_are_no_coordinates_do_not_raise(system: CoordinateSystem) -> None:
    lon, lat = to_wgs84([np.nan, np.inf, 1e308], [30.0, -np.inf, 1e308], system)
    assert np.isnan(lon[0])
    assert lat.shape == (3,)
