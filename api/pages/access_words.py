"""The words of access as people read them: as what somebody may see a student, on what ground, which data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from mastery.access import Basis
from mastery.access_matrix import DataClass, Role
from mastery.links import AgeBasis, Programme

CAPACITIES: dict[str, Any] = {
    Role.TEACHER_OF_RECORD: _l("teacher"),
    Role.CO_TEACHER: _l("co-teacher or interventionist"),
    Role.CASE_MANAGER: _l("case manager (special education)"),
    Role.COUNSELOR: _l("counselor"),
    Role.PROFESSIONAL: _l("professional who works for the district"),
    Role.EXTERNAL_PROFESSIONAL: _l("mentor or professional from outside"),
    Role.EXPERIENCE_COORDINATOR: _l("coordinator of learning outside school"),
    Role.OVERSEEING_EDUCATOR: _l("educator who oversees learning outside school"),
    Role.SCHOOL_ADMINISTRATOR: _l("school administrator"),
    Role.REGISTRAR: _l("registrar"),
    Role.DATA_STEWARD: _l("data steward"),
    Role.DISTRICT_LEADER: _l("leader of the district"),
    Role.MONITOR: _l("monitor"),
    Role.RESEARCHER: _l("researcher"),
}
BASES: dict[str, Any] = {
    Basis.EMPLOYEE: _l("works for the district"),
    Basis.AGREEMENT: _l("a written agreement with the district"),
    Basis.CONSENT: _l("the family’s consent"),
    Basis.EMERGENCY: _l("an emergency"),
    Basis.SUPPORT: _l("support, let in by the district"),
    Basis.OWN_RIGHT: _l("the family’s own right"),
}
CLASSES: dict[str, Any] = {
    DataClass.TARGETS: _l("learning targets"),
    DataClass.LEVELS: _l("levels and plan"),
    DataClass.RESPONSES: _l("scores and answers"),
    DataClass.PACE: _l("pace"),
    DataClass.ACADEMIC_FLAGS: _l("hints about learning"),
    DataClass.BEHAVIOUR_FLAGS: _l("hints about attendance and behavior"),
    DataClass.COMMENTS: _l("comments"),
    DataClass.INTERVENTIONS: _l("extra support"),
    DataClass.PROGRAMMES: _l("special programs and accommodations"),
    DataClass.CIRCUMSTANCES: _l("family circumstances"),
    DataClass.DISCIPLINE: _l("discipline"),
    DataClass.DEMOGRAPHICS: _l("background, such as birth date and language"),
    DataClass.NAMES: _l("names and contact"),
    DataClass.ORDERS: _l("guardians and court orders"),
    DataClass.EXPERIENCES: _l("learning outside school"),
    DataClass.CREDITS: _l("credits"),
    DataClass.AGGREGATES: _l("figures of many students"),
    DataClass.RECORD: _l("who has looked"),
    DataClass.INTEGRITY: _l("cases of cheating"),
}
AGE_BASES: dict[str, Any] = {
    AgeBasis.STUDENT_CONSENT: _l("the student agrees"),
    AgeBasis.DEPENDENT: _l("the student is a dependent for taxes"),
}
PROGRAMMES: dict[str, Any] = {
    Programme.IDEA: _l("special education (IDEA)"),
    Programme.SECTION_504: _l("plan under Section 504"),
    Programme.ENGLISH_LEARNER: _l("English learners"),
}


def listed(names: Sequence[Any]) -> str:
    """Words as a list in a sentence."""
    return str(format_list([str(one) for one in names], locale=get_locale()))


def classes_said(classes: Sequence[str]) -> str:
    """Classes of records as a list in a sentence."""
    return listed([CLASSES.get(one, one) for one in classes])
