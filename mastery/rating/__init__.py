"""Work that people score (domain 2.7): `rubric` what is scored, `raters` by whom, `sample` by how many, `blind` what
they see of one another, `resolution` what becomes of two scores, `agreement`, `calibration` and `drift` whether scores
can be trusted, `artefacts` what may be scored as whose work.
"""
