"""Row-level security tried in SQL, as the role that serves requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest
from access_rows import consent, link, order
from factories import NOW, Factory, new_district
from psycopg import sql
from sqlalchemy import Engine

from mastery.access_matrix import Role
from mastery.audit import Act
from mastery.estimate import DEFAULTS, ItemParameters, Model, TargetParameters
from mastery.measure.item_check import Checked
from models.assessment import Item
from models.audit import SYSTEM, record
from models.installation import OWNER_ROLE, Installation
from models.methods import THE_MODEL, put_methods
from models.row_security import APP_ROLE
from models.tables import APPEND_ONLY_TABLES, READ_ONLY_TABLES, SHARED_TABLES, district_tables
from models.unit_of_work import district_transaction

Connection = psycopg.Connection[tuple[object, ...]]


def _plain(dsn: str) -> str:
    return dsn.replace("postgresql+psycopg://", "postgresql://", 1)


@pytest.fixture
def app_sql(installation: Installation) -> Iterator[Connection]:
    """A plain connection of the application's role, without a district."""
    with psycopg.connect(_plain(installation.app_dsn)) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner_sql(installation: Installation) -> Iterator[Connection]:
    """A plain connection of the owner of the schema."""
    with psycopg.connect(_plain(installation.owner_dsn)) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def super_sql(installation: Installation) -> Iterator[Connection]:
    """A connection that sees everything, to look from outside."""
    assert installation.superuser_dsn is not None
    with psycopg.connect(_plain(installation.superuser_dsn)) as connection:
        yield connection
        connection.rollback()


def ask(connection: Connection, question: sql.SQL | sql.Composed | str, *values: object) -> list[tuple[object, ...]]:
    query = sql.SQL(question) if isinstance(question, str) else question  # type: ignore[arg-type]
    return connection.execute(query, values or None).fetchall()


def set_district(connection: Connection, district_id: int) -> None:
    connection.execute(sql.SQL("SET LOCAL app.district = {}").format(sql.Literal(str(district_id))))


@dataclass
class Two:
    """Two districts with a row in every table that can hold one."""

    mine: int
    theirs: int


@pytest.fixture
def two(engine: Engine, super_sql: Connection) -> Two:
    made = Two(new_district(engine, "Mine"), new_district(engine, "Theirs"))
    for district_id in (made.mine, made.theirs):
        with district_transaction(engine, district_id) as session:
            make = Factory(session, district_id)
            section = make.section(make.school())
            student, teacher, target = make.student(section), make.teacher(section), make.target()
            guardian = make.guardian_of(student)
            order(make, guardian, student, "drawer 4")
            mentor = make.person()
            agreed = consent(make, mentor, student.id, "robotics")
            link(
                make, mentor, Role.EXTERNAL_PROFESSIONAL, student_id=student.id, basis="consent", consent_id=agreed,
                purpose="robotics", ends_at=NOW + timedelta(days=9),
            )  # fmt: skip
            record(session, district_id, SYSTEM, Act.VIEW, NOW, [student.id])
            assessment = make.assessment(targets=[target])
            make.cut_scores(assessment, teacher)
            result = make.result(student, assessment, target)
            make.standing(student, target)
            make.wheel_spin(student, target, [result])
            make.announce(student)
            make.section_version(section)
            put_methods(session, district_id, target.subject, THE_MODEL, NOW)
            items = {item.id: ItemParameters(1.0, 0.0, 1.0) for item in session.query(Item)}
            make.calibration(target.subject, Model(DEFAULTS, items, {target.id: TargetParameters(0.0, 0.1)}))
            seen = Checked(0, 40, 12, 0.5, 0.6, -1.3, 1.0, 0.4, 0.05, None, ())
            make.measurement(target.subject, [(item, seen) for item in items])
            session.commit()
    return made


def filled(super_sql: Connection) -> list[str]:
    """District tables that hold rows of both districts."""
    return [
        table
        for table in district_tables()
        if ask(super_sql, sql.SQL("SELECT count(DISTINCT district_id) FROM {}").format(sql.Identifier(table)))[0][0]
        == 2
    ]


