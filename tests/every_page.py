"""Every page in every state that it can be in: where it is, who opens it, how they come there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from course_world import coursed
from furnished import Furnished, crowd
from furnished_decisions import appealed, long_held, overridden, proposed, revoked
from furnished_graph import drafting
from furnished_letters import lettered, mailing, silent, stewarded
from furnished_rating import handed_in, rated
from furnished_sign_in import providers, providers_alone
from furnished_work import (
    asking,
    calendared,
    corrected,
    grown_up,
    inspecting,
    judged,
    long_story,
    many_ways,
    morning,
    on_paper,
    paced,
    restricted,
    schooling,
    spoken,
    with_tests,
)
from measurement_world import PILOT, well_measured
from office_world import at_home, ruled, waiting_office
from page_world import PASSWORD
from sqlalchemy import func, update
from visitors import Visitor

from models.account_session import AccountSession
from models.unit_of_work import district_transaction


@dataclass(frozen=True)
class Case:
    """A page in one state. `path` may name places of the world; `more` furnishes the world further, `come` does
    at the page what it takes to see the state.
    """

    name: str
    endpoint: str | None
    who: str | None
    path: str
    come: Callable[[Visitor], object] | None = None
    more: Callable[[Furnished], object] | None = None
    language: str = "en"
    status: int = 200


def _refused(visitor: Visitor) -> None:
    visitor.page.get_by_label("Sign-in name").fill("teacher")
    visitor.page.get_by_label("Password").fill("not this one")
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.get_by_role("alert").wait_for()


def _no_such_code(visitor: Visitor) -> None:
    visitor.page.get_by_label("Code of the letter").fill("1-0000-0000-0000")
    visitor.page.get_by_role("button", name="Go on").click()
    visitor.page.get_by_role("alert").wait_for()


def _in_spanish(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Español").click()
    visitor.page.get_by_role("heading", name="Su cuenta").wait_for()


def _asked(visitor: Visitor) -> None:
    visitor.page.get_by_label("Sign-in name or e-mail address").fill("nobody")
    visitor.page.get_by_role("button", name="Send me a link").click()
    visitor.page.get_by_role("status").wait_for()


def _printed(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Make 1 letter").click()
    visitor.page.get_by_role("heading", name="1 letter to print").wait_for()


def _too_old(visitor: Visitor) -> None:
    visitor.page.evaluate("document.querySelector('.who [name=csrf_token]').value = 'old'")
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.get_by_role("heading", name="That form was too old").wait_for()


def _halfway(visitor: Visitor) -> None:
    """Who has shown the password and not the code, and then a wrong one."""
    visitor.page.get_by_label("Sign-in name").fill("leader")
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.get_by_label("Code").fill("000000")
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.get_by_role("alert").filter(has_text="is not right").wait_for()


def _setting_up(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Begin").click()
    visitor.page.get_by_role("img", name="QR code").wait_for()


def _confirmed(visitor: Visitor) -> None:
    _setting_up(visitor)
    key = visitor.page.locator(".key-text").inner_text().replace(" ", "")
    visitor.page.get_by_label("Code").fill(pyotp.TOTP(key).now())
    visitor.page.get_by_role("button", name="Done").click()
    visitor.page.get_by_role("heading", name="Recovery codes").wait_for()


def _no_such_target(visitor: Visitor) -> None:
    visitor.page.get_by_label("Code of the target that ends").fill("9.ZZ.9")
    visitor.page.get_by_role("button", name="Enter it in the draft").click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _soon_over(visitor: Visitor) -> None:
    """A session that has nearly lasted as long as one may."""
    with district_transaction(visitor.world.engine, visitor.world.district_id) as session:
        session.execute(update(AccountSession).values(began_at=func.now() - timedelta(hours=11, minutes=57)))
        session.commit()
    visitor.page.reload()
    visitor.page.get_by_role("alert").filter(has_text="less than 5 minutes").wait_for()


def _reproved(visitor: Visitor) -> None:
    """A form that the server does not take as it is: the browser's own check is left out."""
    card = visitor.page.locator("[data-new]:has(form.dismiss)").first
    card.get_by_text("Dismiss, with a reason").click()
    card.locator("form.dismiss").evaluate("(form) => { form.noValidate = true; }")
    card.get_by_role("button", name="Dismiss").click()
    visitor.page.get_by_text("choose one of the reasons").wait_for()


