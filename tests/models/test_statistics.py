"""The planner learns at once of what was written."""

from factories import Factory, new_district
from sqlalchemy import Engine, text

from models.installation import Installation
from models.statistics import refresh_statistics
from models.unit_of_work import connect, district_transaction

# the owner is not shown the statistics of row-secured tables
_KNOWN = text(
    "SELECT :district = ANY(most_common_vals::text::int[]) FROM pg_stats"
    " WHERE tablename = 'person' AND attname = 'district_id'"
)


def test_a_new_districts_rows_are_known(engine: Engine, installation: Installation) -> None:
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        section = make.section(make.school())
        for _ in range(20):
            make.student(section)
        session.commit()
    refresh_statistics(installation.owner_dsn)
    assert installation.superuser_dsn is not None
    superuser = connect(installation.superuser_dsn, pool_size=1)
    with superuser.connect() as connection:
        assert connection.execute(_KNOWN, {"district": district_id}).scalar_one()
    superuser.dispose()
