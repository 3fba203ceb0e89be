"""Pace (domain 3): school days, the lines a student is compared with, status, when they will arrive, graduation."""
