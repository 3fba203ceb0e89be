"""Row-level security in SQL: what a migration runs for a district-owned table."""

from __future__ import annotations

from collections.abc import Iterator

APP_ROLE = "mastery_app"
_CURRENT = "nullif(current_setting('app.district', true), '')::integer"


def secure(table: str, append_only: bool) -> Iterator[str]:
    """Statements that force row security on `table` and grant the application's role what it needs, no more."""
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    yield (
        f'CREATE POLICY of_district ON "{table}" USING (district_id = {_CURRENT}) WITH CHECK (district_id = {_CURRENT})'
    )
    rights = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    yield f'GRANT {rights} ON "{table}" TO {APP_ROLE}'


def grant_sequences() -> str:
    """The statement that lets the application's role take new keys."""
    return f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}"
