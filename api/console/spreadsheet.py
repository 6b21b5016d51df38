"""Lines of CSV for other programs."""

import csv
import io


def row(*values: object) -> str:
    """A line of CSV; a cell that a spreadsheet would take for a formula is kept as text."""
    safe = [f"'{value}" if str(value)[:1] in "=+-@" and isinstance(value, str) else value for value in values]
    line = io.StringIO()
    csv.writer(line).writerow(safe)
    return line.getvalue()
