"""The figures of the dispatcher's rule, in the units of their names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DispatchRule:
    """What the dispatcher goes by; the defaults are what a season by hand settles on."""

    # Balers
    part_mu: float = 20.0  # trucks may fetch behind a baler whenever it has done this much
    least_stint_min: float = 30.0  # no baler drives to a field for less work than this, unless it finishes it
    join_mu: float = 40.0  # another baler joins a field at work only if this much is left to begin
    baler_urgent_days: int = 1  # fields due within so many days go before all others
    baler_slack_min: float = 2.0  # each day to the deadline counts as so many minutes farther away
    baler_equal_min: float = 5.0  # fields so much farther count as equally near: the one due first is taken
    backlog_days: float = 1.85  # straw lying baled, in fleet days: beyond it only urgent fields are baled
    last_fetch_min: float = 90.0  # on its last day a field is baled only this long before the trucks stop

    # Calling out
    call_out_margin: float = 1.15  # balers and trucks called out, over what the day needs

    # Trucks to fields
    equal_min: float = 10.0  # loads that can begin so much later count as equally near: the one due first is taken
    due_today_min: float = 60.0  # straw due today counts as so many minutes nearer
    own_class_min: float = 5.0  # straw that no larger truck may fetch counts as so many minutes nearer
    part_load_min: float = 30.0  # an empty truck bed counts as so many minutes farther away
    home_weight: float = 0.6  # of the way from the truck's home to the field is added to the way to it
    fill_up_min: float = 12.0  # a part load is filled up at fields so near
    fill_up_stops: int = 4
    direct_min: float = 20.0  # an approved plant may be so much farther than the nearest yard
    patience_min: float = 45.0  # so long a truck on the road waits for its next load before it goes home
    look_again_min: float = 20.0

    # Trucks from yards to plants
    linehaul_share: float = 0.5  # trucks that carry at least this share of the largest load drive for yards
    relieve_fill: float = 0.2  # a yard fuller than this is relieved by trucks that cannot go to fields
    call_out_fill: float = 0.35  # such a truck leaves home for a yard fuller than this
    field_truck_relieve_fill: float = 0.5  # a yard fuller than this is relieved by field trucks too
    relieve_first_min: float = 15.0  # a field truck that can begin at such a yard so soon goes there first
    last_room_share: float = 0.7  # once all straw still to come fills only this share of the room in the yards ...
    last_relieve_fill: float = 0.75  # ... only yards fuller than this are relieved
    cover_days: float = 2.0  # a plant with less straw than this is served first and from any yard
