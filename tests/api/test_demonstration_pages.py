"""The story as its people see it on their pages, at the moment at which the demonstration's clock begins."""

from __future__ import annotations

import re

from demo_world import Shown
from page_client import PageClient

from api.demonstration.accounts import FIXED_PASSWORD, make_accounts
from models.clock import system_clock
from models.unit_of_work import district_transaction


def signed_in(shown: Shown, who: str) -> PageClient:
    client = PageClient(shown.app.test_client())
    client.sign_in(f"{who}@demo.example", FIXED_PASSWORD)
    return client


def periods(client: PageClient) -> dict[str, list[str]]:
    """The titles of the moves on Today that are shown at once, by period, in their order."""
    client.get("/today")
    assert client.response is not None
    html = client.response.get_data(as_text=True)
    found = {}
    for part in re.split(r'<section class="period"', html)[1:]:
        name = re.search(r"<h2[^>]*>(.*?)</h2>", part, re.S)
        titles = re.findall(
            r"<h3[^>]*>(.*?)</h3>", re.split(r"<details class=\"more|<details id=\"rest", part)[0], re.S
        )
        assert name
        found[_plain(name.group(1))] = [_plain(one) for one in titles]
    return found


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_the_teacher_sees_what_to_do_first_in_each_period(shown: Shown) -> None:
    found = periods(signed_in(shown, "teacher"))
    assert list(found) == ["Period 1: Mathematics 6", "Period 3: Mathematics 7", "Period 5: Mathematics 8"]
    first, third, fifth = found.values()
    assert {"Talk with Hana Sato", "Talk with Priya Raman"} <= set(first)
    assert first[-1] == "Let Mateo Rivera test: Unit 4 test: area and data", "good news waits for what is pressing"
    assert third[0].startswith("Pull these four:")
    assert third[1] == "Talk with Dylan Whitehorse"
    assert third[2].startswith("Look at the work of Samir Aziz:")
    assert fifth[0].startswith("Reteach the class:")
    assert re.match(r"Confirm these \d+", fifth[1])
    assert all(len(moves) <= 5 for moves in found.values())
    everything = str(found)
    for settled in ("Elif Yildiz", "Leila Haddad", "Oscar Nyberg"):
        assert settled not in everything, "nobody needs to be told"


def test_the_student_with_a_gap_two_grades_below_is_led_to_it(shown: Shown) -> None:
    client = signed_in(shown, "student2")
    page = client.get("/path")
    assert "I can find a fraction that is equal to another" in page.text
    assert client.response is not None
    html = client.response.get_data(as_text=True)
    following = html[html.index('data-key="next"') : html.index("</section>", html.index('data-key="next"'))]
    assert "I can find a fraction that is equal to another" in _plain(following)
    assert "G4-EQ-2" in following, "two grades below her own"
    for word in ("flag", "Watch", "failed"):
        assert word not in page.text


def test_the_family_that_reads_spanish_reads_it(shown: Shown) -> None:
    client = signed_in(shown, "familia")
    home = client.client.get("/", follow_redirects=True)
    html = home.get_data(as_text=True)
    assert '<html lang="es"' in html
    assert "El camino de Mateo Rivera" in html
    assert "Puedo sumar números positivos y negativos." in html
    main = html[html.index("<main") : html.index("</main>")]
    assert 'lang="en"' not in main, "every target has its Spanish words"


def test_who_is_far_ahead_goes_on_from_his_newest_work(shown: Shown) -> None:
    page = signed_in(shown, "student").get("/path")
    coming = page.text[page.text.index("What comes next") : page.text.index("Done:")]
    assert not re.search(r"products up to 10|so on up to 90", coming), "nothing of grade 3"


def test_a_principal_opens_every_class_of_the_school_and_no_today(shown: Shown) -> None:
    client = signed_in(shown, "principal")
    page = client.get("/classes")
    opened = [link for link in page.links if re.fullmatch(r"/classes/\d+", link)]
    assert len(set(opened)) >= 4
    assert "Mathematics 7" in client.get(opened[0]).text or "Mathematics" in page.text


def test_loading_again_signs_nobody_out(shown: Shown) -> None:
    client = signed_in(shown, "teacher")
    with district_transaction(shown.engine, shown.district_id) as session:
        make_accounts(session, shown.district_id, shown.installation.secret_key, True, system_clock())
        session.commit()
    assert "Marian Ellis" in client.get("/today", 200).text
