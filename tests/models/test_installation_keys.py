"""Changing an installation's key: the new one signs, the former ones verify for as long as was said."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.installation import InstallationError, create, load
from models.installation_keys import change_key, forget_former_keys, sealing_keys

EXTERNAL = {
    "DATABASE_URL": "postgres://app:a@db.example/mastery",
    "MASTERY_OWNER_DATABASE_URL": "postgresql://owner:o@db.example/mastery",
    "MASTERY_SECRET_KEY": "k" * 32,
}


def test_former_keys_verify_until_their_time(tmp_path: Path) -> None:
    first = create(tmp_path)
    now = datetime.now(UTC)
    assert change_key(tmp_path, now, timedelta(days=14)) == now + timedelta(days=14)
    second = load(tmp_path)
    assert second.former_keys == (first.secret_key,)
    assert second.database == first.database
    change_key(tmp_path, now, timedelta(days=1))
    third = load(tmp_path)
    assert third.secret_keys == (third.secret_key, second.secret_key, first.secret_key)
    assert len(set(third.secret_keys)) == 3
    assert stat.S_IMODE((tmp_path / "installation.json").stat().st_mode) == 0o600
    change_key(tmp_path, now + timedelta(days=2), -timedelta(days=2))
    last = load(tmp_path)
    assert last.secret_key not in third.secret_keys
    assert last.former_keys == (second.secret_key, first.secret_key), "of the third the time is over"
    assert sealing_keys(tmp_path) == (last.secret_key, *third.secret_keys), "which may have sealed something"
    assert forget_former_keys(tmp_path, over_by=now + timedelta(days=2)) == 2
    assert sealing_keys(tmp_path) == (last.secret_key, first.secret_key)


def test_forgotten_keys_are_nowhere(tmp_path: Path) -> None:
    first = create(tmp_path)
    change_key(tmp_path, datetime.now(UTC), timedelta(days=14))
    assert forget_former_keys(tmp_path) == 1
    assert forget_former_keys(tmp_path) == 0
    assert load(tmp_path).former_keys == ()
    left = [path.read_text() for path in tmp_path.iterdir()]
    assert not any(first.secret_key in text for text in left)
    assert "former_keys" not in json.loads((tmp_path / "installation.json").read_text())


def test_the_environment_tells_former_keys_and_the_public_address(tmp_path: Path) -> None:
    (tmp_path / "former").write_text("one\ntwo\n")
    environ = EXTERNAL | {
        "MASTERY_FORMER_SECRET_KEYS_FILE": str(tmp_path / "former"),
        "MASTERY_PUBLIC_URL": "https://mastery.example.org:8443/",
    }
    found = load(environ=environ)
    assert found.secret_keys == ("k" * 32, "one", "two")
    assert found.public_url == "https://mastery.example.org:8443"
    assert found.is_over_tls
    assert not load(environ=EXTERNAL | {"MASTERY_PUBLIC_URL": "http://localhost:8000"}).is_over_tls
    assert load(environ=EXTERNAL).public_url is None


@pytest.mark.parametrize(
    "wrong", ["mastery.example.org", "ftp://x", "https://", "https://a/b", "https://u@a", "https://a?b"]
)
def test_what_is_no_public_address_is_refused(wrong: str) -> None:
    with pytest.raises(InstallationError, match=r"MASTERY_PUBLIC_URL .* give an address such as"):
        load(environ=EXTERNAL | {"MASTERY_PUBLIC_URL": wrong})