def _done(visitor: Visitor) -> None:
    """Two of a group, with the third left out."""
    card = visitor.page.locator(".move", has_text="Pull these three")
    card.get_by_text("Evidence, and leave someone out").click()
    card.get_by_role("checkbox").first.uncheck()
    card.get_by_role("button", name="Done").click()
    visitor.page.get_by_text("Done for 2 students.").wait_for()


def _found(visitor: Visitor) -> None:
    visitor.page.get_by_label("Find a person").fill("Byron")
    visitor.page.get_by_role("button", name="Search").click()
    visitor.page.get_by_role("heading", name="People found").wait_for()


def _unsaid(visitor: Visitor) -> None:
    visitor.page.locator("form.office-form").evaluate("(form) => { form.noValidate = true; }")
    visitor.page.get_by_role("button", name="Link", exact=True).click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _no_day(visitor: Visitor) -> None:
    visitor.page.locator("form.office-form").evaluate("(form) => { form.noValidate = true; }")
    visitor.page.get_by_role("button", name="Save the day").click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _no_bands(visitor: Visitor) -> None:
    visitor.page.locator("form.office-form").evaluate("(form) => { form.noValidate = true; }")
    visitor.page.get_by_role("button", name="Sign", exact=True).click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _wordless(visitor: Visitor) -> None:
    """A day that is over, past the browser's own check."""
    visitor.page.get_by_text("Set a goal").click()
    form = visitor.page.locator("#say-goal form")
    form.evaluate("(form) => { form.noValidate = true; }")
    form.get_by_label("I want to be able to").fill("ride")
    form.get_by_label("By which day").fill("2020-01-01")
    form.get_by_role("button", name="Keep it").click()
    visitor.page.get_by_role("alert").filter(has_text="from today on").wait_for()


def _no_way(visitor: Visitor) -> None:
    """A way without a target that there is, and with a link that no browser may follow."""
    page = visitor.page
    page.locator("form.office-form").evaluate("(form) => { form.noValidate = true; }")
    page.get_by_label("Code of the target").fill("no such code")
    page.get_by_label("What is it called?").fill("A film")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _reasonless(visitor: Visitor) -> None:
    visitor.page.locator("form.office-form").evaluate("(form) => { form.noValidate = true; }")
    visitor.page.get_by_role("button", name="Save the plan").click()
    visitor.page.get_by_role("alert").filter(has_text="Say why").wait_for()


def _fileless(visitor: Visitor) -> None:
    visitor.page.get_by_label("This is my own work.").check()
    visitor.page.get_by_role("button", name="Add the file").click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _no_substitute(visitor: Visitor) -> None:
    visitor.page.get_by_text("Protect this student").click()
    visitor.page.get_by_label("Take the real address out").check()
    visitor.page.get_by_role("button", name="Save the protection").click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _namesake(visitor: Visitor) -> None:
    visitor.page.get_by_label("Given name").fill("Anne")
    visitor.page.get_by_label("Family name").fill("Byron")
    visitor.page.get_by_role("button", name="Add", exact=True).click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _no_target(visitor: Visitor) -> None:
    visitor.page.get_by_label("Target, by its code").first.fill("No such target")
    visitor.page.get_by_role("button", name="Go on to the grid").click()
    visitor.page.get_by_role("alert").filter(has_text="Nothing is saved yet").wait_for()


def _connected(visitor: Visitor) -> None:
    visitor.page.get_by_label("Name of the program").fill("Canvas")
    visitor.page.get_by_label("sends results").check()
    visitor.page.get_by_role("button", name="Connect", exact=True).click()
    visitor.page.get_by_role("heading", name="The secret of Canvas").wait_for()


def _on_paper(visitor: Visitor) -> None:
    """In another language than the page's."""
    visitor.page.get_by_label("In the language of who will read it").select_option("es")
    visitor.page.get_by_role("button", name="Read and print it").click()
    visitor.page.get_by_role("heading", name="Expediente completo").wait_for()


