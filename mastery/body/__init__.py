"""The body of evidence on one target: `words` the types, `tally` the running summary, `rule` the eight lines of BOE-1,
`settle` the states of a decision and who may cause each. `mastery.decide` walks a student's evidence with them.
"""
