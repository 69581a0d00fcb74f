"""The social landlords whose premises are looked for: a list edited by hand, `data/equipements/bailleurs.csv`."""

from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceContentError
from loaders import checksums
from loaders.formats.texts import read_csv, read_text
from loaders.paths import reference

LANDLORDS_FILE: Final = reference(checksums.LANDLORDS)
COLUMNS: Final = ["siren", "denomination", "source"]
SIREN_DIGITS: Final = 9


def load(path: Path | str | None = None) -> pd.DataFrame:
    """Load the list of landlords.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the columns `COLUMNS`; `data/equipements/bailleurs.csv` by default. It may hold its
        header alone.

    Returns
    -------
    DataFrame
        Index `siren`, sorted; `denomination` and `source` (where the SIREN was read).

    Raises
    ------
    SourceError
        If the file is missing or malformed, or a row has no source, a wrong SIREN or one that is there twice; every
        faulty row is named.
    """
    if path is None:
        checksums.check_reference(checksums.LANDLORDS)
    target = Path(path or LANDLORDS_FILE)
    if read_text(target).strip() == ",".join(COLUMNS):
        return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}).set_index("siren")
    frame = read_csv(target, columns=COLUMNS)[COLUMNS]
    faults = [
        f"ligne {line} : {fault}"
        for line, row in frame.iterrows()
        for fault in _faults(row["siren"], row["denomination"], row["source"])
    ]
    twice = frame[frame["siren"].duplicated()]
    faults += [f"ligne {line} : SIREN {siren} en double" for line, siren in twice["siren"].items()]
    if faults:
        raise SourceContentError(target, " ; ".join(faults), "corriger la liste des bailleurs")
    return frame.set_index("siren").sort_index()


def is_siren(text: str) -> bool:
    """Tell whether a text is a SIREN: nine digits of which the last checks the others (Luhn)."""
    if len(text) != SIREN_DIGITS or not (text.isascii() and text.isdecimal()):
        return False
    doubled = [int(digit) * (1 + rank % 2) for rank, digit in enumerate(text)]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _faults(siren: str, name: str, source: str) -> list[str]:
    faults = [] if is_siren(siren) else [f"« {siren} » n'est pas un SIREN"]
    return faults + [
        f"{column} vide" for column, text in (("denomination", name), ("source", source)) if not text
    ]
