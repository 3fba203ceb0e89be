"""When is a target mastered, and what is missing: the body-of-evidence rule BOE-1 as a fold over evidence.

`words` holds the types, `tally` the running summary of one target, `rule` the eight lines of BOE-1, `settle` the states
and who may cause each, `fold` the walk over a student's evidence in one subject.
"""
