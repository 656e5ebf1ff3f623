"""The tables of app/refusals stand together in app/errors.py, and none hides what another says."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from app import errors, refusals
from app.errors import RefusalKind


def test_every_refusal_has_one_name_and_one_code_and_is_found_in_the_catalogue() -> None:
    found = [
        (name, kind)
        for module in pkgutil.iter_modules(refusals.__path__)
        for name, kind in vars(import_module(f"app.refusals.{module.name}")).items()
        if isinstance(kind, RefusalKind)
    ]
    assert len(found) > 100
    assert len({name for name, _kind in found}) == len({kind.code for _name, kind in found}) == len(found)
    assert {name: kind for name, kind in vars(errors).items() if isinstance(kind, RefusalKind)} == dict(found)
