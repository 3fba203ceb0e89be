"""What scripts/demo does: reads the arguments, makes the environment, and becomes the demonstration in it."""

import argparse
import os
import sys
from pathlib import Path

import environment

_ROOTS_DATA = Path("/var/lib/mastery/demo")


def main() -> int:
    """1 with a sentence where the machine lacks something; else does not return."""
    arguments = _arguments()
    try:
        python = environment.ensure("run")
    except environment.CanNot as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    command = [str(python), "-P", str(Path(__file__).with_name("run_demo.py")), str(arguments.port)]
    command += [str(arguments.data_dir.absolute()), "keep" if arguments.keep else "fresh"]
    command += ["still" if arguments.no_trickle else "trickle"]
    sys.stdout.flush()
    return os.execv(command[0], command)


def _arguments() -> argparse.Namespace:
    data_dir = _ROOTS_DATA if os.geteuid() == 0 else environment.CHECKOUT / ".data" / "demo"
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="Shows the whole program at work on this machine; Ctrl-C ends it."
    )
    parser.add_argument("--port", type=int, default=8000, help="where to serve (default: %(default)s)")
    parser.add_argument("--data-dir", type=Path, default=data_dir, help="where the data are (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the data; without this every run starts fresh")
    parser.add_argument("--no-trickle", action="store_true", help="let no results arrive while it is shown")
    arguments = parser.parse_args()
    if not 1 <= arguments.port <= 65535:
        parser.error("--port must be from 1 to 65535")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
