"""What is remembered: typed tables, queries, migrations, the unit of work."""
