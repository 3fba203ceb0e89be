"""Flags: one file per rule, the life of a flag in `life`, what a rule may see in `view`, sentences in `sentences`."""
