"""Tables as files: CSV and XLSX, written and read. Every cell is a text; what is read is what was written.

CSV is what spreadsheets here write: semicolons, UTF-8 with its mark. A cell that a spreadsheet would take for a formula
gets an apostrophe in front, which goes again on reading. XLSX cells are texts, so neither "112" nor a date changes.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LARGEST_FILE, LARGEST_UNPACKED, MOST_ROWS = 700_000, 60_000_000, 5_000
MEANS_SOMETHING = ("=", "+", "-", "@", "\t", "\r", "'")
WIDEST = 50


class BadSheet(Exception):
    """The file cannot be read; `what` says why: too_large, no_table, no_text, columns_twice."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Row:
    """A row as read, with its number as the spreadsheet shows it."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A file as read: the names of its columns, and its rows without the empty ones."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def write(form: str, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """The rows as a file of this format ("csv" or "xlsx")."""
    lines = [list(columns), *([row.get(column, "") for column in columns] for row in rows)]
    return _csv(lines) if form == "csv" else _xlsx(lines)


def read(data: bytes) -> Table:
    """The first table of a file, whatever its format. Raises BadSheet."""
    if len(data) > LARGEST_FILE:
        raise BadSheet("too_large")
    lines = _from_xlsx(data) if data[:2] == b"PK" else _from_csv(data)
    filled = [(number, line) for number, line in enumerate(lines, 1) if any(line)]
    if not filled:
        raise BadSheet("no_table")
    columns = tuple(cell.strip() for cell in filled[0][1] if cell.strip())
    if len(set(columns)) < len(columns):
        raise BadSheet("columns_twice")
    if len(filled) > MOST_ROWS:
        raise BadSheet("too_large")
    rows = [Row(number, dict(zip(columns, line, strict=False))) for number, line in filled[1:]]
    return Table(columns, tuple(rows))


def _csv(lines: list[list[str]]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";")
    writer.writerows([[f"'{cell}" if cell.startswith(MEANS_SOMETHING) else cell for cell in line] for line in lines])
    return made.getvalue().encode("utf-8-sig")


def _from_csv(data: bytes) -> list[list[str]]:
    if b"\0" in data:
        raise BadSheet("no_text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel in Polish calls CSV.
        text = data.decode("cp1250", errors="replace")
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadSheet("no_text") from error
    # An empty line of the file is a row of the spreadsheet, too: the numbers stay right.
    return [[cell.removeprefix("'").replace("\r\n", "\n") for cell in line] for line in lines]


def _xlsx(lines: list[list[str]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        bold = book.add_format({"num_format": "@", "bold": True})
        for place, column in enumerate(zip(*lines, strict=True)):
            longest = max((len(part) for cell in column for part in cell.split("\n")), default=0)
            sheet.set_column(place, place, min(longest + 2, WIDEST), text)
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell, text if number else bold)
        sheet.freeze_panes(1, 0)
    return made.getvalue()


def _from_xlsx(data: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise BadSheet("too_large")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_text(cell) for cell in line] for line in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, zipfile.BadZipFile) as error:
        raise BadSheet("no_text") from error


def _text(cell: object) -> str:
    """A cell as a text: a date as ISO has it, a whole number without a point."""
    if isinstance(cell, datetime):
        cell = cell.date() if not (cell.hour or cell.minute or cell.second) else cell
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
