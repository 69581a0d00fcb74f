"""Read the text of a plain CSV file, one without quotes, by columns at once."""

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow


def plain_table(text: str, delimiter: str) -> pd.DataFrame | None:
    """Read a CSV file that quotes nothing, where each line is a row and each row is whole.

    What is not so simple is for the reader by rows, which knows how to say what is wrong with which line.
    """
    if '"' in text or "\x00" in text or text.count("\r") != text.count("\r\n"):
        return None
    head, _, body = text.partition("\n")
    names = [name.strip() for name in head.split(delimiter)]
    rows = body.count("\n") + (not body.endswith("\n"))
    if not body or len(set(names)) < len(names):
        return None
    try:
        table = arrow.read_csv(
            pa.BufferReader(body.encode()),
            read_options=arrow.ReadOptions(use_threads=False, column_names=names),
            parse_options=arrow.ParseOptions(delimiter=delimiter, quote_char=False),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    if len(table) != rows:
        return None
    frame: pd.DataFrame = table.to_pandas(
        types_mapper={pa.string(): pd.StringDtype(na_value=float("nan"))}.get
    )
    frame.index = pd.RangeIndex(2, rows + 2, name="ligne")
    stripped: pd.DataFrame = frame.apply(lambda column: column.str.strip())
    return stripped
