"""What scripts/translations does: makes the environment, and extracts and merges in it."""

import subprocess
import sys
from pathlib import Path

import environment


def main() -> int:
    """The exit code of the merging: 0 when every text has its translation; 1 also where the machine lacks something."""
    try:
        python = environment.ensure("dev")
    except environment.CanNot as problem:
        print(problem, file=sys.stderr)
        return 1
    merge = Path(__file__).with_name("messages.py")
    return subprocess.run([str(python), str(merge)], cwd=environment.CHECKOUT).returncode


if __name__ == "__main__":
    sys.exit(main())
