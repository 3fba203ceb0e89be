"""The two commands make their environment once, and say in a sentence what the machine lacks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_ENSURE = "import environment; print(environment.ensure('run'))"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing to download, in a path that needs care."""
    made = tmp_path / "a check-out's place"
    shutil.copytree(ROOT / "scripts", made / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", made)
    (made / "requirements").mkdir()
    for lock in ("run", "dev"):
        (made / "requirements" / f"{lock}.lock").write_text("# nothing\n")
    (made / "api").mkdir()
    (made / "api" / "__init__.py").write_text("")
    (made / "api" / "cli.py").write_text("def main():\n    print('the command')\n")
    return made


def _run(checkout: Path, code: str = _ENSURE, **environ: str) -> "subprocess.CompletedProcess[str]":
    lib = str(checkout / "scripts" / "lib")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, "PYTHONPATH": lib, **environ},
        cwd="/",
        capture_output=True,
        text=True,
    )


def test_the_environment_is_made_once_and_has_the_command(checkout: Path) -> None:
    first = _run(checkout)
    assert first.returncode == 0, first.stderr
    python = checkout / ".venv" / "bin" / "python"
    assert first.stdout.splitlines()[-1] == str(python)
    made = python.lstat().st_mtime_ns
    again = _run(checkout)
    assert again.stdout == f"{python}\n"
    assert python.lstat().st_mtime_ns == made
    command = subprocess.run([str(checkout / ".venv/bin/mastery")], cwd="/", capture_output=True, text=True)
    assert command.stdout == "the command\n"


def test_a_changed_lock_and_a_moved_checkout_are_noticed(checkout: Path) -> None:
    assert _run(checkout).returncode == 0
    (checkout / "requirements" / "run.lock").write_text("# nothing else\n")
    assert "Installing" in _run(checkout).stdout
    assert "Installing" not in _run(checkout).stdout
    moved = checkout.rename(checkout.with_name("elsewhere"))
    assert "Installing" in _run(moved).stdout
    command = subprocess.run([str(moved / ".venv/bin/mastery")], cwd="/", capture_output=True, text=True)
    assert command.stdout == "the command\n"


def test_the_environment_for_tests_serves_the_demonstration_too(checkout: Path) -> None:
    assert _run(checkout, "import environment; environment.ensure('dev')").returncode == 0
    assert "Installing" not in _run(checkout).stdout


def test_a_broken_environment_is_made_anew(checkout: Path) -> None:
    assert _run(checkout).returncode == 0
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    assert _run(checkout).returncode == 0


def test_a_missing_venv_module_is_named_with_its_package(checkout: Path) -> None:
    hidden = (
        "import importlib.util as u; find = u.find_spec; u.find_spec = lambda n: None if n == 'ensurepip' else find(n);"
    )
    tried = _run(checkout, hidden + _ENSURE)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"apt install python{version}-venv" in tried.stderr


def test_a_full_disk_is_named(checkout: Path) -> None:
    full = "import shutil, types; shutil.disk_usage = lambda path: types.SimpleNamespace(free=5 << 20);"
    assert "has 5 MB left and 1024 MB are needed" in _run(checkout, full + _ENSURE).stderr


def test_an_unreachable_package_index_is_named(checkout: Path) -> None:
    (checkout / "requirements" / "run.lock").write_text(f"certifi==2020.1.1 --hash=sha256:{'0' * 64}\n")
    tried = _run(
        checkout,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="1",
        PIP_NO_CACHE_DIR="1",
        PIP_CONFIG_FILE="/dev/null",
    )
    assert "does not reach the package index" in tried.stderr


def test_an_old_python_is_named_with_the_way_to_a_newer_one(checkout: Path, tmp_path: Path) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    (old / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] || exit 1\necho Python 3.9.2\n')
    (old / "python3").chmod(0o755)
    (old / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    tried = subprocess.run(
        ["/bin/sh", str(checkout / "scripts" / "demo")], env={"PATH": str(old)}, capture_output=True, text=True
    )
    assert tried.returncode == 1
    assert tried.stderr.startswith("Python 3.11 or newer is needed; this machine has Python 3.9.2.\n")
    assert "apt install python3 python3-venv" in tried.stderr
