"""The alias rule: which spellings of a code mean the same standard, and which do not."""

from itertools import combinations

import pytest

from mastery.graph import cluster_of, is_common_core, meet, natural_order, spellings

RATIOS = ["CC.6.RP.3c", "6.RP.A.3.c", "6.RP.3c", "6.rp.a.3.c", "CCSS.MATH.CONTENT.6.RP.A.3.C", "CCSS-M:6.RP.A.3c"]
STRUCTURE = ["A-SSE.A.1", "HSA-SSE.A.1", "HSA.SSE.A.1", "CCSS.Math.Content.HSA-SSE.A.1", "A-SSE.1", "HS.A-SSE.A.1"]
COUNTING = ["K.CC.A.1", "CC.K.CC.1", "k.cc.1"]
READING = ["RI.4.1", "CCSS.ELA-LITERACY.RI.4.1", "ELA-Literacy.RI.4.1", "CC.RI.4.1"]


@pytest.mark.parametrize("family", [RATIOS, STRUCTURE, COUNTING, READING], ids=lambda family: family[0])
def test_spellings_of_one_standard_meet(family: list[str]) -> None:
    assert all(meet(one, other) for one, other in combinations(family, 2))


def test_spellings_of_different_standards_do_not_meet() -> None:
    others = ["6.RP.A.3", "6.RP.A.3.d", "7.RP.A.3", "6.NS.A.3.c", "RI.4.2", "A-CED.A.1", "K.CC.B.4"]
    codes = [RATIOS[0], STRUCTURE[0], COUNTING[0], READING[0], *others]
    assert not any(meet(one, other) for one, other in combinations(codes, 2))


def test_a_missing_cluster_letter_meets_any_and_a_different_one_none() -> None:
    assert meet("6.RP.3.c", "6.RP.A.3.c")
    assert not meet("6.RP.B.3.c", "6.RP.A.3.c")
    assert cluster_of("CCSS.MATH.CONTENT.6.RP.A.3.C") == "a"
    assert cluster_of("6.RP.3c") is None
    assert cluster_of("ALG-1") is None


def test_keys_run_from_exact_to_loose() -> None:
    assert spellings("6.RP.A.3.c") == ("=6.RP.A.3.c", "~6.rp.a.3.c", "ccss:6.rp.a.3.c", "ccss:6.rp.3.c")
    assert spellings(" ALG 1-LT_03 ") == ("=ALG 1-LT_03", "~alg.1.lt.03")


@pytest.mark.parametrize("code", ["CC.A.1", "KG1", "CC", "6.RP.A", "4.XX.A.1", "9.NF.A.1", "", "M.G3.C1OA.TA"])
def test_a_code_of_another_form_is_not_taken_for_common_core(code: str) -> None:
    assert not is_common_core(code)


def test_natural_order_counts_and_starts_with_kindergarten() -> None:
    codes = ["6.RP.A.10", "A-SSE.A.1", "6.RP.A.9", "1.G.A.1", "K.CC.A.1", "6.RP.A.3.b", "6.RP.A.3.a", "6.RP.A.3"]
    assert sorted(codes, key=natural_order) == [
        "K.CC.A.1", "1.G.A.1", "6.RP.A.3", "6.RP.A.3.a", "6.RP.A.3.b", "6.RP.A.9", "6.RP.A.10", "A-SSE.A.1",
    ]  # fmt: skip
