"""`mastery provider`: adding, listing and disabling identity providers; the secret is never told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from identity_provider import TestProvider, running
from sign_in_world import SignInWorld, sign_in_world

from api.cli_provider import register
from api.security import oidc
from models.installation import Installation

__all__ = ["sign_in_world"]
Run = Callable[..., Result]
SECRET = "told to nobody"
TENANT = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"


@pytest.fixture
def run(installation: Installation, sign_in_world: SignInWorld, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the district, which has the provider Lincoln ID."""
    name_in_environment(installation, monkeypatch)
    root = click.Group("mastery")
    register(root)
    return lambda *words, **more: CliRunner().invoke(root, ["provider", *words], **more)


def test_a_provider_is_added_listed_disabled_and_enabled(run: Run, tmp_path: Path, sign_in_world: SignInWorld) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    words = ("add", "Google", "--preset", "google", "--client-id", "abc", "--hosted-domain", "schools.example")
    added = run(*words, "--secret-file", str(secret), "--for", "students", "--json")
    assert added.exit_code == 0, added.output
    told = json.loads(added.stdout)
    assert (told["issuer"], told["restriction"]) == ("https://accounts.google.com", "schools.example")
    assert (told["callback"], told["sign_in"]) == ("/sign-in/oidc/callback", f"/sign-in/{sign_in_world.slug}")
    assert "already" in run(*words, "--secret-file", str(secret)).output
    asked = run(
        "add", "Microsoft", "--preset", "microsoft", "--client-id", "d", "--tenant", TENANT, input=f"{SECRET}\n"
    )
    assert f"https://login.microsoftonline.com/{TENANT}/v2.0" in asked.output
    assert "Register at the provider" in asked.output
    assert run("disable", "Google").output == "Google lets nobody in.\n"
    listed = json.loads(run("list", "--json").stdout)
    assert {one["name"]: one["enabled"] for one in listed["providers"]} == {
        "Google": False,
        "Lincoln ID": True,
        "Microsoft": True,
    }
    assert run("enable", "Google").exit_code == 0
    text = run("list").output
    assert "Google: https://accounts.google.com, schools.example alone, for students, email is the email" in text
    assert "passwords count for: all" in text
    changes = [one.get("change") for one in sign_in_world.acts("provider_changed")]
    assert changes == ["added", "added", "added", "disabled", "enabled"]
    for said in (added.output, asked.output, text, str(listed), str(sign_in_world.acts("provider_changed"))):
        assert SECRET not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--preset", "google"), "hosted domain: is missing"),
        (("--preset", "microsoft", "--tenant", "common"), "people of any organisation"),
        (("--preset", "microsoft", "--hosted-domain", "a.example"), "--hosted-domain"),
        (("--preset", "google", "--tenant", TENANT), "--tenant"),
        (("--preset", "generic"), "issuer: is missing"),
        (("--preset", "generic", "--issuer", "http://id.example"), "by https"),
        (("--preset", "generic", "--issuer", "https://id.example?x=1"), "without ?"),
        (("--preset", "generic", "--issuer", "id.example"), "such as https://"),
        (("--preset", "generic", "--issuer", "https://"), "such as https://"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(run: Run, words: tuple[str, ...], said: str) -> None:
    refused = run("add", "New", "--client-id", "abc", *words, input=f"{SECRET}\n")
    assert refused.exit_code != 0
    assert said in refused.output
    assert "New" not in run("list").output


def test_names_and_ids_have_to_be_something(run: Run) -> None:
    generic = ("--preset", "generic", "--issuer", "https://id.example")
    assert "name:" in run("add", "x" * 61, "--client-id", "abc", *generic, input="s\n").output
    assert "client id:" in run("add", "New", "--client-id", " ", *generic, input="s\n").output
    assert "no provider 'Other'" in run("disable", "Other").output


def test_whose_password_counts_is_asked_twice(run: Run, sign_in_world: SignInWorld) -> None:
    assert run("passwords", "none", input="n\n").exit_code != 0
    assert "passwords count for: all" in run("list").output
    assert "passwords count for: none; deleted: 8" in run("passwords", "none", "--yes").output
    assert "last provider in use" in run("disable", "Lincoln ID").output
    assert "passwords count for: all; deleted: 0" in run("passwords", "all").output


def test_somebody_is_linked_anew(run: Run, sign_in_world: SignInWorld) -> None:
    sign_in_world.come(sign_in_world.world.client())
    sign_in_world.provider.person["sub"] = "4712"
    assert sign_in_world.refused() == "taken"
    teacher = sign_in_world.world.people["teacher"]
    assert run("unlink", str(teacher.identifier)).output == f"{teacher.identifier}: 1 forgotten.\n"
    sign_in_world.come(sign_in_world.world.client())
    assert "no person 'nobody'" in run("unlink", "nobody").output


def test_a_check_asks_the_provider(run: Run, sign_in_world: SignInWorld) -> None:
    oidc.forget()
    assert f"people are sent to {sign_in_world.provider.issuer}/authorize" in run("check", "Lincoln ID").output
    oidc.forget()
    sign_in_world.provider.discovered = {"issuer": "https://evil.example"}
    assert "discovery names another issuer" in run("check", "Lincoln ID").output
    assert "no provider" in run("check", "Other").output


def test_the_provider_of_the_tests_is_strict(sign_in_world: SignInWorld) -> None:
    """What it lets pass would prove nothing."""
    with running(TestProvider(sign_in_world.world.clock)) as other:
        said = {"grant_type": "authorization_code", "code": "made up"}
        assert other.token(said, "Basic bm8=")[0] == 401
