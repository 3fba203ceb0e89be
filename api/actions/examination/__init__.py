"""The checks of `mastery doctor`: of the machine, of the database, of what is in it."""
