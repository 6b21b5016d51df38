"""Tables as files: what is written is what is read, and what is no table is refused."""

import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from api import sheets
from api.sheets import BadSheet

LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n")
CELLS = st.text(LETTERS, max_size=40).map(lambda text: text.strip())
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS).filter(any), max_size=5)


@pytest.mark.parametrize("form", sheets.FORMATS)
@given(rows=ROWS)
def test_what_is_written_is_what_is_read(form: str, rows: list[tuple[str, str, str]]) -> None:
    named = [dict(zip("abc", row, strict=True)) for row in rows]
    table = sheets.read(sheets.write(form, "abc", named))
    assert table.columns == ("a", "b", "c")
    assert [row.cells for row in table.rows] == named


def test_a_csv_cell_is_never_a_formula() -> None:
    made = sheets.write("csv", ["a"], [{"a": "=1+1"}, {"a": "@x"}, {"a": "'tak'"}]).decode("utf-8-sig")
    assert made.splitlines() == ["a", "'=1+1", "'@x", "''tak'"]


def test_what_excel_makes_of_a_csv_is_read() -> None:
    assert sheets.read("a,b\r\nłąka,2\r\n".encode("cp1250")).rows[0].cells == {"a": "łąka", "b": "2"}
    assert sheets.read(b"a\tb\nx\ty").rows[0].cells == {"a": "x", "b": "y"}


def test_rows_keep_the_numbers_that_the_spreadsheet_shows() -> None:
    assert [row.number for row in sheets.read(b"a;b\n\n;\n1;2\n").rows] == [4]


def test_dates_numbers_and_answers_of_a_spreadsheet_become_texts() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["day", "number", "half", "answer"])
        sheet.write_datetime(1, 0, date(2027, 1, 9), book.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_row(1, 1, [60, 1.5, True])
    (row,) = sheets.read(made.getvalue()).rows
    assert row.cells == {"day": "2027-01-09", "number": "60", "half": "1.5", "answer": "true"}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no_table"),
        (b"PK\x03\x04 no archive", "no_text"),
        (b"\x00\x01\x02", "no_text"),
        (b"a;a\n1;2", "columns_twice"),
        (b"a" * (sheets.LARGEST_FILE + 1), "too_large"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(BadSheet) as refused:
        sheets.read(data)
    assert refused.value.what == what
