"""Builds an editable wheel of the checkout: a path file, the command and the metadata, and nothing to compile.

pip's own editable install would need setuptools, which a bare environment does not have and the lock does not pin.
"""

import base64
import hashlib
import tomllib
import zipfile
from pathlib import Path


def build(checkout: Path, folder: Path) -> Path:
    """Write the wheel into `folder`; installing it makes the checkout's packages and command available."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    info = f"{name}-{version}.dist-info"
    commands = "".join(f"{command} = {target}\n" for command, target in project["scripts"].items())
    files = {
        f"{name}.pth": f"{checkout}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: checkout\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{commands}",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
