"""A demonstration district: our own words, a term of invented evidence, sent the way real evidence comes.

`load` fills an installation, `trickle` goes on posting, the rest is what they tell: see docs/demonstration.md.
"""
