"""The migrations and the tables say the same."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from models import migrate
from models.tables import METADATA


def test_the_migrated_database_is_what_the_tables_describe(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_there_is_one_newest_revision() -> None:
    script = ScriptDirectory(str(migrate.MIGRATIONS))
    assert script.get_heads() == [migrate.head()]


def test_migrating_again_changes_nothing(owner_engine: Engine) -> None:
    assert migrate.upgrade(owner_engine) == migrate.current(owner_engine) == migrate.head()