# --- what the catalogue says: a new table without it fails here ------------------------------------------------------


def test_every_table_with_a_district_forces_row_security_by_a_policy_on_the_district(super_sql: Connection) -> None:
    rows = ask(
        super_sql,
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.cmd, p.permissive, p.roles::text, p.qual,"
        " p.with_check FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'"
        " LEFT JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = c.relname"
        " WHERE c.relkind IN ('r', 'p') AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid"
        " AND a.attname = 'district_id' AND NOT a.attisdropped)",
    )
    found = {row[0] for row in rows} - SHARED_TABLES
    assert found == set(district_tables())
    assert len(found) > 20
    for table, enabled, forced, command, permissive, roles, reads, writes in rows:
        if table in SHARED_TABLES:
            continue
        assert (enabled, forced) == (True, True), table
        assert (command, permissive, roles) == ("ALL", "PERMISSIVE", "{public}"), table
        assert reads == writes, table
        assert "district_id = " in str(reads), table
        assert "app.district" in str(reads), table
    assert len(rows) == len({row[0] for row in rows}), "one policy a table: a second one would let more through"


def test_every_table_is_shared_or_has_the_district_first_in_its_key(super_sql: Connection) -> None:
    first_of_key = dict(
        ask(
            super_sql,
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
            " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')",
        )
    )
    others = {table for table, column in first_of_key.items() if column != "district_id"}
    assert others == SHARED_TABLES | {"alembic_version"}


def test_the_application_owns_nothing_and_can_pass_nothing(super_sql: Connection) -> None:
    rights = ask(
        super_sql,
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit FROM pg_roles"
        " WHERE rolname = %s", APP_ROLE,
    )  # fmt: skip
    assert rights == [(False,) * 6]
    assert ask(
        super_sql,
        "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = %s", APP_ROLE,
    ) == [(0,)]  # fmt: skip
    assert ask(
        super_sql,
        "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s", APP_ROLE,
    ) == [(0,)]  # fmt: skip
    owner = ask(super_sql, "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", OWNER_ROLE)
    assert owner == [(False, False)]


def test_rights_on_append_only_tables_are_to_read_and_to_add(super_sql: Connection) -> None:
    rows = ask(
        super_sql,
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = %s AND table_schema = 'public'", APP_ROLE,
    )  # fmt: skip
    rights: dict[str, set[str]] = {}
    for table, right in rows:
        rights.setdefault(str(table), set()).add(str(right))
    for table in APPEND_ONLY_TABLES:
        assert rights[table] == {"SELECT", "INSERT"}, table
    for table, granted in rights.items():
        assert granted <= {"SELECT", "INSERT", "UPDATE", "DELETE"}, table
    columns = ask(
        super_sql,
        "SELECT table_name, column_name FROM information_schema.column_privileges WHERE grantee = %s"
        " AND privilege_type = 'UPDATE' AND table_name = ANY(%s)", APP_ROLE, sorted(APPEND_ONLY_TABLES),
    )  # fmt: skip
    assert columns == []


def test_no_function_or_view_runs_with_its_owners_rights(super_sql: Connection) -> None:
    assert ask(
        super_sql,
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.prosecdef",
    ) == []  # fmt: skip
    assert ask(super_sql, "SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []


# --- and what happens ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("role", ["app", "owner"])
def test_without_a_district_no_row_is_seen(
    role: str, app_sql: Connection, owner_sql: Connection, super_sql: Connection
) -> None:
    connection = app_sql if role == "app" else owner_sql
    tables = filled(super_sql)
    assert len(tables) >= 23, tables
    for table in tables:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        assert ask(connection, count) == [(0,)], table


@pytest.mark.parametrize("value", ["", "0", "-1"])
def test_a_district_that_is_none_sees_nothing(two: Two, app_sql: Connection, super_sql: Connection, value: str) -> None:
    app_sql.execute(sql.SQL("SET LOCAL app.district = {}").format(sql.Literal(value)))
    for table in filled(super_sql):
        assert ask(app_sql, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))) == [(0,)], table


