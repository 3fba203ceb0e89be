"""The roles of an installation: the one that serves requests owns nothing."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from models.installation import Installation
from models.roles import ensure_database


def test_the_application_role_has_no_special_right(engine: Engine) -> None:
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
                " EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
            )
        ).one()
    assert tuple(row) == ("mastery_app", False, False, False, False, False)


def test_the_application_role_can_not_make_a_table(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied for schema public"):
        connection.execute(text("CREATE TABLE mine (id integer)"))


def test_the_owner_owns_the_database_and_is_no_superuser(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT pg_get_userbyid(datdba), rolsuper, rolbypassrls FROM pg_database, pg_roles"
                " WHERE datname = current_database() AND rolname = current_user"
            )
        ).one()
    assert tuple(row) == ("mastery_owner", False, False)


def test_making_the_database_again_changes_nothing(installation: Installation, owner_engine: Engine) -> None:
    tables = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    with owner_engine.connect() as connection:
        before = connection.execute(tables).scalar_one()
    ensure_database(installation)
    with owner_engine.connect() as connection:
        assert connection.execute(tables).scalar_one() == before
