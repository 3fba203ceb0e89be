"""OneRoster exports for tests: a copy of one of our two small sets, to be spoilt or changed."""

from __future__ import annotations

import shutil
from pathlib import Path

_FIXTURES = Path(__file__).with_name("fixtures")


class RosterFiles:
    """A copy of tests/fixtures/oneroster_11 or _12 in a folder of its own."""

    def __init__(self, folder: Path, version: str = "11") -> None:
        self.folder = folder / f"oneroster_{version}"
        shutil.copytree(_FIXTURES / f"oneroster_{version}", self.folder)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def replace(self, name: str, old: str, new: str) -> RosterFiles:
        """Replace a text that occurs once in a file."""
        content = self.path(name).read_text()
        assert content.count(old) == 1, (name, old, content.count(old))
        self.path(name).write_text(content.replace(old, new))
        return self

    def drop(self, name: str, *starts: str) -> RosterFiles:
        """Remove the row that begins with each text."""
        lines = self.path(name).read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(starts)]
        assert len(lines) - len(kept) == len(starts), (name, starts)
        self.path(name).write_text("".join(kept))
        return self

    def append(self, name: str, *rows: str) -> RosterFiles:
        with self.path(name).open("a") as file:
            file.writelines(f"{row}\n" for row in rows)
        return self

    def keep_only(self, name: str, *rows: str) -> RosterFiles:
        """Leave the header of a file and these rows."""
        header = self.path(name).read_text().splitlines()[0]
        self.path(name).write_text("\n".join((header, *rows)) + "\n")
        return self

    def mode(self, name: str, mode: str) -> RosterFiles:
        """Say in the manifest how a file is to be taken."""
        path = self.path("manifest")
        lines = [line for line in path.read_text().splitlines() if not line.startswith(f"file.{name},")]
        path.write_text("\n".join((*lines, f"file.{name},{mode}")) + "\n")
        return self

    def delta(self, **files: list[str]) -> RosterFiles:
        """Turn the set into a delta that holds only these rows of these files; all others are absent."""
        for path in list(self.folder.glob("*.csv")):
            if path.stem == "manifest":
                continue
            if path.stem in files:
                self.keep_only(path.stem, *files[path.stem]).mode(path.stem, "delta")
            else:
                self.mode(path.stem, "absent")
                path.unlink()
        return self
