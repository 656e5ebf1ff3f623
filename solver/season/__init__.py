"""The season: what is baled and hauled on which day, what that costs at least, and how near a plan comes to it.

- The programme: `programme` decides it, with `model` (the linear program) over `geometry`, `figures` and `periods`, for
  what `state` leaves to be done; `company` draws neighbours together, `rows` puts tonnes into whole fields and loads.
- What is told about it: `advice` (what one more of a limit is worth), `binding` (what 10 % more of it saves), `reasons`
  (why straw stays).
- The lower bound: `bound` over `circulation` (the relaxed program), `least_ways` and `least_baling`; `bound_beside`
  computes it in a process of its own, `distance` names the parts of a driven season's distance to it.
"""
