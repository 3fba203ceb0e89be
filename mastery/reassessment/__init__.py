"""Trying a test again, with a district's own rules (domain 2.5).

`words` is the policy object and a try, `presets` four of them; `again` says when there is another try, `practice` what
comes between, `tries` what counts as one, `forms` on which form, `counts` which of several counts, `windows` when and
where it is sat.
"""
