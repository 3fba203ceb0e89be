"""What keeps districts apart in the database, looked at and put right: row security, grants, roles, ownership."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from models.row_security import APP_ROLE, secure
from models.tables import APPEND_ONLY_TABLES, READ_ONLY_TABLES, district_tables

_POLICY = "of_district"
_LOCK_WITHIN = "10s"
_TABLES = """
    SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'district_id'
            AND NOT a.attisdropped) AS of_a_district,
        pg_get_userbyid(c.relowner) = :app AS owned_by_app,
        has_table_privilege(:app, c.oid, 'SELECT') AND has_table_privilege(:app, c.oid, 'INSERT') AS may_add,
        has_table_privilege(:app, c.oid, 'UPDATE') AND has_table_privilege(:app, c.oid, 'DELETE') AS may_change,
        has_table_privilege(:app, c.oid, 'UPDATE') OR has_table_privilege(:app, c.oid, 'DELETE') AS may_change_some,
        has_table_privilege(:app, c.oid, 'TRUNCATE') AS may_empty,
        ARRAY(SELECT p.policyname::text FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname)
            AS policies,
        EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
            AND p.policyname = :policy AND p.permissive = 'PERMISSIVE' AND p.cmd = 'ALL' AND p.roles = '{public}'
            AND p.qual = p.with_check AND p.qual = :rule) AS guarded
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
# how PostgreSQL tells the policy of `models.row_security.secure` back
_RULE = "(district_id = (NULLIF(current_setting('app.district'::text, true), ''::text))::integer)"
_ROLE = """
    SELECT rolname AS name, rolsuper AS superuser, rolbypassrls AS bypasses, rolcreaterole OR rolcreatedb AS creates,
        EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS belongs
    FROM pg_roles r WHERE rolname = ANY(:names)
"""
_MEMBERSHIPS = """
    SELECT quote_ident(g.rolname) AS granted, quote_ident(m.rolname) AS member FROM pg_auth_members a
    JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member WHERE m.rolname = ANY(:names)
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that does not hold: of which kind ("row_security", "append_only", "rights", "owner"), where, what."""

    kind: str
    table: str
    what: str


@dataclass(frozen=True, slots=True)
class RoleGap:
    """A right that a role has and must not have; `mend` is the SQL that takes it away, for an administrator."""

    role: str
    what: str
    mend: str


def find_gaps(connection: Connection) -> list[Gap]:
    """Every table that is not guarded as the migrations leave it."""
    rows = connection.execute(text(_TABLES), {"app": APP_ROLE, "policy": _POLICY, "rule": _RULE}).all()
    known = set(district_tables())
    found = [Gap("row_security", name, "is missing") for name in sorted(known - {row.name for row in rows})]
    for row in rows:
        if row.owned_by_app:
            found.append(Gap("owner", row.name, "belongs to the role that serves requests"))
        if row.name in known or (row.of_a_district and row.name != "sign_in_name"):
            if not (row.enabled and row.forced):
                found.append(Gap("row_security", row.name, "does not force row security"))
            if not row.guarded or list(row.policies) != [_POLICY]:
                found.append(Gap("row_security", row.name, "has not just the policy that shows one district's rows"))
        if row.name in READ_ONLY_TABLES and (row.may_add or row.may_change_some):
            found.append(Gap("rights", row.name, "can be written by the role that serves requests"))
        if row.name in APPEND_ONLY_TABLES and (row.may_change_some or row.may_empty):
            found.append(Gap("append_only", row.name, "can be changed or emptied by the role that serves requests"))
        elif row.may_empty:
            found.append(Gap("rights", row.name, "can be emptied by the role that serves requests"))
        if row.name in known and not (row.may_add and (row.may_change or row.name in APPEND_ONLY_TABLES)):
            found.append(Gap("rights", row.name, "can not be used by the role that serves requests"))
    return found


def mend_roles(superuser: Engine, app: str, owner: str) -> None:
    """Take from the two roles what they may not have: memberships, and what the serving role owns. Embedded only."""
    with superuser.begin() as connection:
        for row in connection.execute(text(_MEMBERSHIPS), {"names": [app, owner]}).all():
            connection.exec_driver_sql(f"REVOKE {row.granted} FROM {row.member}")
        gaps = find_gaps(connection) if connection.execute(text("SELECT to_regclass('district')")).scalar() else []
        if any(gap.kind == "owner" for gap in gaps):
            connection.exec_driver_sql(f'REASSIGN OWNED BY "{app}" TO "{owner}"')


def close_gaps(owner_engine: Engine) -> list[Gap]:
    """Guard again the tables that are not guarded, and only those, so that no other is locked; what was closed.

    Roles and ownership are an administrator's to mend (`mend_roles` on the embedded server).
    """
    with owner_engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WITHIN}'"))
        gaps = [gap for gap in find_gaps(connection) if gap.kind != "owner"]
        known = set(district_tables())
        for table in sorted({gap.table for gap in gaps} & known):
            _guard(connection, table)
        for table in sorted({gap.table for gap in gaps} - known):
            rights = "TRUNCATE, INSERT, UPDATE, DELETE" if table in READ_ONLY_TABLES else "TRUNCATE"
            connection.execute(text(f'REVOKE {rights} ON "{table}" FROM {APP_ROLE}'))
        left = {gap for gap in find_gaps(connection) if gap.kind != "owner"}
    return [gap for gap in gaps if gap not in left]


def _guard(connection: Connection, table: str) -> None:
    for (policy,) in connection.execute(
        text("SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = :name"), {"name": table}
    ).all():
        quoted = policy.replace('"', '""')
        connection.exec_driver_sql(f'DROP POLICY "{quoted}" ON "{table}"')
    connection.exec_driver_sql(f'REVOKE ALL ON "{table}" FROM {APP_ROLE}')
    for statement in secure(table, table in APPEND_ONLY_TABLES):
        connection.exec_driver_sql(statement)


def role_gaps(connection: Connection, app: str, owner: str) -> list[RoleGap]:
    """Rights that the role that serves requests, or the one that owns the schema, has too many."""
    found = []
    for row in connection.execute(text(_ROLE), {"names": [app, owner]}).all():
        if row.superuser:
            found.append(RoleGap(row.name, "is a superuser", f'ALTER ROLE "{row.name}" NOSUPERUSER'))
        if row.bypasses:
            found.append(RoleGap(row.name, "passes row security", f'ALTER ROLE "{row.name}" NOBYPASSRLS'))
        if row.name == app and row.creates:
            found.append(
                RoleGap(row.name, "may make roles or databases", f'ALTER ROLE "{row.name}" NOCREATEROLE NOCREATEDB')
            )
        if row.name == app and row.belongs:
            found.append(
                RoleGap(row.name, "belongs to another role", f'REVOKE the roles that "{row.name}" is a member of')
            )
    return found
