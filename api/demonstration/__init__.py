"""A small demonstration district: our own words, six weeks of invented evidence, sent the way real evidence comes."""

from api.demonstration.accounts import DemoAccount
from api.demonstration.loader import SLUG, load

__all__ = ["SLUG", "DemoAccount", "load"]
