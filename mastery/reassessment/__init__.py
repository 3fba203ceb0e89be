"""Trying a test again, with a district's own rules (domain 2.5): `words` the policy object and a try, `presets` four of
them, `again` when there is another try, `tries` what counts as one, `forms` on which form, `counts` which of several
counts, `windows` when and where it is sat.
"""
