"""What a folder of data says of its sources, and what it keeps of their versions of before."""

import io
import json
from pathlib import Path
from typing import Any, Final

import pandas as pd

from errors import SourceError
from loaders import catalogue, quality
from loaders.build import STEPS
from loaders.live.register import Official
from loaders.paths import within

PREVIOUS: Final = ".precedent"
ROW: Final = "catalogue.json"
STEP_OF: Final = {step.source_id: step for step in STEPS}


def current(source_id: str, data_dir: Path) -> Any:
    """Read the extract that counts now; None if there is none, or none that can be read."""
    try:
        return STEP_OF[source_id].read(data_dir=data_dir).frame
    except SourceError:
        return None


def previous(source: Official, data_dir: Path) -> dict[str, bytes | Path]:
    """Give what is to be kept of the version at hand: the extract, its row, its faults."""
    row = catalogue.rows(within(catalogue.CATALOGUE_FILE, data_dir)).get(source.source_id)
    extract = data_dir / source.fichier
    if row is None or not extract.exists():
        return {}
    faults = _faults(data_dir)
    own = faults[faults["source_id"] == source.source_id].to_dict("split")["data"]
    folder = Path(PREVIOUS) / source.source_id
    told = json.dumps({"ligne": row, "fautes": own}, ensure_ascii=False)
    return {str(folder / ROW): told.encode(), str(folder / extract.name): extract.read_bytes()}


def tables(data_dir: Path, row: dict[str, str], faults: pd.DataFrame | None) -> dict[str, bytes | Path]:
    """Give the catalogue with a row replaced, and the faults of its source if they are new."""
    path = within(catalogue.CATALOGUE_FILE, data_dir)
    rows = catalogue.rows(path) | {row["source_id"]: row}
    contents: dict[str, bytes | Path] = {
        str(path.relative_to(data_dir)): catalogue.text(rows.values()).encode()
    }
    if faults is not None:
        known = _faults(data_dir)
        others = known[known["source_id"] != row["source_id"]]
        # Each source keeps its place in the report.
        ranks = {name: rank for rank, name in enumerate(dict.fromkeys([*known["source_id"], *rows]))}
        table = pd.concat([others, faults]).astype("str")
        table = table.sort_values("source_id", key=lambda names: names.map(ranks), kind="stable")
        report = within(quality.REPORT_FILE, data_dir)
        stream = io.StringIO()
        table.to_csv(stream, index=False, lineterminator="\n")
        contents[str(report.relative_to(data_dir))] = stream.getvalue().encode()
    return contents


def _faults(data_dir: Path) -> pd.DataFrame:
    path = within(quality.REPORT_FILE, data_dir)
    return quality.load(path) if path.exists() else pd.DataFrame(columns=quality.COLUMNS)
