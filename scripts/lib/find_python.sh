# Sets `python` to a Python that can run the program, or says which command provides one. Sourced by the commands.
python=
for candidate in python3.13 python3.12 python3.11 python3 python3.14; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    found=$(python3 --version 2>/dev/null || echo "no Python at all")
    echo "Python 3.11 or newer is needed; this machine has $found." >&2
    echo "On Debian and Ubuntu: apt install python3 python3-venv. On macOS: brew install python. Then run this again." >&2
    exit 1
fi
