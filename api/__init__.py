"""What is done and shown: actions, the JSON API, pages, interop, the command line."""

from api.app import create_app

__all__ = ["create_app"]
