"""An installation that is not safe is not served, and what is said mends it; a demonstration knows no real child."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import name_in_environment
from conftest_api import NOW
from factories import new_district
from sqlalchemy import Engine, text

from api.actions.districts import create_district
from api.actions.examination.safety import to_database
from api.actions.safe_start import UnsafeError, _of_files, refuse_unsafe, refuse_unsafe_process
from api.cli import main
from api.serve import free_port
from models.installation import External, Installation, create


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "fewer than 32 characters"),
        ("short", "fewer than 32 characters"),
        ("k" * 40, "fewer than 12 different characters"),
        ("0123456789" * 5, "fewer than 12 different characters"),
        ("please-CHANGEME-before-you-serve-this-1234", "'changeme'"),
        ("this-is-my-very-secret-key-0123456789-abc", "'secret'"),
    ],
)
def test_a_key_that_can_be_guessed_is_refused(installation: Installation, key: str, said: str) -> None:
    for weak in (replace(installation, secret_key=key), replace(installation, former_keys=(key,))):
        with pytest.raises(UnsafeError, match=said):
            refuse_unsafe_process(weak, {})


def test_debugging_is_refused_even_in_a_demonstration(installation: Installation) -> None:
    refuse_unsafe_process(installation, {"FLASK_DEBUG": "0"})
    with pytest.raises(UnsafeError, match="unset FLASK_DEBUG"):
        refuse_unsafe_process(installation, {"FLASK_DEBUG": "1"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mastery.example.org"])
def test_other_machines_must_come_by_tls(installation: Installation, engine: Engine, host: str) -> None:
    new_district(engine)
    with pytest.raises(UnsafeError, match="MASTERY_PUBLIC_URL=https://"):
        refuse_unsafe(installation, host, {})
    with pytest.raises(UnsafeError, match="nothing says that they come by TLS"):
        refuse_unsafe(replace(installation, public_url="http://mastery.example.org"), host, {})
    refuse_unsafe(replace(installation, public_url="https://mastery.example.org"), host, {})
    proxied = {"MASTERY_TRUSTED_PROXIES": "10.0.0.0/8"}
    refuse_unsafe(replace(installation, public_url="http://mastery.example.org"), host, proxied)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_behind_a_proxy_the_address_that_people_open_is_said(
    installation: Installation, engine: Engine, host: str
) -> None:
    """Else letters would lead wherever a caller's Host header says."""
    new_district(engine)
    with pytest.raises(UnsafeError, match="links in letters would lead to whatever name"):
        refuse_unsafe(installation, host, {"MASTERY_TRUSTED_PROXIES": "127.0.0.1"})


@pytest.mark.parametrize(
    ("query", "environ", "status"),
    [
        ("", {}, "fail"), ("?sslmode=prefer", {}, "fail"), ("?sslmode=allow", {}, "fail"),
        ("?sslmode=verify-full", {}, "ok"), ("?sslmode=require", {}, "ok"), ("", {"PGSSLMODE": "verify-ca"}, "ok"),
        ("?sslmode=prefer", {"PGSSLMODE": "verify-full"}, "fail"), ("?sslmode=disable", {}, "warn"),
        ("?host=127.0.0.1,db.example.org", {}, "fail"), ("?host=/var/run/postgresql", {}, "ok"),
        ("?host=localhost", {}, "ok"), ("?host=127.0.0.1&host=::1", {}, "ok"),
    ],
)  # fmt: skip
def test_nobody_reads_along_on_the_way_to_the_database(query: str, environ: dict[str, str], status: str) -> None:
    away, here = f"postgresql://u:p@db.example.org/mastery{query}", "postgresql://u:p@127.0.0.1/mastery"
    for app, owner in ((away, here), (here, away)):
        check = to_database(Installation(None, "secret", External(app, owner)), environ)
        assert check.status == status, check.sentence
    assert to_database(Installation(None, "secret", External(here, here)), {}).status == "ok"


def test_the_socket_of_this_machine_needs_no_tls(installation: Installation, engine: Engine) -> None:
    new_district(engine)
    refuse_unsafe(installation, "127.0.0.1", {"PGSSLMODE": "prefer"})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_needs_none(installation: Installation, host: str) -> None:
    refuse_unsafe(installation, host, {})


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    made = create(tmp_path / "made")
    assert [check.status for check in _of_files(made)] == ["ok", "ok"]
    (tmp_path / "made" / "installation.json").chmod(0o644)
    check = next(iter(_of_files(made)))
    assert (check.status, check.mend) == ("fail", f"chmod 600 {tmp_path / 'made' / 'installation.json'}")


def test_a_serving_role_with_too_many_rights_and_unguarded_tables_are_refused(
    installation: Installation, engine: Engine, owner_engine: Engine
) -> None:
    assert installation.superuser_dsn is not None
    powerful = replace(installation, database=External(installation.superuser_dsn, installation.owner_dsn))
    with pytest.raises(UnsafeError, match="is a superuser"):
        refuse_unsafe(powerful, "127.0.0.1", {})
    with owner_engine.begin() as connection:
        connection.execute(text("ALTER TABLE client NO FORCE ROW LEVEL SECURITY"))
    with pytest.raises(UnsafeError, match="client does not force row security"):
        refuse_unsafe(installation, "127.0.0.1", {})
    create_district(engine, "Demonstration", None, "UTC", NOW, sandbox=True)
    refuse_unsafe(powerful, "0.0.0.0", {})
    create_district(engine, "Real", None, "UTC", NOW)
    with pytest.raises(UnsafeError, match="client does not force row security"):
        refuse_unsafe(installation, "127.0.0.1", {})
    with owner_engine.begin() as connection:
        connection.execute(text("ALTER TABLE client FORCE ROW LEVEL SECURITY"))
    refuse_unsafe(installation, "127.0.0.1", {})


def test_the_command_says_what_is_wrong_and_what_mends_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_in_environment(installation, monkeypatch)
    monkeypatch.setattr("api.serve.on_ending_signals", lambda handler: None)
    refused = CliRunner().invoke(main, ["serve", "--port", str(free_port("127.0.0.1"))])
    assert refused.exit_code == 1
    assert "This installation is not safe to serve.\n- The key that signs sessions has fewer" in refused.stderr
    assert "mend: set MASTERY_SECRET_KEY" in refused.stderr
