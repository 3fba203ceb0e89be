"""An installation is made once, found again, and says what is missing."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from models.installation import External, Installation, InstallationError, create, load
from models.roles import ensure_database

EXTERNAL = {
    "DATABASE_URL": "postgres://app:a%40b@db.example/mastery",
    "MASTERY_OWNER_DATABASE_URL": "postgresql://owner:o@db.example/mastery",
    "MASTERY_SECRET_KEY": "k" * 32,
}


def test_made_once_with_private_secrets(tmp_path: Path) -> None:
    made = create(tmp_path / "new" / "place")
    assert create(tmp_path / "new" / "place") == made
    assert load(tmp_path / "new" / "place") == made
    assert load(environ={"MASTERY_DATA_DIR": str(tmp_path / "new" / "place")}) == made
    path = tmp_path / "new" / "place" / "installation.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    database = json.loads(path.read_text())["database"]
    assert len({made.secret_key, *database.values()}) == 4
    assert min(map(len, database.values())) >= 40


def test_all_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(create, [tmp_path / "one"] * 8))
    assert made == [made[0]] * 8
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["installation.json"]


def test_urls_name_the_role_the_socket_and_the_password(installation: Installation) -> None:
    url = make_url(installation.app_dsn)
    assert url.username == "mastery_app"
    assert Path(str(url.query["host"])).is_dir()
    assert url.query["require_auth"] == "scram-sha-256"
    assert make_url(installation.owner_dsn).username == "mastery_owner"
    assert make_url(installation.owner_dsn).password != url.password


def test_an_external_database_is_told_by_the_environment() -> None:
    found = load(environ=EXTERNAL)
    assert found.server() is None
    assert found.superuser_dsn is None
    assert found.app_dsn == "postgresql+psycopg://app:a%40b@db.example/mastery"
    assert found.owner_dsn == "postgresql+psycopg://owner:o@db.example/mastery"
    assert found.data_dir is None


def test_each_setting_may_be_in_a_file(tmp_path: Path) -> None:
    environ = {}
    for name, value in EXTERNAL.items():
        (tmp_path / name).write_text(value + "\n")
        environ[f"{name}_FILE"] = str(tmp_path / name)
    assert load(environ=environ) == load(environ=EXTERNAL)
    (tmp_path / "DATABASE_URL").unlink()
    with pytest.raises(InstallationError, match="DATABASE_URL_FILE can not be read"):
        load(environ=environ)


@pytest.mark.parametrize("missing", ["MASTERY_OWNER_DATABASE_URL", "MASTERY_SECRET_KEY"])
def test_an_incomplete_environment_names_what_is_missing(missing: str) -> None:
    with pytest.raises(InstallationError, match=missing):
        load(environ={name: value for name, value in EXTERNAL.items() if name != missing})


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(InstallationError, match="must be PostgreSQL"):
        load(environ={**EXTERNAL, "DATABASE_URL": "sqlite:///x"})


def test_an_absent_installation_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match=r"mastery --data-dir .* install"):
        load(tmp_path)


@pytest.mark.parametrize(("content", "said"), [("{", "restore it"), ('{"format": 99}', "newer version")])
def test_a_broken_file_says_so(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "installation.json").write_text(content)
    with pytest.raises(InstallationError, match=said):
        load(tmp_path)


def test_an_external_application_role_that_passes_row_security_is_refused(installation: Installation) -> None:
    superuser = installation.superuser_dsn
    assert superuser is not None
    strong = Installation(None, "k", External(superuser, installation.owner_dsn))
    with pytest.raises(InstallationError, match="NOSUPERUSER NOBYPASSRLS"):
        ensure_database(strong)
    same = Installation(None, "k", External(installation.owner_dsn, installation.owner_dsn))
    with pytest.raises(InstallationError, match="two different roles"):
        ensure_database(same)
    ensure_database(Installation(None, "k", External(installation.app_dsn, installation.owner_dsn)))
