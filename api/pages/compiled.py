"""Templates compiled once: what one application of a process compiled, the next one takes, and a copy of it too."""

from __future__ import annotations

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_made: dict[str, bytes] = {}


class _Made(BytecodeCache):
    """Kept in the memory of the process; the library sees by the source whether it still holds."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what was made of its template, if it was."""
        if bucket.key in _made:
            bucket.bytecode_from_string(_made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was made of a template."""
        _made[bucket.key] = bucket.bytecode_to_string()


def keep_compiled(app: Flask) -> None:
    """Let an application take and keep what is compiled, from its first template on."""
    app.jinja_env.bytecode_cache = _Made()


def compile_all(app: Flask) -> None:
    """Compile every template of an application."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
