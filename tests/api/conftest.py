"""Fixtures of the tests of the API and of pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from calibration_world import taught
from conftest_api import app, clock, kept_app, machine, own_app, school
from factories import Factory, new_district
from flask import Flask
from machine_walk import walked
from move_world import group
from page_world import CHEAP_HASHER, PageWorld, SteppedClock, populate
from sqlalchemy import Engine

from api.actions import accounts
from api.app import create_app
from models.installation import Installation
from models.unit_of_work import district_transaction

__all__ = [
    "app",
    "clock",
    "group",
    "kept_app",
    "machine",
    "own_app",
    "page_app",
    "page_world",
    "school",
    "taught",
    "walked",
]


@pytest.fixture(scope="session")
def page_app(installation: Installation) -> Iterator[Flask]:
    """One application for all tests of pages."""
    accounts.HASHER = CHEAP_HASHER
    app = create_app(installation, SteppedClock())
    app.config["TESTING"] = True
    yield app
    accounts.HASHER = PasswordHasher()
    app.extensions["mastery"].dispose()


@pytest.fixture
def page_world(engine: Engine, page_app: Flask) -> Iterator[PageWorld]:
    """The district, fresh for each test."""
    clock = SteppedClock()
    services = page_app.extensions["mastery"]
    page_app.extensions["mastery"] = replace(services, clock=clock, stopwatch=clock)
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        world = populate(Factory(session, district_id), session, engine, page_app, clock)
        session.commit()
    yield world
    page_app.extensions["mastery"] = services
