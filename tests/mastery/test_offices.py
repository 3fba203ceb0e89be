"""Where an office answers and whom it finds: never more than its ties give, and never by a tie that passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mastery.access import Basis, Scope, Span, Tie, Viewer
from mastery.access_matrix import Role
from mastery.links import CAPACITIES, OFFICES
from mastery.offices import ANSWERS, Affair, joint, may_appoint, reach, remit

AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
DISTRICT = 7
_SPANS = st.sampled_from(
    [Span(), Span(None, AT), Span(AT), Span(AT + timedelta(seconds=1)), Span(None, AT + timedelta(seconds=1))]
)


def _tie(role: Role, scope: Scope, key: int, span: Span, basis: Basis) -> Tie:
    return Tie(role, scope, DISTRICT if scope is Scope.DISTRICT else key, span, basis=basis)


_TIES = st.builds(
    _tie, st.sampled_from(Role), st.sampled_from(Scope), st.integers(1, 3), _SPANS, st.sampled_from(Basis)
)
_VIEWERS = st.lists(_TIES, max_size=6).map(lambda ties: Viewer(DISTRICT, 1, AT, tuple(ties)))


@given(_VIEWERS)
def test_whom_an_office_finds_follows_from_offices_that_hold(viewer: Viewer) -> None:
    found = reach(viewer, AT)
    assert found.students.schools <= found.adults.schools
    assert found.students.district <= found.adults.district
    held = [tie for tie in viewer.ties if tie.basis is Basis.EMPLOYEE and tie.span.holds(AT)]
    offices = [tie for tie in held if tie.scope in (Scope.SCHOOL, Scope.DISTRICT)]
    assert found.adults.schools <= {tie.key for tie in offices if tie.scope is Scope.SCHOOL}
    assert bool(found) <= bool(offices)


@given(_VIEWERS, st.sets(st.sampled_from(Affair)))
def test_several_affairs_are_answered_where_one_of_them_is(viewer: Viewer, affairs: set[Affair]) -> None:
    together, each = joint(viewer, affairs, AT), [remit(viewer, one, AT) for one in affairs]
    for school in (1, 2, 3, None):
        assert together.covers_school(school) == any(one.covers_school(school) for one in each)


def _holding(role: Role) -> Viewer:
    return Viewer(DISTRICT, 1, AT, (Tie(role, Scope.SCHOOL, 2, linked=False),))


def test_nobody_hands_out_what_is_closed_to_them() -> None:
    """A coordinator of learning outside links mentors and who oversees them, not a counsellor or a case manager."""
    made = {
        role: {
            one for one in CAPACITIES if may_appoint(Viewer(DISTRICT, 1, AT, (Tie(role, Scope.SCHOOL, 2),)), one, AT)
        }
        for role in Role
    }
    near = set(CAPACITIES) - OFFICES
    assert made.pop(Role.EXPERIENCE_COORDINATOR) == {Role.EXTERNAL_PROFESSIONAL, Role.OVERSEEING_EDUCATOR}
    assert made.pop(Role.SCHOOL_ADMINISTRATOR) == near
    assert made.pop(Role.DATA_STEWARD) == made.pop(Role.DISTRICT_LEADER) == OFFICES - {Role.DISTRICT_LEADER}
    assert not any(made.values())


def test_who_only_appoints_finds_adults_and_no_student() -> None:
    leader = Viewer(DISTRICT, 1, AT, (Tie(Role.DISTRICT_LEADER, Scope.DISTRICT, DISTRICT, linked=False),))
    found = reach(leader, AT)
    assert (bool(found.students), found.adults.district) == (False, True)
    assert all(ANSWERS.values())
    assert set(ANSWERS) == set(Affair)
