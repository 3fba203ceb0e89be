"""What scripts/bench and its kin (bench_pages, bench_ablation, ...) do: the environment, then the measurements in it.

Standard library only; the first argument names the measurements.
"""

import subprocess
import sys
from pathlib import Path

import environment


def main(arguments: list[str]) -> int:
    """Prepare the environment and measure; 1 with a sentence where the machine lacks something."""
    try:
        python = environment.ensure("dev")
    except environment.CanNot as problem:
        print(problem, file=sys.stderr)
        return 1
    measure = Path(__file__).with_name("bench") / f"{arguments[0]}.py"
    return subprocess.run([str(python), str(measure), *arguments[1:]], cwd=environment.CHECKOUT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