@pytest.mark.parametrize("value", ["1 OR true", "1; SELECT 2", "one", "1.5"])
def test_a_district_that_is_no_number_is_an_error(app_sql: Connection, two: Two, value: str) -> None:
    app_sql.execute(sql.SQL("SET LOCAL app.district = {}").format(sql.Literal(value)))
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        app_sql.execute("SELECT count(*) FROM person")


def test_one_district_reads_only_its_own_rows(two: Two, app_sql: Connection, super_sql: Connection) -> None:
    set_district(app_sql, two.mine)
    for table in filled(super_sql):
        name = sql.Identifier(table)
        assert ask(app_sql, sql.SQL("SELECT DISTINCT district_id FROM {}").format(name)) == [(two.mine,)], table
        theirs = sql.SQL("SELECT count(*) FROM {} WHERE district_id = {}").format(name, sql.Literal(two.theirs))
        assert ask(app_sql, theirs) == [(0,)], table


def test_another_districts_rows_can_not_be_changed(two: Two, app_sql: Connection, super_sql: Connection) -> None:
    for table in [one for one in filled(super_sql) if one not in APPEND_ONLY_TABLES]:
        name, theirs = sql.Identifier(table), sql.Literal(two.theirs)
        set_district(app_sql, two.mine)
        changed = app_sql.execute(
            sql.SQL("UPDATE {} SET district_id = district_id WHERE district_id = {}").format(name, theirs)
        )
        assert changed.rowcount == 0, table
        removed = app_sql.execute(sql.SQL("DELETE FROM {} WHERE district_id = {}").format(name, theirs))
        assert removed.rowcount == 0, table
        app_sql.rollback()


def test_a_row_can_not_be_given_to_another_district(two: Two, app_sql: Connection, super_sql: Connection) -> None:
    for table in [one for one in filled(super_sql) if one not in APPEND_ONLY_TABLES]:
        set_district(app_sql, two.mine)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            app_sql.execute(
                sql.SQL("UPDATE {} SET district_id = {}").format(sql.Identifier(table), sql.Literal(two.theirs))
            )
        app_sql.rollback()


def test_no_row_can_be_added_to_another_district(two: Two, app_sql: Connection, super_sql: Connection) -> None:
    """An own row copied under the other district's number is refused by the policy, in every table."""
    for table in filled(super_sql):
        columns = [str(row[0]) for row in ask(
            super_sql, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s AND column_name <> 'district_id' ORDER BY ordinal_position", table)]  # fmt: skip
        others = sql.SQL(", ").join(map(sql.Identifier, columns))
        set_district(app_sql, two.mine)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            app_sql.execute(
                sql.SQL("INSERT INTO {t} (district_id, {c}) SELECT {d}, {c} FROM {t} LIMIT 1").format(
                    t=sql.Identifier(table), c=others, d=sql.Literal(two.theirs)
                )
            )
        app_sql.rollback()


def test_a_foreign_key_does_not_reach_into_another_district(
    two: Two, app_sql: Connection, super_sql: Connection
) -> None:
    (theirs,) = ask(super_sql, "SELECT id FROM person WHERE district_id = %s LIMIT 1", two.theirs)
    (free,) = ask(super_sql, "SELECT max(id) + 1 FROM person")
    set_district(app_sql, two.mine)
    for stranger in (theirs[0], free[0]):
        with pytest.raises(psycopg.errors.ForeignKeyViolation), app_sql.transaction():
            app_sql.execute(
                "INSERT INTO guardianship (district_id, guardian_id, student_id) VALUES (%s, %s, %s)",
                (two.mine, stranger, stranger),
            )


@pytest.mark.parametrize("table", sorted(APPEND_ONLY_TABLES))
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET district_id = district_id", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE"]
)
def test_what_is_append_only_stays(two: Two, app_sql: Connection, table: str, statement: str) -> None:
    set_district(app_sql, two.mine)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_sql.execute(sql.SQL(statement).format(sql.Identifier(table)))  # type: ignore[arg-type]


