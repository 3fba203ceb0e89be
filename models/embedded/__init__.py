"""The PostgreSQL server that comes with the program: found, started, kept running, stopped and removed.

Standard library only, because the keeper process loads nothing else.
"""

from models.embedded.binaries import SYSTEM_HOME, Binaries, find_binaries
from models.embedded.cluster import SUPERUSER
from models.embedded.errors import EmbeddedError
from models.embedded.layout import PORT
from models.embedded.server import Server, remove, running

__all__ = [
    "PORT",
    "SUPERUSER",
    "SYSTEM_HOME",
    "Binaries",
    "EmbeddedError",
    "Server",
    "find_binaries",
    "remove",
    "running",
]
