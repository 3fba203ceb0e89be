"""Style and script go out packed, and only they; templates are compiled once for all applications."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from page_world import PageWorld

from api.app import create_app, prepare
from models.installation import Installation

_STATIC = Path(__file__).parents[2] / "api" / "static"


@pytest.mark.parametrize("name", sorted(path.name for path in _STATIC.iterdir()))
def test_packed_for_whoever_takes_it_and_the_same(page_world: PageWorld, name: str) -> None:
    client, content = page_world.app.test_client(), (_STATIC / name).read_bytes()
    with client.get(f"/static/{name}", headers={"Accept-Encoding": "br, gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(content)
        assert gzip.decompress(packed.data) == content
    with client.get(f"/static/{name}") as plain:
        assert "Content-Encoding" not in plain.headers
        assert plain.data == content
    assert "Accept-Encoding" in packed.vary
    assert "Accept-Encoding" in plain.vary
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    for known in (packed, plain):
        with client.get(
            f"/static/{name}", headers={"If-None-Match": known.headers["ETag"], "Accept-Encoding": "gzip"}
        ) as again:
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == known.headers["ETag"]


def test_a_part_is_of_the_plain_file(page_world: PageWorld) -> None:
    wanted = {"Range": "bytes=0-9", "Accept-Encoding": "gzip"}
    with page_world.app.test_client().get("/static/style.css", headers=wanted) as part:
        assert (part.status_code, part.data) == (206, (_STATIC / "style.css").read_bytes()[:10])
        assert "Content-Encoding" not in part.headers


def test_a_page_goes_out_plain(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    for path in ("/today", "/sign-in", "/nowhere"):
        answer = client.client.get(path, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in answer.headers


def test_what_is_prepared_no_application_compiles_anew(
    page_world: PageWorld, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare()
    app = create_app(installation)
    compiled: list[str] = []
    monkeypatch.setattr(app.jinja_env, "_compile", lambda source, filename: compiled.append(filename))
    for name in app.jinja_env.list_templates():
        assert app.jinja_env.get_template(name).name == name
    app.extensions["mastery"].dispose()
    assert compiled == []