@pytest.mark.parametrize("statement", ["INSERT INTO {} (id) VALUES (1)", "UPDATE {} SET id = 1", "DELETE FROM {}"])
@pytest.mark.parametrize("table", sorted(READ_ONLY_TABLES))
def test_what_is_read_only_stays(app_sql: Connection, table: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_sql.execute(sql.SQL(statement).format(sql.Identifier(table)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE person NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY of_district ON person",
        "CREATE POLICY everything ON person USING (true)",
        "ALTER POLICY of_district ON person USING (true)",
        "ALTER TABLE person OWNER TO mastery_app",
        "CREATE RULE r AS ON DELETE TO evidence DO INSTEAD NOTHING",
        "CREATE TRIGGER t BEFORE INSERT ON evidence EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "DROP TABLE evidence",
        "TRUNCATE person CASCADE",
        "CREATE TABLE public.own (district_id integer)",
        "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "ALTER ROLE mastery_app BYPASSRLS",
        "ALTER ROLE mastery_app SUPERUSER",
        "CREATE ROLE helper",
        "SET ROLE mastery_owner",
        "SET SESSION AUTHORIZATION mastery_owner",
        "SET session_replication_role = replica",
        "COPY person TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
    ],
)
def test_the_application_can_not_free_itself(app_sql: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_sql.execute(statement.encode())


def test_the_application_can_not_grant_itself_more(app_sql: Connection) -> None:
    """PostgreSQL answers such a GRANT with a warning; what counts is that nothing came of it."""
    app_sql.execute("GRANT ALL ON evidence TO mastery_app")
    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        assert ask(app_sql, "SELECT has_table_privilege('evidence', %s)", right) == [(False,)]


def test_row_security_switched_off_is_an_error_and_no_way_around(two: Two, app_sql: Connection) -> None:
    app_sql.execute("SET LOCAL row_security = off")
    set_district(app_sql, two.mine)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        app_sql.execute("SELECT count(*) FROM person")


def test_a_cheap_function_of_the_callers_does_not_see_hidden_rows(two: Two, app_sql: Connection) -> None:
    """A leaky function in a WHERE runs after the policy: it is shown nothing of the other district."""
    app_sql.execute(
        "CREATE FUNCTION pg_temp.leak(text, integer) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
        " $$ BEGIN RAISE NOTICE 'saw % of %', $1, $2; RETURN true; END $$"
    )
    seen: list[str] = []
    app_sql.add_notice_handler(lambda notice: seen.append(notice.message_primary or ""))
    set_district(app_sql, two.mine)
    app_sql.execute("SELECT count(*) FROM person WHERE pg_temp.leak(family_name, district_id)")
    assert seen
    assert {message.rpartition(" ")[2] for message in seen} == {str(two.mine)}


def test_the_district_of_a_transaction_ends_with_it(two: Two, engine: Engine) -> None:
    """A pooled connection carries no district into the next transaction."""
    for _ in range(3):
        with district_transaction(engine, two.mine) as session:
            assert session.connection().exec_driver_sql("SELECT count(*) FROM person").scalar_one() == 4
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM person").scalar_one() == 0


def test_shared_tables_hold_nothing_about_a_child(super_sql: Connection) -> None:
    columns = ask(
        super_sql,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name = ANY(%s) ORDER BY table_name, ordinal_position", sorted(SHARED_TABLES),
    )  # fmt: skip
    assert columns == [
        ("district", "id"), ("district", "slug"), ("district", "name"), ("district", "time_zone"),
        ("district", "sandbox"), ("district", "created_at"),
        *(
            ("district_end", name)
            for name in (
                "id", "slug", "name", "time_zone", "ended_on", "ended_by", "recorded_at", "export_sha256", "export_at",
                "destroyed_by", "begun_at", "removed", "destroyed_at",
            )
        ),
        ("recovery_request", "id"),
        ("recovery_request", "name_digest"), ("recovery_request", "asked_at"), ("sign_in_name", "name_digest"),
        ("sign_in_name", "district_id"), ("tried", "key"), ("tried", "free_at"),
    ]  # fmt: skip
