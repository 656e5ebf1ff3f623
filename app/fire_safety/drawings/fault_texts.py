"""What is wrong with the file of a drawing, in the reader's language. yard_rules says it in English sentences with
gaps; each sentence is found again by its pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from flask_babel import gettext

from app.texts import _
from yard_rules.yard_drawing import DrawingFault

# The gaps of a sentence are named in braces; the first sentence that fits is taken.
FAULT_TEXTS: Final = (
    _("not a JSON file in UTF-8: {why}"),
    _("not a GeoJSON FeatureCollection"),
    _("is not a list"),
    _("{count} features, at most {most}"),
    _("{count} points, at most {most}"),
    _("no site that can be read"),
    _("no site"),
    _("a second site; a drawing has one"),
    _("the member with format, yard_id, name and unit is missing"),
    _("not a member of the format"),
    _("{value} is not a text of 1 to {most} characters"),
    _("{value} is neither m nor degrees"),
    _("{value} is neither true nor false"),
    _("{value} is not [longitude, latitude]"),
    _("{value} is not on the globe (latitudes up to 85°)"),
    _("is not a GeoJSON Feature"),
    _("{value} is no id: a text of 1 to 80 characters or a whole number"),
    _("are missing"),
    _("is missing"),
    _("{value} is none of {allowed}"),
    _("{count} features have this id"),
    _("lies too far away"),
    _("is {far} km across; at most {most}"),
    _("lies {far} km from the site; at most {most}"),
    _("the stack lies outside of the site, {far} m away"),
    _("a {kind} is drawn as {allowed}, not {found}"),
    _("is a polygon of {area} m2, at least {least} m2"),
    _("is a line of {length} m, at least {least} m"),
    _("crosses or touches itself: {where}"),
    _("has a hole, which it may not have"),
    _("is a line of fewer than 2 points"),
    _("{value} is not a place of two numbers"),
    _("{value} is not finite"),
    _("{value} lies beyond {most} km"),
    _("has a ring of fewer than 4 points"),
    _("has a ring whose last point is not its first"),
    _("has no coordinates"),
    _("is not a property of kind {kind}"),
    _("{value} is not a whole number"),
    _("{value} is not a number"),
    _("{value} is not above {least} and at most {most}"),
    _("{found} is another yard than {wanted}"),
    _("{value} is not yard-drawing/1"),
    _(
        "the unit is m, but coordinates like {value}, all of them within {size} m, look like degrees: "
        'write "degrees" as the unit'
    ),
    _(
        "the unit is degrees, but coordinates like {value}, {size} degrees across, look like metres: "
        'write "m" as the unit'
    ),
    _(
        "coordinates like {value} look like latitude before longitude: "
        "exchange the two numbers of each place, GeoJSON has the longitude first"
    ),
)

# Why no layout was found, as yard_rules says it.
REASON_TEXTS: Final = (
    _("the site has no gate for vehicles: draw one at the road"),
    _("the time was over before any layout had passed the check: give it more"),
    _("stacks would have room, but no scale and apron beside them with their lanes"),
    _("no place is left for a stack"),
    _("the site is too narrow or too small: a stack of 4 m with a strip of {ring} m all around needs {width} m"),
    _("{thing}: {distance} m to it leave {left} of {whole} m2"),
)


def fault_text(fault: DrawingFault) -> str:
    """Return where in the file, and what is wrong there."""
    said = _sentence(fault.text)
    where = ": ".join(filter(None, (fault.feature and gettext("Feature %(id)s", id=fault.feature), fault.part)))
    return f"{where}: {said}" if where else said


def reason_text(text: str) -> str:
    """Return why no layout was found; what is not known stays as it was said."""
    return _sentence(text, REASON_TEXTS)


def _sentence(text: str, msgids: tuple[str, ...] = FAULT_TEXTS) -> str:
    for pattern, msgid in _patterns(msgids):
        if (found := pattern.fullmatch(text)) is not None:
            told: str = gettext(msgid)
            for name, value in found.groupdict().items():
                told = told.replace("{" + name + "}", value)
            return told
    return text


@cache
def _patterns(msgids: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(_compiled(msgids))


def _compiled(msgids: tuple[str, ...]) -> Iterator[tuple[re.Pattern[str], str]]:
    for msgid in msgids:
        parts = re.split(r"\{(\w+)\}", msgid)
        source = "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
        yield re.compile(source, re.DOTALL), msgid
