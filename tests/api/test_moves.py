"""Doing a move with one tap and taking it back: for whom, what it leaves behind, and whose business it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_rows import announced_to
from factories import NOW, ZONE, Factory, new_district
from move_world import Group, undo_forms
from page_world import PASSWORD
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.moves import MOST_AT_ONCE, Asked, Done, MoveError, UnknownMoveError, do_move, undo_move
from mastery.moves.words import MoveKind
from models.flag import FlagTransition
from models.graph_store import GraphCache
from models.move import Move, MovePart, MoveUndo
from models.queries_access import viewer_of
from models.rule_stops import RuleStop
from models.unit_of_work import district_transaction


def test_those_who_share_a_gap_are_one_card(group: Group) -> None:
    page = group.client.get("/today")
    assert "Pull these four: I can explain why fractions are equal" in page.text
    assert "2 are stuck on it; 2 work on what builds on it." in page.text
    assert "Next step: Take them together for ten minutes" in page.text
    for student, flag in zip(group.students, group.flags, strict=True):
        assert page.links.count(f"/students/{student.id}") == 1
        assert f"/students/{student.id}#flag-{flag}" in page.links
        assert f"flag-{flag}" in page.ids
    assert group.form(page) == {
        "kind": "pull", "section": str(group.world.section.id), "about": str(group.world.target.id),
    }  # fmt: skip


def test_done_acknowledges_all_remembers_how_things_stood_and_offers_undo(group: Group) -> None:
    page = group.do()
    assert "Done for 4 students. Today will tell what came of it." in page.text
    assert "Pulled four: I can explain why fractions are equal" in page.text
    assert "Someone is on it: 4" in page.text
    assert "Pull these" not in page.text
    assert undo_forms(page) == [f"/moves/{group.move()}/undo"] * 2  # in the message and in the list
    assert group.states() == ["acknowledged"] * 4
    with district_transaction(group.world.engine, group.world.district_id) as session:
        move = session.scalars(select(Move)).one()
        assert (move.kind, move.target_id, move.by_person) == (
            "pull", group.world.target.id, group.world.people["teacher"].id,
        )  # fmt: skip
        parts = session.scalars(select(MovePart).order_by(MovePart.id)).all()
        assert {(part.student_id, part.flag_id, part.target_id, part.state, part.probability) for part in parts} == {
            (student.id, flag, group.world.target.id, "in_progress", 0.2)
            for student, flag in zip(group.students, group.flags, strict=True)
        }
        assert {part.flag_version for part in parts} == {2}
        steps = session.scalars(select(FlagTransition)).all()
        assert {(step.event, step.by_person) for step in steps} == {("acknowledge", move.by_person)}
        assert announced_to(session, (student.id for student in group.students))


def test_what_changed_meanwhile_is_told_and_left_alone(group: Group) -> None:
    page = group.do(versions={3: 7})
    assert "Done for 3 students. Today will tell what came of it. 1 had changed meanwhile" in page.text
    assert group.states() == ["acknowledged"] * 3 + ["open"]
    assert "Talk with Noor Lee" in page.text
    other = group.world.client("teacher")
    other.post(
        "/moves", kind="pull", section=group.world.section.id, about=group.world.target.id,
        flags=f"{group.flags[0]}.2",
    )  # fmt: skip
    assert "Nothing was changed: this changed while you were reading" in other.get("/today").text


def test_who_is_not_ticked_is_left_out(group: Group) -> None:
    page = group.do(students=(0, 1, 3))
    assert group.states() == ["acknowledged", "acknowledged", "open", "acknowledged"]
    assert "Talk with Mina Lee" in page.text
    form = {"kind": "talk", "section": group.world.section.id, "about": group.students[2].id}
    group.client.post("/moves", **form)
    assert "nobody was ticked" in group.client.get("/today").text


def test_undo_puts_the_flags_back_for_everyone_and_can_not_be_done_twice(group: Group) -> None:
    group.do()
    move = group.move()
    group.client.post(f"/moves/{move}/undo")
    page = group.client.get("/today")
    assert "Taken back: it is on your list again." in page.text
    assert "Pull these four" in page.text
    assert not undo_forms(page)
    assert group.states() == ["open"] * 4
    group.client.post(f"/moves/{move}/undo", status=404)
    with district_transaction(group.world.engine, group.world.district_id) as session:
        assert session.scalars(select(MoveUndo)).one().by_person == group.world.people["teacher"].id
        of_one = select(FlagTransition.event).where(FlagTransition.flag_id == group.flags[0])
        events = session.scalars(of_one.order_by(FlagTransition.id))
        assert list(events) == ["acknowledge", "take_back"]
    group.do(versions=dict.fromkeys(range(4), 3))
    assert group.states() == ["acknowledged"] * 4


def test_undo_leaves_alone_what_something_else_happened_to(group: Group) -> None:
    group.do()
    move = group.move()
    group.client.post(f"/flags/{group.flags[0]}/dismiss", version=2, reason="known_excused")
    group.client.post(f"/moves/{move}/undo")
    assert "1 had changed meanwhile and was left as it is." in group.client.get("/today").text
    assert group.states() == ["dismissed", "open", "open", "open"]


def test_undo_of_what_changed_altogether_says_so(group: Group) -> None:
    group.do(students=(0,))
    move = group.move()
    group.client.post(f"/flags/{group.flags[0]}/dismiss", version=2, reason="known_excused")
    group.client.post(f"/moves/{move}/undo")
    page = group.client.get("/today")
    assert "Nothing was changed: this changed while you were reading" in page.text


def test_undo_is_offered_for_a_day(group: Group) -> None:
    group.do()
    move = group.move()
    group.world.clock.jump(timedelta(days=1))
    client = group.world.client("teacher")
    assert undo_forms(client.get("/today"))
    group.world.clock.jump(timedelta(days=1))
    client = group.world.client("teacher")
    assert not undo_forms(client.get("/today"))
    client.post(f"/moves/{move}/undo")
    assert "cannot be taken back any more" in client.get("/today").text
    assert group.states() == ["acknowledged"] * 4
    client.post(f"/moves/{move}/undo")
    world = group.world
    (stop,) = world.rows(RuleStop)
    assert (stop.rule, stop.school_id, stop.times) == ("moves_undo_days", world.school.id, 2), "each time is counted"
    assert stop.day == world.clock.at.date()


@pytest.mark.parametrize("who", ["colleague", "stranger", "guardian", "student", "principal", "leader"])
def test_nobody_else_does_or_undoes_it(group: Group, who: str) -> None:
    world = group.world
    client = world.client(who)
    form = {"kind": "pull", "about": world.target.id, "flags": [f"{one}.1" for one in group.flags]}
    for section in (world.section.id, world.other_section.id):
        client.post("/moves", status=404, section=section, **form)
    group.do()
    client.post(f"/moves/{group.move()}/undo", status=404)
    assert group.states() == ["acknowledged"] * 4


def test_a_co_teacher_does_it_and_only_who_did_it_takes_it_back(group: Group) -> None:
    world = group.world

    def rows(make: Factory) -> None:
        make.enrol(world.people["colleague"], world.section, role="teacher")

    world.add(rows)
    group.do()
    colleague = world.client("colleague")
    colleague.post(f"/moves/{group.move()}/undo", status=404)
    page = colleague.get("/today")
    assert not undo_forms(page)
    assert "Acknowledged by Grace Hopper" in page.text


def test_another_district_does_not_exist(group: Group) -> None:
    world = group.world
    other = new_district(world.engine, "Other")
    with district_transaction(world.engine, other) as session:
        make = Factory(session, other)
        section = make.section(make.school())
        make.student(section)
        create_account(session, other, "foreign-teacher", PASSWORD, make.teacher(section).id, NOW)
        session.commit()
    client = world.client("foreign-teacher")
    form = {"kind": "pull", "about": world.target.id, "flags": [f"{one}.1" for one in group.flags]}
    for place in (section.id, world.section.id):
        client.post("/moves", status=404, section=place, **form)
    group.do()
    client.post(f"/moves/{group.move()}/undo", status=404)


def test_of_two_teachers_who_tap_at_once_one_does_it(group: Group) -> None:
    world, district = group.world, group.world.district_id
    zone, flags = ZoneInfo(ZONE), dict.fromkeys(group.flags, 1)
    asked = Asked(MoveKind.PULL, world.section.id, world.target.id, flags, [])
    with district_transaction(world.engine, district) as session:
        viewer = viewer_of(session, district, world.people["teacher"].id, NOW)

    def at_once(act: Callable[[Any], Done]) -> list[Done | str]:
        start = threading.Barrier(2)

        def one(_number: int) -> Done | str:
            with district_transaction(world.engine, district) as session:
                session.execute(select(1))
                start.wait(10)
                try:
                    done = act(session)
                except (MoveError, UnknownMoveError) as refused:
                    return type(refused).__name__
                session.commit()
                return done

        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(one, range(2)), key=str)

    done, refused = at_once(lambda session: do_move(session, viewer, GraphCache(), asked, zone, NOW))
    assert (done, refused) == (Done(group.move(), 4, 0), "MoveError")
    undone, refused = at_once(lambda session: undo_move(session, viewer, GraphCache(), group.move(), zone, NOW))
    assert (undone, refused) == (Done(group.move(), 4, 0), "UnknownMoveError")
    assert group.states() == ["open"] * 4


def test_a_form_that_fits_no_move_changes_nothing(group: Group) -> None:
    world, section = group.world, group.world.section.id
    flag = f"{group.flags[0]}.1"
    for kind, about in (("talk", group.students[1].id), ("pull", 1), ("let_test", 1), ("look", 1), ("confirm", 0)):
        group.client.post("/moves", status=404, kind=kind, section=section, about=about, flags=flag)
    no_instant = f"{group.students[0].id}.{world.target.id}.{'9' * 18}"
    for form in (
        {"kind": "wave"}, {"about": "x"}, {"flags": "1.x"}, {"flags": "1"}, {"decisions": "1.2"},
        {"decisions": no_instant},
    ):  # fmt: skip
        whole = {"kind": "pull", "section": section, "about": world.target.id, "flags": flag} | form
        group.client.post("/moves", status=400, **whole)
    assert group.states() == ["open"] * 4


@pytest.mark.parametrize(("others", "done"), [(MOST_AT_ONCE - 4, True), (MOST_AT_ONCE - 3, False)])
def test_a_large_class_is_done_at_once_and_more_than_that_is_refused_with_a_reason(
    group: Group, others: int, done: bool
) -> None:
    world = group.world
    gone = [str(10**12 + number) for number in range(others)]
    flags = " ".join(f"{flag}.1" for flag in [*group.flags, *gone])
    group.client.post("/moves", kind="pull", section=world.section.id, about=world.target.id, flags=flags)
    said = group.client.get("/today").text
    assert ("Done for 4 students." in said) is done
    assert ("Nothing was changed: these are too many at once." in said) is not done
    assert group.states() == ["acknowledged" if done else "open"] * 4
