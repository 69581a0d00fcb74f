"""The catalogue of sources: who made each, when, under which licence, and where it applies."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceContentError, SourceError
from loaders import checksums, quality, territory
from loaders.formats.texts import read_csv
from loaders.paths import DATA, reference, stamp, within
from words.formats import HORS_PERIMETRE, NON_LUE, NON_TELECHARGEE

CATALOGUE_FILE = DATA / checksums.CATALOGUE
COLUMNS = [
    "source_id", "titre", "producteur", "millesime", "date", "licence", "attribution", "adresse", "fichier",
    "lignes_lues", "lignes_gardees", "lignes_ecartees", "limites", "communes", "empreinte", "telecharge_le",
]  # fmt: skip
#: What a producer does not always say, or what only a download gives.
MAY_BE_BLANK = ("date", "empreinte", "telecharge_le")
#: Sources without which there is no atlas.
NEEDED: Final = ("communes", "qpv", "indicateurs")
#: Sources that a territory may lack: local files, or what `territoire.toml` does not name.
OPTIONAL: Final = frozenset(
    {"arrondissements", "velos", "lignes", "sncf", "friches", "sports", "social", "colleges", "projets"}
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of data, as it may be shown to a user.

    Attributes
    ----------
    date
        Day to which the data refer, or None if the producer does not say.
    fichier
        Extract, relative to `data/`; "" for what has no file.
    lignes_lues, lignes_gardees, lignes_ecartees
        Rows read by the last build, kept and set aside; none for what is worked out.
    communes
        INSEE codes of the communes where absence from the source means absence on the ground; none for a file that a
        user brings and that does not say it, and none as long as the source was not downloaded.
    empreinte
        SHA-256 of the extract; "" where its rows are counted instead, and for a file that a user brings.
    telecharge_le
        Day when the atlas last had it from its producer; None for what is delivered with the atlas.
    absente
        True for a source that the territory does not have: it covers no commune, and nothing may be shown of it.
    refus
        Why the file of an absent source is not believed, in French, with the mend; "" where there is none.
    """

    source_id: str
    titre: str
    producteur: str
    millesime: str
    date: dt.date | None = None
    licence: str
    attribution: str
    adresse: str = ""
    fichier: str = ""
    lignes_lues: int = 0
    lignes_gardees: int = 0
    lignes_ecartees: int = 0
    limites: str = ""
    communes: frozenset[str] = frozenset()
    empreinte: str = ""
    telecharge_le: dt.date | None = None
    absente: bool = False
    refus: str = ""

    @property
    def telechargee(self) -> bool:
        """Tell whether any row was read: a source that waits for its first download has no figure, not a zero."""
        return self.absente or bool(self.lignes_lues or self.communes)

    @property
    def silence(self) -> str:
        """Say why there is no figure where the source covers nothing.

        Returns
        -------
        str
            `HORS_PERIMETRE`, `NON_TELECHARGEE` or `NON_LUE`.
        """
        if self.refus:
            return NON_LUE
        return HORS_PERIMETRE if self.telechargee else NON_TELECHARGEE

    @property
    def origine(self) -> str:
        """Say who made the source, and when."""
        return f"{self.producteur}, {self.millesime}"

    def covers(self, codes: Iterable[str]) -> bool:
        """Tell whether the source covers at least one of some communes.

        Returns
        -------
        bool
            True if absence from the source means absence on the ground in one of them.
        """
        return not self.communes.isdisjoint(codes)


class Catalogue(dict[str, Source]):
    """The sources of a territory by id, in the order of the file.

    It iterates over those that exist. One of `OPTIONAL` that the territory lacks is still found by its id, as a
    source that covers no commune: what is drawn on it is "hors périmètre de la source", never 0.

    Parameters
    ----------
    refused
        Sources whose file is not believed: they are as if the territory lacked them.
    """

    def __init__(self, sources: Mapping[str, Source], refused: Iterable[Source] = ()) -> None:
        super().__init__(sources)
        self.refused: Final = tuple(refused)

    def __missing__(self, source_id: str) -> Source:
        """Give a source that the territory does not have, or whose file is refused."""
        if source_id not in OPTIONAL:
            raise KeyError(source_id)
        refused = (source for source in self.refused if source.source_id == source_id)
        return next(refused, None) or _absent(source_id)

    def beside(self, others: Iterable[Source]) -> "Catalogue":
        """Add sources, such as those that a user brings."""
        return Catalogue({**self, **{source.source_id: source for source in others}}, self.refused)


def has(source_id: str) -> bool:
    """Tell whether the territory has a source, as its catalogue and its `territoire.toml` say.

    Returns
    -------
    bool
        False where there is nothing to read; a file that is listed and missing is an error, told by its loader.
    """
    return source_id in load()


def load(path: Path | str | None = None) -> Catalogue:
    """Load the catalogue of sources.

    Parameters
    ----------
    path
        A catalogue in the project's schema; the embedded one by default.

    Returns
    -------
    Catalogue
        By source id, in the order of the file. Of the embedded one, bikes and projects that `territoire.toml` does not
        name are left out, and so are the optional sources whose file is not the one that was recorded.

    Raises
    ------
    SourceError
        If the file is missing or malformed, or a source lacks what must be shown with it; of the embedded one, if the
        file of the territory or that of a needed source is not the one that was recorded.
    """
    if path is not None:
        return Catalogue(_load(*_version(Path(path))))
    target = within(CATALOGUE_FILE, DATA)
    checksums.check(checksums.TERRITORY)
    return _believed(
        _version(target), territory.load().unnamed, stamp(DATA, *map(reference, checksums.BESIDE))
    )


