"""What scripts/check_wheel does: build, look inside, install into a fresh environment, use it from elsewhere."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import environment

_PACKAGES = ("mastery", "models", "api")
# packaged by being named in pyproject.toml, so forgotten there first
_DATA = {".html", ".css", ".js", ".svg", ".txt", ".mo", ".po", ".mako", ".json", ".csv", ".typed", ".xml"}


class Wrong(Exception):
    """The wheel lacks something or does not work."""


def main() -> int:
    """0 when the wheel is whole and works; else 1 and what is wrong."""
    try:
        with tempfile.TemporaryDirectory(prefix="check wheel ") as made:
            folder = Path(made)
            folder.chmod(0o711)
            wheel = _build(environment.ensure("dev"), folder)
            _compare(wheel)
            _use(_install(wheel, folder), folder)
    except (Wrong, environment.CanNot) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{wheel.name} is whole and works outside the checkout.")
    return 0


def _run(command: list[str], cwd: Path, **environ: str) -> str:
    """What a command printed. Raises Wrong with all it said where it fails."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env={**clean, **environ}, capture_output=True, text=True)
    if done.returncode != 0:
        raise Wrong(f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _committed() -> list[str]:
    return _run(["git", "ls-files", "-z", *_PACKAGES], environment.CHECKOUT).split("\0")[:-1]


def _build(python: Path, folder: Path) -> Path:
    """Build from a copy of the committed files, so that nothing that merely lies around gets in."""
    source = folder / "source"
    for name in [*_committed(), "pyproject.toml", "README.md", "LICENSE"]:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((environment.CHECKOUT / name).read_bytes())
    _run([str(python), "-m", "build", "--wheel", "--outdir", str(folder), str(source)], folder)
    return next(folder.glob("*.whl"))


def _compare(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {name for name in _committed() if Path(name).suffix in _DATA | {".py"}}
    missing = sorted(wanted - inside)
    if missing:
        raise Wrong("The wheel lacks these files (see package-data in pyproject.toml):\n" + "\n".join(missing))


def _install(wheel: Path, folder: Path) -> Path:
    fresh = folder / "environment"
    lock = environment.CHECKOUT / "requirements" / "run.lock"
    pip = [str(fresh / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([sys.executable, "-m", "venv", str(fresh)], folder)
    _run([*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)], folder)
    _run([*pip, "--no-deps", str(wheel)], folder)
    _run([str(fresh / "bin" / "python"), "-m", "pip", "check"], folder)
    return fresh / "bin" / "mastery"


def _use(mastery: Path, folder: Path) -> None:
    """The installed command by itself makes an installation and finds it in order."""
    data_dir = str(folder / "data")
    print(_run([str(mastery), "--version"], folder).strip())
    for words in (["install"], ["doctor"]):
        _run([str(mastery), *words], folder, MASTERY_DATA_DIR=data_dir)


if __name__ == "__main__":
    sys.exit(main())
