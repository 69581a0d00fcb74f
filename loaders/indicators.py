"""Figures of the QPV: population, incomes, employment, housing, family allowances."""

from pathlib import Path

import pandas as pd

from errors import SourceContentError
from loaders import catalogue
from loaders.formats.points import numbers
from loaders.formats.texts import Layout, extract_layout, read_table
from loaders.paths import DATA, within
from loaders.quality import Reading, Report

SOURCE_ID = "indicateurs"
EXTRACT = DATA / "qpv" / "indicateurs.csv"
PRODUCER_FILE = "qpv/indicateurs_qpv2024.csv"

#: Figure to its largest plausible value; shares are percentages.
BOUNDS = {
    "population": 100_000,
    "indice_jeunesse": 50,
    "part_etrangers_pct": 100,
    "part_immigres_pct": 100,
    "part_menages_1_pers_pct": 100,
    "part_menages_2_pers_pct": 100,
    "part_menages_3_pers_pct": 100,
    "part_menages_4_5_pers_pct": 100,
    "part_menages_6_pers_plus_pct": 100,
    "menages": 100_000,
    "logements_sociaux": 100_000,
    "taux_emploi_pct": 100,
    "taux_pauvrete_60_pct": 100,
    "personnes_couvertes_caf": 100_000,
    "allocataires_caf": 100_000,
    "foyers_rsa": 100_000,
}
COLUMNS = ["code_qp", *BOUNDS]

COMPILATION = Layout(
    "indicateurs des QPV 2024 (Insee, SDES, Cnaf)",
    {column: column for column in ["code_qp", "lib_qp", "insee_com", "lib_com", *BOUNDS]},
)


def check_codes(path: Path, codes: pd.Series) -> None:
    """Refuse codes of the QPV 2015, malformed codes and duplicates.

    Parameters
    ----------
    codes
        Codes, indexed by line.

    Raises
    ------
    SourceContentError
        If one is found; the 2015 and 2024 geographies are different perimeters and are never joined.
    """
    old = codes[codes.str.fullmatch(r"QP\d{6}")]
    if len(old):
        raise SourceContentError(
            path,
            f"codes des QPV de 2015 (« {old.iloc[0]} »)",
            "fournir un fichier de la géographie 2024, codes en « QN »",
        )
    malformed = codes[~codes.str.fullmatch(r"QN\d{5}[A-Z]")]
    if len(malformed):
        raise SourceContentError(
            path,
            f"code de QPV malformé : « {malformed.iloc[0]} » (ligne {malformed.index[0]})",
            "vérifier la colonne code_qp",
        )
    twice = codes[codes.duplicated()]
    if len(twice):
        raise SourceContentError(
            path, f"code de QPV en double : {', '.join(sorted(set(twice)))}", "n'en garder qu'un"
        )


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[pd.DataFrame]:
    """Read the figures of the QPV.

    Parameters
    ----------
    path
        A compilation in the producers' layout or an extract; the embedded extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable, or its codes are of another vintage or double.
    """
    target = Path(path or within(EXTRACT, data_dir))
    rows, _ = read_table(target, [COMPILATION, extract_layout(COLUMNS)])
    report = Report(SOURCE_ID, len(rows), rows["code_qp"])
    check_codes(target, rows["code_qp"])
    frame = pd.DataFrame(
        {"code_qp": rows["code_qp"]}
        | {name: numbers(rows[name], low=0, high=high, report=report) for name, high in BOUNDS.items()}
    )
    report.check(target)
    return Reading(frame.set_index("code_qp").sort_index(), report)


def load(path: Path | str | None = None) -> pd.DataFrame:
    """Load the figures of the QPV.

    Parameters
    ----------
    path
        A compilation in the producers' layout or an extract; the embedded extract by default.

    Returns
    -------
    DataFrame
        Index `code_qp`; float64 columns, NaN where the producer gives no value: `population` (inhabitants),
        shares and rates in percent (`..._pct`), `menages`, `logements_sociaux`, `foyers_rsa`, ...
    """
    if path is None:
        catalogue.load()  # refuses a file that is not the one that was recorded
    return read(path).frame
