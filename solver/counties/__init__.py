"""Several counties planned in one run, each season as a chain of units of work: county x day x stage."""

from solver.counties.chain import CountyOutcome, CountyTask, plan_counties

__all__ = ["CountyOutcome", "CountyTask", "plan_counties"]
