"""What scripts/test does: the environment, a browser if one can be had, then pytest."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import environment

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# the second is what Playwright's own driver is linked with, and a small Debian lacks
_PACKAGES = ("chromium", "libatomic1")


def main(arguments: list[str]) -> int:
    """Prepare, then run pytest; its exit code, or 1 with a sentence where the machine lacks something."""
    try:
        python = environment.ensure("dev")
    except environment.CanNot as problem:
        print(problem, file=sys.stderr)
        return 1
    if not (_has_browser() and _driver_starts()) and not _install_browser():
        print(
            "Without Chromium, and what Playwright's driver needs, the browser tests are skipped (in CI they fail);"
            f" `apt install {' '.join(_PACKAGES)}` (as root, on Debian) provides both.",
            file=sys.stderr,
        )
    command = [str(python), "-m", "pytest", "-n", "2", "--dist", "loadgroup", *arguments]
    return subprocess.run(command, cwd=environment.CHECKOUT).returncode


def _has_browser() -> bool:
    named = os.environ.get("CHROMIUM")
    return (named is not None and Path(named).exists()) or any(shutil.which(name) for name in _BROWSERS)


def _driver_starts() -> bool:
    drivers = environment.ENVIRONMENT.glob("lib/python*/site-packages/playwright/driver/node")
    return all(subprocess.run([str(driver), "--version"], capture_output=True).returncode == 0 for driver in drivers)


def _install_browser() -> bool:
    """Debian's Chromium, and what the driver needs, by apt, where we are root and apt can have it."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print("Installing Chromium with apt-get for the browser tests ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *_PACKAGES])
    return all(
        subprocess.run(step, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode == 0
        for step in steps
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
