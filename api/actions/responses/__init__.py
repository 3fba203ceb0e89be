"""A file of answers becomes a sandbox district: its students, targets and items, its rows through the ingest path."""

from api.actions.responses.file import COLUMNS, ResponsesError, Row, read_q_matrix, read_rows
from api.actions.responses.job import Imported, import_responses

__all__ = ["COLUMNS", "Imported", "ResponsesError", "Row", "import_responses", "read_q_matrix", "read_rows"]
