"""CSV that a spreadsheet may open: no cell is taken for a formula (OWASP, CSV injection)."""

import csv
import io
from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def unformula(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula: with a leading apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_file(name: str, titles: Sequence[str], rows: Iterable[Iterable[str]]) -> Response:
    """Return CSV as a file that the browser saves under `name`."""
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(to_csv(titles, rows), mimetype="text/csv", headers=headers)


def to_csv(titles: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return CSV (RFC 4180) of these rows, every cell safe to open in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(titles)
    writer.writerows([unformula(value) for value in row] for row in rows)
    return file.getvalue()
