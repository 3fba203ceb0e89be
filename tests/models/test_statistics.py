"""The planner learns at once of what was written."""

from factories import Factory, new_district
from sqlalchemy import Engine, text

from models.installation import Installation
from models.statistics import Statistics
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
    with Statistics(installation.owner_dsn) as statistics:
        statistics.refresh()
    assert installation.superuser_dsn is not None
    superuser = connect(installation.superuser_dsn, pool_size=1)
    with superuser.connect() as connection:
        assert connection.execute(_KNOWN, {"district": district_id}).scalar_one()
    superuser.dispose()


def test_what_grows_is_looked_at_once_and_again_when_it_has_grown_fourfold(
    engine: Engine, installation: Installation
) -> None:
    assert installation.superuser_dsn is not None
    superuser = connect(installation.superuser_dsn, pool_size=1)
    with superuser.begin() as connection:  # as it is in a new installation
        connection.execute(text("TRUNCATE person CASCADE"))
        connection.execute(text("ANALYZE person"))
    superuser.dispose()
    district_id = new_district(engine)
    with Statistics(installation.owner_dsn) as statistics:
        statistics.follow_growth()
        grown = []
        for _ in range(6):
            with district_transaction(engine, district_id) as session:
                make = Factory(session, district_id)
                for _ in range(150):
                    make.person()
                session.commit()
            grown.append("person" in statistics.follow_growth())
        assert grown[0]
        assert 2 <= sum(grown) < 6
        assert statistics.follow_growth() == []


def test_a_check_of_a_foreign_key_finds_its_row_by_the_key(engine: Engine, installation: Installation) -> None:
    """Planned when the table was empty it reads a district by any index; what has grown is planned anew."""
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        for _ in range(300):
            make.person()
        session.commit()
    with Statistics(installation.owner_dsn) as statistics:
        statistics.follow_growth()
    assert installation.superuser_dsn is not None
    superuser = connect(installation.superuser_dsn, pool_size=1)
    with superuser.connect() as connection:
        connection.execute(text("SET plan_cache_mode = force_generic_plan"))
        connection.execute(
            text("PREPARE held (int, bigint) AS SELECT 1 FROM person WHERE district_id = $1 AND id = $2 FOR KEY SHARE")
        )
        plan = "\n".join(connection.execute(text(f"EXPLAIN EXECUTE held ({district_id}, 1)")).scalars())
    superuser.dispose()
    assert "pk_person" in plan
