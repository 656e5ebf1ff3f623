"""Where the rules of a yard's layout and the items of its checklists stand, for the reader. The msgids are the sources
of the rulebooks, but for their Chinese parts."""

from __future__ import annotations

import re
from typing import Final

from flask_babel import gettext

from app.texts import _

# "annex 1 item 2" and "part 4(1)" as the plan writes them, a law that has no number, and the names of codes.
_ANNEX: Final = re.compile("\u9644\u4ef6(\\d+) \u7b2c(\\d+)\u6761")
_PART: Final = "\u56db(\u4e00)"
_LAW: Final = "\u6d88\u9632\u6cd5"
_CHINESE: Final = re.compile(r" ?\(?[\u4e00-\u9fff]+\)?")
# A place in the plan and no more.
_PLACE: Final = re.compile(r"(H\d+), annex (\d+) item (\d+)")
SOURCE_TEXTS: Final = frozenset(
    {
        _("Fire Protection Law: drills at least once a year; estimate: before each season"),
        _("GB 50016-2014 10.2.1: overhead power line, 1.5 times the height of its poles"),
        _("GB 50016-2014 4.5.2: a yard above 20,000 t is split"),
        _("GB 50016-2014 7.1.6: a ring fire lane above 5,000 t of straw"),
        _("GB 50016-2014 7.1.6: above 30,000 m2 cross lanes at most 150 m apart"),
        _("GB 50016-2014 7.1.6: edge of the lane to the stacks"),
        _("GB 50016-2014 7.1.8, commentary: turning radius of an ordinary fire engine"),
        _("GB 50016-2014 7.1.8: a fire lane is at least 4 m wide; so is the gate on it"),
        _("GB 50016-2014 7.1.8: clear width and height of a fire lane"),
        _("GB 50016-2014 (2018) 7.1.8: clear height over a fire lane"),
        _("GB 50016-2014 table 3.3.2: class C item 2, one storey, grades 1-2, a building"),
        _("GB 50016-2014 table 3.3.2: class C item 2, one storey, grades 1-2, a fire compartment"),
        _("GB 50016-2014 table 4.5.1, notes: civil buildings and class-A workshops 25 % more"),
        _("GB 50016-2014 table 4.5.1, notes: civil buildings and class-A workshops at least 25 m"),
        _("GB 50016-2014 table 4.5.1, notes: open flame or sparks, the column of grade 4 and 25 % more"),
        _("GB 50016-2014 table 4.5.1, notes: outdoor transformer stations"),
        _("GB 50016-2014 table 4.5.1: open or half-open straw yards from 10 t on"),
        _("GB 50016-2014 table 4.5.1: open or half-open straw yards, buildings of grade 1-2"),
        _("GB 50016-2014 table 4.5.1: open or half-open straw yards, buildings of grade 3"),
        _("GB 50016-2014 table 4.5.1: open or half-open straw yards, buildings of grade 4"),
        _("GB 50016-2014 table 4.5.1: open or half-open straw yards, second row"),
        _("GB 50016-2014 table 4.5.1: open or half-open straw yards, third row"),
        _("GB 50016-2014 table 4.5.3: edge of a road outside of the yard"),
        _("GB 50016-2014 table 4.5.3: main road of the yard"),
        _("GB 50016-2014 table 4.5.3: minor road of the yard"),
        _("GB 50016-2014 table 4.5.3: railway outside of the yard"),
        _("GB 50039-2010 3.0.2-3.0.4, commentary: class-C places to housing, schools, assembly"),
        _("GB 50057, lightning protection"),
        _("GB 50140-2005 table 5.2.1: reach of a wheeled extinguisher, severe hazard, class A"),
        _("GB 50348-2018: recordings are kept for 30 days"),
        _("GB 50720-2011 6.3.1: hot-work permits of building sites, taken over here"),
        _("GB 50974-2014 table 3.4.12: outdoor flow for straw yards, 5,000 to 10,000 t"),
        _("GB 50974-2014 table 3.4.12: outdoor flow for straw yards, 50 to 500 t"),
        _("GB 50974-2014 table 3.4.12: outdoor flow for straw yards, 500 to 5,000 t"),
        _("GB 50974-2014 table 3.4.12: outdoor flow for straw yards, above 10,000 t"),
        _("GB 50974-2014 table 3.6.2: duration for straw yards"),
        _("H25, annex 1 item 2: 3 to 7 mu in principle"),
        _("H26, annex 1 item 3: gates at the entrances"),
        _("H26, annex 1 item 3: near a township road or main village road"),
        _("H26, annex 1 item 3: room outside of the gate"),
        _("H27, annex 1 item 4: lighting"),
        _("H29, annex 1 item 6: cameras at entrances, stacks and loading without a blind spot"),
        _("H31, annex 2 item 1: isolation around the yard"),
        _("H32, annex 2 item 2: level, open strip of at least 6 m on all sides"),
        _("H32, annex 2 item 2: the strip surrounds what is stacked"),
        _("H34, annex 2 item 4: overhead power line, horizontal"),
        _("H34, annex 2 item 4: temporary lighting cable"),
        _("H35, annex 2 item 5: a hose reaches any place of the yard along a bent way"),
        _("H35, annex 2 item 5: a hydrant at each end, or a fire pond"),
        _("H36, annex 2 item 6: wheeled dry-powder extinguishers around the yard at most 30 m apart"),
        _("H36, annex 2 item 6: wheeled dry-powder extinguishers"),
        _("H37, annex 2 item 7: covered or sprayed"),
        _("H38, annex 2 item 8: no motor vehicle loads in the stacking area"),
        _("H8, 4(1)5: round bale 1 m x 1 m, one square metre of floor for each column"),
        _("Health and Safety Authority (Ireland): at most three round bales high on their curved side"),
        _("Health and Safety Authority (Ireland): bales at least 20 m from water courses"),
        _("Health and Safety Authority (Ireland): three round bales of 1 m"),
        _("XF 1131-2014: indoors, main aisle"),
        _("XF 1131-2014: indoors, stack to roof or lamp"),
        _("XF 1131-2014: indoors, stack to column"),
        _("XF 1131-2014: indoors, stack to stack"),
        _("XF 1131-2014: indoors, stack to wall"),
        _("XF 1131-2014: lamps 0.5 m from goods"),
        _("XF 1131-2014: one indoor stack"),
        _("XF 1131-2014: outdoors, group to group twice the height and at least 10 m"),
        _("XF 1131-2014: outdoors, stack to stack"),
        _("estimate for H33, annex 2 item 3, which demands a way out for people without a figure"),
        _("estimate: 150 m2 of three layers hold 49.5 t"),
        _("estimate: GB 1589 lets a truck be 2.55 m wide; fire engines are about 2.5 m"),
        _("estimate: a fire brigade asks for a stack by its sign"),
        _("estimate: a hose laid out in bends reaches 0.8 to 0.9 of its length (H35, annex 2 item 5)"),
        _("estimate: a small low stack, so that heat gets out"),
        _("estimate: a truck of 2.5 m with half a metre at both sides"),
        _("estimate: at most four stacks and 200 t in a group"),
        _("estimate: bales above 18-20 % do not belong into a common stack; above 22 % they leave within days"),
        _("estimate: dust and straw in distribution boxes are a usual start of barn fires"),
        _("estimate: emergency card: brigade, neighbours, drawing, water"),
        _("estimate: fires come over the fence: burning fields, fireworks, grills"),
        _("estimate: for the first minutes, and for what is taken apart"),
        _("estimate: four stacks of 50 t in a group"),
        _("estimate: fuel and oil stand away from straw, locked up, with a tray"),
        _("estimate: height of a camera where it is not known"),
        _("estimate: how exactly a fence is drawn along the site's outline"),
        _("estimate: loose straw carries fire from stack to stack"),
        _("estimate: pole of a 10 kV line where its height is not known"),
        _("estimate: round bale of 1 m at about 20 % moisture; 0.33 t/m2 at three layers"),
        _("estimate: round bales roll; a leaning stack kills"),
        _("estimate: steam, smell of alcohol or caramel and a sinking top went before the fires on record"),
        _("estimate: temperature ladder: probes of every stack as often as its level asks"),
        _("estimate: the room outside for trucks (H26, annex 1 item 3) within a truck's length of the gate"),
        _("estimate: what stands so near to the ring counts as standing on it"),
        _("estimate: who is on watch at night is alone for the first minutes"),
        _("rule of this project: a drawing shows what is there"),
        _("rule of this project: while the last tenth fills there is time to send trucks elsewhere"),
    }
)


def source_text(source: str) -> str:
    """Return a source of a rulebook in the reader's language, as it stands there where we have no words for it."""
    msgid = msgid_of(source)
    if place := _PLACE.fullmatch(msgid):
        fact, annex, item = place.groups()
        return str(gettext("%(fact)s, annex %(annex)s item %(item)s", fact=fact, annex=annex, item=item))
    told = str(gettext(msgid)) if msgid in SOURCE_TEXTS else msgid
    return source if told == msgid else told


def msgid_of(source: str) -> str:
    """Return the source without its Chinese parts."""
    known = _ANNEX.sub(r"annex \1 item \2", source).replace(_PART, "4(1)").replace(_LAW, "Fire Protection Law")
    return _CHINESE.sub("", known)
