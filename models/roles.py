"""The two roles and the database of an installation.

`mastery_owner` owns the database and its schema; `mastery_app`, which serves requests, owns nothing, is no superuser
and can not pass row security.
"""

from psycopg import Connection, connect, sql

from models.embedded import PORT, SUPERUSER
from models.installation import OWNER_ROLE, Embedded, External, Installation, InstallationError
from models.row_security import APP_ROLE

# an arbitrary constant that only this program uses
_LOCK = 7_203_113
_ROLE_ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS"


def ensure_database(installation: Installation) -> None:
    """Make the roles and the database where they are missing, and renew the passwords; again changes nothing.

    The embedded server must be running. An external one is only looked at: its administrator makes the roles. Raises
    InstallationError where an external role has more rights than it may have.
    """
    if isinstance(installation.database, External):
        _check_external(installation.database)
        return
    with _superuser(installation.database, "postgres") as connection:
        # one at a time: CREATE DATABASE can not run in a transaction, so no transaction lock would do
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _ensure_role(connection, OWNER_ROLE, installation.database.owner_password)
        _ensure_role(connection, APP_ROLE, installation.database.app_password)
        _ensure_own_database(connection, installation.database.database)


def _superuser(database: Embedded, name: str) -> Connection[tuple[object, ...]]:
    return connect(
        host=str(database.server().socket_directory),
        port=PORT,
        user=SUPERUSER,
        password=database.superuser_password,
        dbname=name,
        require_auth="scram-sha-256",
        autocommit=True,
    )


def _ensure_role(connection: Connection[tuple[object, ...]], role: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if found else "CREATE"
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("{} ROLE {} {} PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.SQL(_ROLE_ATTRIBUTES), sql.Literal(verifier)
        )
    )


def _ensure_own_database(connection: Connection[tuple[object, ...]], name: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    database, owner, app = sql.Identifier(name), sql.Identifier(OWNER_ROLE), sql.Identifier(APP_ROLE)
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(database, owner))
    for other in (database, sql.Identifier("postgres"), sql.Identifier("template1")):
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(other))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, app))


def _check_external(database: External) -> None:
    app, owner = _look(database.app_url), _look(database.owner_url)
    if app == owner:
        raise InstallationError("DATABASE_URL and MASTERY_OWNER_DATABASE_URL must name two different roles.")
    role, passes_row_security = app
    if passes_row_security:
        raise InstallationError(
            f"The role {role} of DATABASE_URL is a superuser or passes row security: "
            f'run `ALTER ROLE "{role}" NOSUPERUSER NOBYPASSRLS` as an administrator.'
        )


def _look(url: str) -> tuple[str, bool]:
    with connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
        row = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    if row is None:
        raise InstallationError("The database does not tell the rights of its own role.")
    return str(row[0]), bool(row[1])
