"""Laws of sessions that hold whatever is done in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mastery.session_limits import Ending, Life, end, lapse, limits, look, until

BEGAN = datetime(2026, 10, 5, 7, 40, tzinfo=UTC)
pauses = st.integers(0, 90 * 60).map(lambda seconds: timedelta(seconds=seconds))
deeds = st.one_of(st.booleans(), st.sampled_from([None, *Ending]))
ended_by_somebody = set(Ending) - {Ending.IDLE, Ending.LIMIT}


@given(st.lists(st.tuples(pauses, deeds), max_size=40), st.booleans())
def test_nothing_opens_a_session_again_and_nothing_outlasts_its_limits(
    story: list[tuple[timedelta, bool | Ending | None]], staff: bool
) -> None:
    """Pages are opened and asked for by themselves (true, false), sessions ended (a reason) or looked at (None)."""
    lasting, life, now = limits(staff), Life(BEGAN, BEGAN), BEGAN
    attended = BEGAN  # the newest sign of a person
    for pause, deed in story:
        now += pause
        before = life
        if isinstance(deed, bool):
            life = look(life, now, lasting, deed)
        elif deed is None:
            life = lapse(life, now, lasting)
        elif deed in ended_by_somebody:
            life = end(lapse(life, now, lasting), now, deed)
        if not before.is_open:
            assert life == before
        if deed is True and life.is_open:
            attended = now
        if life.is_open:
            assert now < life.began + lasting.whole or not _looked(deed)
            assert life.seen <= attended
            assert now < attended + lasting.idle or not _looked(deed)
        else:
            assert life.ended is not None
            assert life.why is not None
            assert BEGAN <= life.ended <= min(now, until(life, lasting)[0])


def _looked(deed: bool | Ending | None) -> bool:
    return not isinstance(deed, Ending)
