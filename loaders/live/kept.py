"""What is kept of a source beside its extract: the last attempt to fetch it, its version of before, and how two differ."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from errors import SourceError
from loaders import catalogue, quality
from loaders._journal import own_folder
from loaders.build import STEPS
from loaders.live.download import Validators
from loaders.live.register import Official
from loaders.paths import within

_ATTEMPTS: Final = "etat"
_PREVIOUS: Final = ".precedent"
_ROW: Final = "catalogue.json"
STEP_OF: Final = {step.source_id: step for step in STEPS}
#: An outline or a point that is nearer than this to where it was has not moved: no source is more precise.
MOVED_M: Final = 1.0
#: Computed from the outline, which counts by itself; or the day of the download, which every row repeats.
_COMPUTED: Final = ("surface_m2", "vintage")


@dataclass(frozen=True)
class Attempt:
    """The last time that a source was fetched, or tried to be."""

    at: dt.datetime
    fault: str = ""
    basis: str = ""
    validators: Mapping[str, Validators] = field(default_factory=dict)


def last_attempt(data_dir: Path, source_id: str) -> Attempt | None:
    """Read what is known of the last attempt."""
    try:
        told: Any = json.loads((data_dir / _attempt_file(source_id)).read_bytes())
        return Attempt(
            at=dt.datetime.fromisoformat(told["at"]),
            fault=str(told["fault"]),
            basis=str(told["basis"]),
            validators={url: Validators(**values) for url, values in told["validators"].items()},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def noted(source_id: str, attempt: Attempt) -> dict[str, bytes | Path]:
    """Give the file that keeps an attempt."""
    told = asdict(attempt) | {"at": attempt.at.isoformat()}
    return {_attempt_file(source_id): json.dumps(told, ensure_ascii=False, indent=1).encode()}


def _attempt_file(source_id: str) -> str:
    return f"{own_folder(Path()) / _ATTEMPTS / source_id}.json"


def current(source_id: str, data_dir: Path) -> Any:
    """Read the extract that counts now; None if there is none, or none that can be read."""
    try:
        return STEP_OF[source_id].read(data_dir=data_dir).frame
    except SourceError:
        return None


def as_previous(source: Official, data_dir: Path) -> dict[str, bytes | Path]:
    """Give what is to be kept of the version at hand: the extract, its row, its faults."""
    row = catalogue.rows(within(catalogue.CATALOGUE_FILE, data_dir)).get(source.source_id)
    extract = data_dir / source.fichier
    if row is None or not extract.exists():
        return {}
    faults = quality.of_folder(data_dir)
    own = faults[faults["source_id"] == source.source_id].to_dict("split")["data"]
    folder = Path(_PREVIOUS) / source.source_id
    told = json.dumps({"ligne": row, "fautes": own}, ensure_ascii=False)
    return {str(folder / _ROW): told.encode(), str(folder / extract.name): extract.read_bytes()}


def has_previous(source_id: str, data_dir: Path) -> bool:
    """Tell whether a version of before is kept."""
    return (data_dir / _PREVIOUS / source_id / _ROW).exists()


def put_back(source: Official, data_dir: Path) -> dict[str, bytes | Path]:
    """Give the files of the version of before, and those that then keep the present one in its place."""
    kept = data_dir / _PREVIOUS / source.source_id
    told = json.loads((kept / _ROW).read_bytes())
    extract = (kept / Path(source.fichier).name).read_bytes()
    faults = pd.DataFrame(told["fautes"], columns=quality.COLUMNS)
    return {
        **as_previous(source, data_dir),
        source.fichier: extract,
        **catalogue.rewritten(data_dir, told["ligne"], faults),
    }


@dataclass(frozen=True)
class Changes:
    """Numbers of rows."""

    before: int = 0
    after: int = 0
    added: int = 0
    gone: int = 0
    edited: int = 0
    moved: int = 0

    @property
    def none(self) -> bool:
        """Whether no row changed, to the precision of the sources."""
        return not (self.added or self.gone or self.edited or self.moved)


def compare(before: gpd.GeoDataFrame | None, after: gpd.GeoDataFrame) -> Changes:
    """Compare two versions of an extract."""
    if before is None:
        return Changes(after=len(after), added=len(after))
    both = before.index.intersection(after.index)
    old, new = before.loc[both], after.loc[both]
    columns = [name for name in new.columns if name in old and name != "geometry" and name not in _COMPUTED]
    edited = pd.Series(False, index=both)
    for name in columns:
        edited |= old[name].map(_said) != new[name].map(_said)
    was, now = old.geometry.to_numpy(), new.geometry.to_numpy()
    away = np.zeros(len(both))
    # Most outlines are what they were, to the corner: only the others are measured.
    other = ~shapely.equals_exact(was, now)
    away[other] = shapely.hausdorff_distance(was[other], now[other])
    return Changes(
        before=len(before),
        after=len(after),
        added=len(after.index.difference(both)),
        gone=len(before.index.difference(both)),
        edited=int(edited.sum()),
        moved=int((away > MOVED_M).sum()),
    )


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(value)
    return "" if pd.isna(value) else str(value)
