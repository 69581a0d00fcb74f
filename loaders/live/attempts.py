"""What is known of the last time that a source was fetched, kept beside the data."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from loaders._journal import own_folder
from loaders.live.download import Validators

_FOLDER: Final = "etat"


@dataclass(frozen=True)
class Attempt:
    """The last time that a source was fetched, or tried to be."""

    at: dt.datetime
    fault: str = ""
    basis: str = ""
    validators: Mapping[str, Validators] = field(default_factory=dict)


def name(source_id: str) -> str:
    """Give the place of an attempt in a folder of data."""
    return f"{own_folder(Path()) / _FOLDER / source_id}.json"


def read(data_dir: Path, source_id: str) -> Attempt | None:
    """Read what is known of the last attempt."""
    try:
        told: Any = json.loads((data_dir / name(source_id)).read_bytes())
        return Attempt(
            at=dt.datetime.fromisoformat(told["at"]),
            fault=str(told["fault"]),
            basis=str(told["basis"]),
            validators={url: Validators(**values) for url, values in told["validators"].items()},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def dump(attempt: Attempt) -> bytes:
    """Write an attempt."""
    told = asdict(attempt) | {"at": attempt.at.isoformat()}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