def _version(path: Path) -> tuple[Path, int]:
    return path, path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=4)
def _believed(
    version: tuple[Path, int], unnamed: frozenset[str], _files: tuple[tuple[str, int, int], ...]
) -> Catalogue:
    """Sort the sources of the embedded catalogue: those that are believed, and those whose file is refused."""
    checksums.check(checksums.CATALOGUE)
    listed = _load(*version)
    lost = [source_id for source_id in NEEDED if source_id not in listed]
    if lost:
        raise SourceContentError(
            version[0], f"aucune ligne pour {', '.join(lost)}", "compléter le catalogue, ou actualiser"
        )
    believed, refused = {}, []
    for source_id, source in listed.items():
        if source_id in unnamed:
            continue
        try:
            _check_files(source)
            believed[source_id] = source
        except SourceError as error:
            if source_id not in OPTIONAL:
                raise
            refused.append(replace(source, communes=frozenset(), absente=True, refus=str(error)))
    return Catalogue(believed, refused)


def _check_files(source: Source) -> None:
    """Refuse a source one of whose files is not the one that was recorded; one not yet downloaded has none."""
    if not source.lignes_lues:
        return
    path = DATA / source.fichier
    if path.is_dir():
        for name in checksums.read():
            if (DATA / name).parent == path:
                checksums.check(name, recorded_by=source.source_id)
        path /= f"{source.source_id}.csv"
    checksums.check_extract(
        path, checksum=source.empreinte, rows=source.lignes_gardees, source_id=source.source_id
    )
    for name, source_id in checksums.BESIDE.items():
        if source_id == source.source_id:
            checksums.check_reference(name, recorded_by=source_id)


@lru_cache(maxsize=4)
def _load(path: Path, _modified: int) -> dict[str, Source]:
    frame = read_csv(path, columns=COLUMNS)
    required = [name for name in COLUMNS if name not in MAY_BE_BLANK]
    sources: dict[str, Source] = {}
    for line, row in frame.iterrows():
        blank = [name for name in required if not row[name]]
        if blank:
            raise SourceContentError(
                path, f"ligne {line} : champ vide ({', '.join(blank)})", "compléter le catalogue"
            )
        if row["source_id"] in sources:
            raise SourceContentError(
                path, f"ligne {line} : source « {row['source_id']} » en double", "n'en garder qu'une"
            )
        try:
            values = {name: row[name] for name in COLUMNS}
            read = int(row["lignes_lues"])
            sources[row["source_id"]] = Source(
                **values
                | {
                    **{name: _day(row[name]) for name in ("date", "telecharge_le")},
                    "communes": frozenset(row["communes"].split("|") if read else ()),
                    **{name: int(row[name]) for name in ("lignes_lues", "lignes_gardees", "lignes_ecartees")},
                }
            )
        except ValueError as error:
            raise SourceContentError(path, f"ligne {line} : {error}", "corriger le catalogue") from error
    return sources


def rows(path: Path) -> dict[str, dict[str, str]]:
    """Give the rows of a catalogue as they stand in its file.

    Returns
    -------
    dict of str to dict of str to str
        Cells by column, by source id, in the order of the file; none if there is no file.

    Raises
    ------
    SourceError
        If the file is malformed.
    """
    if not path.exists():
        return {}
    frame = read_csv(path, columns=COLUMNS)
    return {str(row["source_id"]): {name: row[name] for name in COLUMNS} for _, row in frame.iterrows()}


def rewritten(
    data_dir: Path, row: Mapping[str, str], faults: pd.DataFrame | None = None, *, anew: Iterable[str] = ()
) -> dict[str, bytes | Path]:
    """Give the files that say of a folder what it holds, with one source said anew.

    Parameters
    ----------
    row
        Cells of the source, by column.
    faults
        What was found in its rows, as `Report.frame` gives it; what is known of them by default.
    anew
        Files without a row in the catalogue to record as they are now.

    Returns
    -------
    dict of str to bytes
        Content by file.

    Raises
    ------
    SourceError
        If one of these files is malformed, or is not the one that was recorded.
    """
    known = rows(within(CATALOGUE_FILE, data_dir))
    for name in (checksums.CATALOGUE, checksums.QUALITY):
        checksums.check(name, data_dir)
    contents: dict[str, bytes | Path] = {
        checksums.CATALOGUE: text((known | {row["source_id"]: row}).values()).encode()
    }
    if faults is not None:
        before = quality.of_folder(data_dir)
        others = before[before["source_id"] != row["source_id"]]
        # Each source keeps its place in the report.
        ranks = {name: rank for rank, name in enumerate(dict.fromkeys([*before["source_id"], *known]))}
        table = pd.concat([others, faults]).astype("str")
        table = table.sort_values("source_id", key=lambda names: names.map(ranks), kind="stable")
        contents[checksums.QUALITY] = table.to_csv(index=False, lineterminator="\n").encode()
    return checksums.sealed(data_dir, contents, anew=anew)


def text(rows: Iterable[Mapping[str, str]]) -> str:
    """Give the text of a catalogue.

    Parameters
    ----------
    rows
        Cells by column.
    """
    return pd.DataFrame(list(rows), columns=COLUMNS).to_csv(index=False, lineterminator="\n")


def _day(cell: str) -> dt.date | None:
    return dt.date.fromisoformat(cell) if cell else None


@lru_cache(maxsize=len(OPTIONAL))
def _absent(source_id: str) -> Source:
    return Source(
        source_id=source_id,
        titre="source que ce territoire n'a pas",
        producteur="aucun",
        millesime="aucun",
        licence="aucune",
        attribution="aucune",
        absente=True,
    )
