"""Fixtures of the API tests."""

from conftest_api import app, clock, machine, school

__all__ = ["app", "clock", "machine", "school"]