def _one_letter(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Print a letter").click()
    visitor.page.get_by_role("heading", name="1 letter to print").wait_for()


def _shortened(visitor: Visitor) -> None:
    """Its many sections are alike; the first and the last ones stand for all, or it would take as long as the rest."""
    visitor.page.evaluate("[...document.querySelectorAll('main section')].slice(4, -4).forEach((one) => one.remove())")


_ALL_QUESTIONS, _PILOT = "/measurement/Mathematics?which=all", f"/measurement/Mathematics?term={PILOT.key}"
_HOME = "/office/people/{student}/home"
_HOMES = "/office/people/{student}/homes"
_GIVEN = "/office/people/{student}/disclosures"
_ADDED = "/office/people/{added}"
_TESTS = "/students/{student}/tests"
_CALENDAR = "/schools/{school}/calendar"
_ENTER = "/graph/draft/enter?act="
_LINK = "/office/people/{student}/link"
_INSPECTION = "/students/{student}/inspection"
_VOICE = "/students/{student}/targets/{little}/voice"
_WAYS = "/classes/{section}/pathways"
_CLASS_PACE, _PLAN, _PACE = "/classes/{section}/pace", "/classes/{section}/plan", "/students/{student}/pace"
_OWN_WORDS = "/students/{student}/own-words"
_WORK = "/students/{student}/work"
_TASK = "/students/{student}/tasks/{task}"
_LOOKED = "/students/{student}/looked"
_COMPETENCIES = "/students/{student}/competencies"
_TRIED = "/classes/{section}/grades?measure=level&bands=3.5+A%0A3+B%0A0+C&open_mark=IP"
_TRIED_BADLY = "/classes/{section}/grades?measure=share&bands=much+A"
_TOLD = "/students/{classmate}/targets/{told}"

# what a page shows and is none
PICTURES = {"pages.second_factor_picture", "pages.work_file", "pages.rating_file", "pages.example_file"}

# a page that is added comes in here with one line; a test counts the routes
CASES = (
    Case("sign in", "pages.sign_in", None, "/sign-in"),
    Case("sign in, refused", "pages.sign_in", None, "/sign-in", _refused, status=422),
    Case("a letter's code", "pages.activate", None, "/activate"),
    Case("a letter's code, refused", "pages.activate", None, "/activate", _no_such_code, status=422),
    Case("a letter, for an account", "pages.activate_with", None, "/activate/{mother}", more=lettered),
    Case("a letter, in Spanish", "pages.activate_with", None, "/activate/{mother}", _in_spanish, more=lettered),
    Case("a letter, for a new password", "pages.activate_with", None, "/activate/{again}", more=lettered),
    Case("recovery without mail", "pages.recover", None, "/recover", more=silent),
    Case("recovery by mail", "pages.recover", None, "/recover", more=mailing),
    Case("recovery, asked for", "pages.recover", None, "/recover", _asked, more=mailing),
    Case("letters, of a school", "pages.letters", "principal", "/letters?group=staff", more=lettered),
    Case("letters, to print", "pages.letters", "principal", "/letters", _printed, more=lettered),
    Case("letters, no school chosen", "pages.letters", "steward", "/letters", more=stewarded),
    Case("sign in, by providers", "pages.sign_in", None, "/sign-in", more=providers),
    Case("sign in, by providers alone", "pages.sign_in", None, "/sign-in", more=providers_alone),
    Case("sign in, stopped on the way back", "pages.back_from_provider", None, "/sign-in/oidc/callback", status=400),
    Case("sign in, no such provider", "pages.begin_at_provider", None, "/sign-in/nowhere/1", status=404),
    Case("first page of a student", "pages.home", "student", "/"),
    Case("today, full", "pages.today", "teacher", "/today"),
    Case("today, a form refused", "pages.today", "teacher", "/today", _reproved),
    Case("today, each kind of move", "pages.today", "teacher", "/today", more=morning),
    Case("today, all of one period", "pages.today", "teacher", "/today?section={section}", more=morning),
    Case("today, done just now", "pages.today", "teacher", "/today", _done, more=morning),
    Case("today, in Spanish", "pages.today", "teacher", "/today", more=morning, language="es"),
    Case("today, nothing new", "pages.today", "stranger", "/today"),
    Case("today, no class", "pages.today", "leader", "/today"),
    Case("students", "pages.students", "teacher", "/students"),
    Case("students of one class, many", "pages.students", "colleague", "/students?section={other}", more=crowd),
    Case("students, second page", "pages.students", "colleague", "/students?page=2", more=crowd),
    Case("students, none", "pages.students", "outsider", "/students"),
    Case("children", "pages.students", "father", "/students"),
    Case("student, full", "pages.student", "teacher", "/students/{student}"),
    Case("student, nothing scored", "pages.student", "teacher", "/students/{classmate}"),
    Case("student, restriction on file", "pages.student", "teacher", "/students/{classmate}", more=restricted),
    Case("student, for the family", "pages.student", "guardian", "/students/{student}"),
    Case("student, for themselves", "pages.student", "student", "/students/{student}"),
    Case("record, to choose", "pages.record_choice", "principal", "/students/{student}/record"),
    Case("record, to print", "pages.record_choice", "principal", "/students/{student}/record", _on_paper),
    Case("record, asked for", "pages.record_choice", "principal", "/students/{student}/record", more=inspecting),
    Case("asking for the record", "pages.inspection", "guardian", _INSPECTION),
    Case("asked for the record", "pages.inspection", "guardian", _INSPECTION, more=inspecting),
    Case("corrections, asked", "pages.amendments", "guardian", "/students/{student}/amendments", more=corrected),
    Case("corrections, to decide", "pages.amendments", "principal", "/students/{student}/amendments", more=corrected),
    Case("corrections, waiting", "pages.waiting_amendments", "principal", "/amendments", more=corrected),
    Case("corrections, none wait", "pages.waiting_amendments", "principal", "/amendments"),
    Case("explanation, full", "pages.explanation", "teacher", "/students/{student}/targets/{mastered}"),
    Case("explanation, too little", "pages.explanation", "teacher", "/students/{student}/targets/{little}"),
    Case("explanation, nothing", "pages.explanation", "guardian", "/students/{student}/targets/{untouched}"),
    Case("explanation, a story", "pages.explanation", "teacher", _TOLD, more=long_story),
    Case("explanation, in Spanish", "pages.explanation", "classmate", _TOLD, more=long_story, language="es"),
    Case("checks, due", "pages.checks", "teacher", "/classes/{section}/checks", more=long_held),
    Case("checks, none due", "pages.checks", "teacher", "/classes/{section}/checks"),
    Case("explanation, judged", "pages.explanation", "teacher", _TOLD, more=judged),
    Case("explanation, overridden", "pages.explanation", "teacher", _TOLD, more=overridden),
    Case("taking away, none proposed", "pages.revocation", "teacher", f"{_TOLD}/revocation", more=overridden),
    Case("taking away, to sign", "pages.revocation", "principal", f"{_TOLD}/revocation", more=proposed),
    Case("taking away, told", "pages.revocation", "classmate", f"{_TOLD}/revocation", more=revoked),
    Case(
        "taking away, in Spanish", "pages.revocation", "classmate", f"{_TOLD}/revocation", more=revoked, language="es"
    ),
    Case("taking away, appealed", "pages.revocation", "principal", f"{_TOLD}/revocation", more=appealed),
    Case("taking away, waiting", "pages.waiting_revocations_page", "principal", "/revocations", more=proposed),
    Case("taking away, none waits", "pages.waiting_revocations_page", "principal", "/revocations"),
    Case("map, two subjects", "pages.student_map", "student", "/students/{student}/map", more=schooling),
    Case("map, around one", "pages.student_map", "teacher", "/students/{student}/map?around={around}", more=schooling),
    Case("map, nothing scored", "pages.student_map", "teacher", "/students/{classmate}/map"),
    Case("path, for themselves", "pages.my_path", "student", "/path", more=schooling),
    Case("path, in Spanish", "pages.child_path", "guardian", "/students/{student}/path", more=schooling, language="es"),
    Case("path, as a teacher sees it", "pages.child_path", "teacher", "/students/{student}/path", more=schooling),
    Case("path, with own words", "pages.my_path", "student", "/path", more=spoken),
    Case("path, with ways to learn", "pages.my_path", "student", "/path", more=many_ways),
    Case("path, of a child, with ways", "pages.child_path", "guardian", "/students/{student}/path", more=many_ways),
    Case("ways of a class", "pages.class_pathways", "teacher", _WAYS, more=many_ways),
    Case("ways of a class, none", "pages.class_pathways", "teacher", _WAYS),
    Case("ways of a class, refused", "pages.class_pathways", "teacher", _WAYS, _no_way, status=422),
    Case("ways of the district", "pages.district_pathways", "steward", "/pathways", more=stewarded, language="es"),
    Case("what students decide", "pages.agency", "teacher", "/agency", more=asking),
    Case("what students decide, of the district", "pages.agency", "leader", "/agency", more=asking, language="es"),
    Case("path, with what was told", "pages.my_path", "student", "/path", more=asking),
    Case("voice, to say", "pages.voice", "student", _VOICE, more=asking),
    Case("voice, of a child", "pages.voice", "guardian", _VOICE, more=asking, language="es"),
    Case("voice, to answer", "pages.voice", "teacher", _VOICE, more=asking),
    Case("today, with who asks", "pages.today", "teacher", "/today", more=asking),
    Case("own words, to say", "pages.own_words", "student", _OWN_WORDS, more=spoken),
    Case("own words, refused", "pages.own_words", "student", _OWN_WORDS, _wordless, status=422),
    Case("own words, of a child", "pages.own_words", "guardian", _OWN_WORDS, more=spoken, language="es"),
    Case("own words, as a teacher reads them", "pages.own_words", "teacher", _OWN_WORDS, more=spoken),
    Case("work, none", "pages.student_work", "student", _WORK),
    Case("work, of a student", "pages.student_work", "student", _WORK, more=handed_in),
    Case("work, refused", "pages.student_work", "student", _WORK, _fileless, more=handed_in, status=422),
    Case("work, of a child", "pages.student_work", "guardian", _WORK, more=handed_in, language="es"),
    Case("work, as a teacher sees it", "pages.student_work", "teacher", _WORK, more=handed_in),
    Case("work, whose it is", "pages.state_work", "student", _WORK + "/{scan}", more=handed_in),
    Case("rubrics", "pages.list_rubrics", "teacher", "/rubrics", more=rated),
    Case("rubrics, none", "pages.list_rubrics", "leader", "/rubrics"),
    Case("rubric", "pages.rubric", "teacher", "/rubrics/{rubric}", more=rated),
    Case("rubric, to write", "pages.new_rubric", "teacher", "/rubrics/new"),
    Case("rubric, another version", "pages.new_rubric", "leader", "/rubrics/new?replaces={rubric}", more=rated),
    Case("tasks of a class", "pages.class_tasks", "teacher", "/classes/{section}/tasks", more=rated),
    Case("tasks of a class, none", "pages.class_tasks", "colleague", "/classes/{other}/tasks"),
    Case("task of a class", "pages.task", "teacher", "/tasks/{task}", more=rated),
    Case("task, to hand in", "pages.student_task", "student", _TASK, more=rated),
    Case("task, of a child", "pages.student_task", "guardian", _TASK, more=rated, language="es"),
    Case("task, scored", "pages.student_task", "teacher", "/students/{builder}/tasks/{task}", more=rated),
    Case("work to score", "pages.ratings", "colleague", "/ratings", more=rated),
    Case("work to score, none", "pages.ratings", "teacher", "/ratings"),
    Case("scoring", "pages.rating", "teacher", "/ratings/{work_first}", more=rated),
    Case("scoring, blind", "pages.rating", "colleague", "/ratings/{work_first}", more=rated),
    Case("scoring, the third", "pages.rating", "leader", "/ratings/{work_apart}", more=rated),
    Case("scoring, settled", "pages.rating", "teacher", "/ratings/{work_settled}", more=rated),
    Case("scoring, not calibrated", "pages.examples", "teacher", "/rubrics/{rubric}/examples", more=rated),
    Case("raters of a rubric", "pages.moderate_rubric", "leader", "/moderation/rubrics/{rubric}", more=rated),
    Case("moderation", "pages.moderation", "leader", "/moderation", more=rated),
    Case("moderation, nothing", "pages.moderation", "leader", "/moderation"),
    Case("moderation, whom to ask", "pages.moderated_work", "leader", "/moderation/{work_first}", more=rated),
    Case("student, with own words", "pages.student", "teacher", "/students/{student}", more=spoken),
    Case("path, nothing scored", "pages.child_path", "teacher", "/students/{classmate}/path"),
    Case("tests, for themselves", "pages.student_tests", "student", _TESTS, more=with_tests),
    Case("tests, of a child", "pages.student_tests", "guardian", _TESTS, more=with_tests, language="es"),
    Case("tests, as a teacher acts", "pages.student_tests", "teacher", _TESTS, more=with_tests),
    Case("tests, as the office acts", "pages.student_tests", "principal", _TESTS, more=with_tests),
    Case("tests, none", "pages.student_tests", "teacher", "/students/{classmate}/tests"),
    Case("tests asked for", "pages.tests_asked", "teacher", "/tests", more=with_tests),
    Case("tests asked for, none", "pages.tests_asked", "stranger", "/tests"),
    Case("assessments", "pages.assessments", "leader", "/assessments", more=with_tests),
    Case("assessment", "pages.assessment", "leader", "/assessments/{state}", more=with_tests),
    Case("assessment, of a school", "pages.assessment", "principal", "/assessments/{unit}", more=with_tests),
    Case("who is called ready", "pages.readiness_report", "leader", "/assessments/readiness", more=with_tests),
    Case("who is called ready, nobody", "pages.readiness_report", "leader", "/assessments/readiness"),
    Case("window of a test", "pages.test_window", "principal", "/windows/{window}", more=with_tests),
    Case("cut scores, proposed", "pages.cut_scores", "teacher", "/assessments/{proposed}/cut-scores"),
    Case("cut scores, confirmed", "pages.cut_scores", "teacher", "/assessments/{confirmed}/cut-scores"),
    Case("classes", "pages.classes", "principal", "/classes"),
    Case("classes, none", "pages.classes", "head", "/classes"),
    Case("class, full", "pages.class_page", "teacher", "/classes/{section}"),
    Case("class, many by name", "pages.class_page", "colleague", "/classes/{other}?order=name", more=crowd),
    Case("papers of a class, none", "pages.papers", "colleague", "/classes/{other}/paper"),
    Case("papers of a class", "pages.papers", "teacher", "/classes/{section}/paper", more=on_paper),
    Case("papers, in Spanish", "pages.papers", "teacher", "/classes/{section}/paper", more=on_paper, language="es"),
    Case("papers, a form refused", "pages.papers", "teacher", "/classes/{section}/paper", _no_target, status=422),
    Case("paper, to type in", "pages.paper", "teacher", "/paper/{paper}", more=on_paper),
    Case("paper, in Spanish", "pages.paper", "teacher", "/paper/{paper}", more=on_paper, language="es"),
    Case("class, nobody in it", "pages.class_page", "stranger", "/classes/{empty}"),
    Case("competencies, full", "pages.competencies", "student", _COMPETENCIES, more=coursed),
    Case("competencies, in Spanish", "pages.competencies", "guardian", _COMPETENCIES, more=coursed, language="es"),
    Case("competencies, as a teacher sees them", "pages.competencies", "teacher", _COMPETENCIES, more=coursed),
    Case("competencies, nothing yet", "pages.competencies", "teacher", "/students/{classmate}/competencies"),
    Case("grades, none", "pages.grades", "teacher", "/classes/{section}/grades"),
    Case("grades, full", "pages.grades", "teacher", "/classes/{section}/grades", more=coursed),
    Case("grades, another rule tried", "pages.grades", "principal", _TRIED, more=coursed),
    Case("grades, a rule that is none", "pages.grades", "teacher", _TRIED_BADLY, more=coursed, language="es"),
    Case("rules for grades, none", "pages.grade_rules", "principal", "/office/grades"),
    Case("rules for grades", "pages.grade_rules", "leader", "/office/grades", more=coursed),
    Case("rules for grades, refused", "pages.grade_rules", "leader", "/office/grades", _no_bands, status=422),
    Case("competencies of the district", "pages.curriculum", "leader", "/office/competencies", more=coursed),
    Case("competencies of the district, none", "pages.curriculum", "leader", "/office/competencies"),
    Case("a competency", "pages.competency", "leader", "/office/competencies/{competency}", more=coursed),
    Case("a competency, told apart", "pages.competency", "leader", "/office/competencies/{apart}", more=coursed),
    Case("pace of a class, no plan", "pages.class_pace", "teacher", _CLASS_PACE),
    Case("pace of a class", "pages.class_pace", "teacher", _CLASS_PACE, more=paced),
    Case("pace of a class, in Spanish", "pages.class_pace", "principal", _CLASS_PACE, more=paced, language="es"),
    Case("plan of a class, to choose", "pages.course_plan", "teacher", _PLAN + "?choose=1", more=paced),
    Case("plan of a class, dates", "pages.course_plan", "teacher", _PLAN, more=paced),
    Case("plan of a class, refused", "pages.course_plan", "teacher", _PLAN, _reasonless, more=paced, status=422),
    Case("plan, no class has one", "pages.student_pace", "student", _PACE),
    Case("plan, for themselves", "pages.student_pace", "student", _PACE, more=paced),
    Case("plan, of a child", "pages.student_pace", "guardian", _PACE, more=paced, language="es"),
    Case("plan, as a teacher sees it", "pages.student_pace", "teacher", _PACE, more=paced),
    Case("measurement, none yet", "pages.measurements", "leader", "/measurement"),
    Case("measurement, subjects", "pages.measurements", "leader", "/measurement", more=well_measured),
    Case("measurement, full", "pages.measurement", "leader", "/measurement/Mathematics", more=well_measured),
    Case("measurement, in Spanish", "pages.measurement", "leader", _ALL_QUESTIONS, more=well_measured, language="es"),
    Case("measurement, too few", "pages.measurement", "leader", _PILOT, more=well_measured),
    Case("measurement, not yet", "pages.measurement", "leader", "/measurement/Mathematics"),
    Case("measurement, for a teacher", "pages.measurement", "teacher", "/measurement/Mathematics", status=403),
    Case("second step, refused", "pages.second_factor", None, "/sign-in", _halfway, status=422),
    Case("second step, to set up", "pages.set_up_second_factor", "teacher", "/account/second-factor", _setting_up),
    Case("second step, codes", "pages.set_up_second_factor", "teacher", "/account/second-factor", _confirmed),
    Case("second step, set up", "pages.set_up_second_factor", "leader", "/account/second-factor"),
    Case("account", "pages.account", "leader", "/account"),
    Case("account, soon signed out", "pages.account", "teacher", "/account", _soon_over),
    Case("office, nothing waits", "pages.office", "leader", "/office"),
    Case("office, what waits", "pages.office", "principal", "/office", more=waiting_office),
    Case("office, a record asked for", "pages.office", "principal", "/office", more=inspecting),
    Case("office, people found", "pages.office", "principal", "/office", _found),
    Case("office, a student", "pages.office_person", "principal", "/office/people/{student}", more=waiting_office),
    Case("office, an adult", "pages.office_person", "steward", "/office/people/{mentor}", more=waiting_office),
    Case("office, linking", "pages.link_person", "principal", _LINK),
    Case("office, a form refused", "pages.link_person", "principal", _LINK, _unsaid, status=422),
    Case("office, a consent", "pages.add_consent", "principal", "/office/people/{student}/consent"),
    Case("office, an order", "pages.add_order", "principal", "/office/people/{student}/order"),
    Case("office, given to others", "pages.disclosures", "principal", _GIVEN, more=waiting_office),
    Case("office, to enter what was given", "pages.add_disclosure", "registrar", _GIVEN + "/new", more=waiting_office),
    Case("office, to correct it", "pages.correct_disclosure", "principal", _GIVEN + "/{given}", more=waiting_office),
    Case("office, of age", "pages.add_beyond_age", "principal", "/office/people/{student}/of-age"),
    Case("office, an office", "pages.give_office", "steward", "/office/people/{mentor}/office", more=waiting_office),
    Case("office, home and safety", "pages.student_home", "registrar", _HOME, more=at_home),
    Case("office, home and safety, refused", "pages.student_home", "principal", _HOME, _no_substitute, status=422),
    Case("office, a new home", "pages.new_home", "principal", "/office/people/{student}/homes/new"),
    Case("office, a home", "pages.change_home", "registrar", _HOMES + "/{household}", more=at_home),
    Case("office, who acts as a parent", "pages.attest", "principal", "/office/people/{student}/guardian"),
    Case("office, a person to add", "pages.new_person", "principal", "/office/people/new"),
    Case("office, a namesake", "pages.new_person", "principal", "/office/people/new", _namesake, status=422),
    Case("office, partners", "pages.partners", "steward", "/office/partners", more=at_home),
    Case("office, an agreement", "pages.renew_agreement", "steward", "/office/partners/{partner}", more=at_home),
    Case("office, correcting", "pages.correct_person", "steward", "/office/people/{added}/change", more=at_home),
    Case("office, ending", "pages.before_ending", "steward", _ADDED + "/end", more=at_home),
    Case("office, ending, not here", "pages.before_ending", "registrar", _ADDED + "/end", more=at_home),
    Case("office, a letter", "pages.office_person", "principal", "/office/people/{student}", _one_letter),
    Case("office, the record", "pages.office_record", "steward", "/office/record", more=waiting_office),
    Case("office, support", "pages.office_support", "leader", "/office/support", more=waiting_office),
    Case("office, programs", "pages.office_clients", "steward", "/office/clients", more=waiting_office),
    Case("office, a secret", "pages.office_clients", "steward", "/office/clients", _connected, more=waiting_office),
    Case("calendars of schools", "pages.school_calendars", "teacher", "/calendars", more=calendared),
    Case("calendar, none", "pages.school_calendar", "teacher", "/schools/{school}/calendar"),
    Case("calendar, to close a day", "pages.school_calendar", "principal", _CALENDAR, more=calendared),
    Case(
        "calendar, a form refused",
        "pages.school_calendar",
        "principal",
        _CALENDAR,
        _no_day,
        more=calendared,
        status=422,
    ),
    Case("calendar, in Spanish", "pages.school_calendar", "teacher", _CALENDAR, more=calendared, language="es"),
    Case("versions, none", "pages.graph_versions", "steward", "/graph", more=stewarded),
    Case("versions", "pages.graph_versions", "steward", "/graph", more=drafting),
    Case("a version", "pages.graph_version", "steward", "/graph/versions/2", more=drafting),
    Case("draft, empty", "pages.graph_draft", "steward", "/graph/draft", more=stewarded),
    Case("draft", "pages.graph_draft", "steward", "/graph/draft", more=drafting),
    Case("draft, to add a target", "pages.enter_in_draft", "steward", "/graph/draft/enter", more=stewarded),
    Case("draft, to say an order", "pages.enter_in_draft", "steward", _ENTER + "order", more=stewarded),
    Case("draft, to replace", "pages.enter_in_draft", "steward", _ENTER + "replace", more=stewarded),
    Case(
        "draft, refused", "pages.enter_in_draft", "steward", _ENTER + "end", _no_such_target, more=stewarded, status=422
    ),
    Case("draft, whom it concerns", "pages.graph_preview", "steward", "/graph/draft/preview", more=drafting),
    Case("draft, in Spanish", "pages.graph_preview", "steward", "/graph/draft/preview", more=drafting, language="es"),
    Case("rules in force", "pages.policy", "teacher", "/policy"),
    Case("rules in force, of the district", "pages.policy", "steward", "/policy", more=ruled),
    Case("rules, names", "pages.set_names_rule", "steward", "/policy/names", more=ruled),
    Case("rules, another time", "pages.sign_time", "steward", "/policy/retention", more=ruled),
    Case("rules, a number", "pages.set_parameter", "steward", "/policy/rules", more=ruled),
    Case("rules, a hold", "pages.place_hold", "steward", "/policy/holds", more=ruled),
    Case("programs", "pages.keep_programmes", "mentor", "/students/{student}/programs", more=ruled),
    Case("emergency", "pages.emergency", "teacher", "/emergency"),
    Case("emergency, of one", "pages.student_emergency", "teacher", "/students/{student}/emergency"),
    Case("seen in an emergency", "pages.student", "colleague", "/students/{student}", more=waiting_office),
    Case("seen by support", "pages.students", "supporter", "/students", more=waiting_office),
    Case("who has looked", "pages.looked_at", "guardian", _LOOKED, more=waiting_office),
    Case("who has looked, in Spanish", "pages.looked_at", "student", _LOOKED, more=waiting_office, language="es"),
    Case("who has looked, of age", "pages.looked_at", "student", _LOOKED, more=grown_up),
    Case("account, with a home", "pages.account", "guardian", "/account", more=at_home),
    Case("gallery", "pages.gallery", "teacher", "/gallery"),
    Case("no such page", None, "teacher", "/students/0", status=404),
    Case("no such page, signed out", None, None, "/nowhere", status=404),
    Case("not that way", None, "teacher", "/sign-out", status=405),
    Case("form too old", None, "teacher", "/students", _too_old, status=400),
    Case("reference of the interface", None, None, "/api/v1/reference", _shortened),
)


def signed_in(visitor: Visitor, who: str, language: str = "en") -> None:
    """Give the browser the session of a person, who signed in elsewhere, and there chose a language."""
    client = visitor.world.client(who)
    if language != "en":
        client.post("/language", language=language)
    cookie = client.client.get_cookie("mastery_session")
    assert cookie is not None
    visitor.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": visitor.site.address}])


def come(visitor: Visitor, case: Case, furnished: Furnished) -> None:
    """Come to the page of a case, again or for the first time; a status that is an error is told to the console."""
    visitor.open(case.path.format(**furnished.places))
    if case.come is not None:
        case.come(visitor)
    if case.status >= 400:
        expected = f"the server responded with a status of {case.status}"
        visitor.errors[:] = [one for one in visitor.errors if expected not in one]
