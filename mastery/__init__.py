"""The laws: value in, value out. No database, no web, no clock, no global state."""
