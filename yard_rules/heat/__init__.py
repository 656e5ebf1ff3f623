"""Heat in stacks: what readings of probes say, how often to probe, what is forbidden and to be done."""
