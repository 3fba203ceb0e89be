"""The one error that the supervisor of the embedded server raises."""


class EmbeddedError(Exception):
    """The embedded PostgreSQL can not do what was asked; the message says why and what helps."""
