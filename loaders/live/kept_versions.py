"""What a folder of data says of its sources, and what it keeps of their versions of before."""

import json
from pathlib import Path
from typing import Any, Final

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
    faults = quality.of_folder(data_dir)
    own = faults[faults["source_id"] == source.source_id].to_dict("split")["data"]
    folder = Path(PREVIOUS) / source.source_id
    told = json.dumps({"ligne": row, "fautes": own}, ensure_ascii=False)
    return {str(folder / ROW): told.encode(), str(folder / extract.name): extract.read_bytes()}
