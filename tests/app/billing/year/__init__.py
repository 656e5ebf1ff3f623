"""A year of deliveries that is made up, stored by the gate, charged month by month, and reckoned by somebody else."""
