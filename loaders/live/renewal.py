"""The refresh of one source: fetched, validated, compared, then changed as one; or refused, and nothing changes.

What is kept of a source beside its extract: the last attempt to fetch it, and its version of before.
"""

import datetime as dt
import errno
import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from filelock import Timeout

from errors import AtlasError, SourceError
from loaders import catalogue, checksums, quality, territory
from loaders._journal import own_folder, replace_files, sha256
from loaders.build import STEP_OF, counts, write_extract
from loaders.live.download import Fetched, Patience, Validators, fetch
from loaders.live.gathering import Got
from loaders.live.http_session import is_loopback
from loaders.live.register import Official
from loaders.paths import DATA, within
from loaders.territory import Territory
from words import clock

CHANGED: Final = "actualisée"
UNCHANGED: Final = "inchangée"
REFUSED: Final = "refusée"
NOT_FETCHED: Final = "non actualisée"

#: To be raised when a loader takes more or other things from the same files: they are then fetched again.
EXTRACT_FORMAT: Final = 1
MAX_BYTES: Final = 200_000_000
RECEIVED: Final = "recu"

#: Called with the source, the bytes received of the file under way, and their total if it is known.
Progress = Callable[[str, int, int | None], object]
_ATTEMPTS: Final = "etat"
_PREVIOUS: Final = ".precedent"
_ROW: Final = "catalogue.json"
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


def last_attempt(source_id: str, *, data_dir: Path = DATA) -> Attempt | None:
    """Tell when a source was last fetched, and whether it was in vain; None if it never was."""
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


def listed(source_id: str, data_dir: Path) -> dict[str, str]:
    """Give the catalogue's row as it stands; empty if there is none."""
    return catalogue.rows(within(catalogue.CATALOGUE_FILE, data_dir)).get(source_id, {})


def as_previous(source: Official, data_dir: Path) -> dict[str, bytes | Path]:
    """Give what is to be kept of the version at hand: the extract, its row, its faults."""
    row = listed(source.source_id, data_dir)
    extract = data_dir / source.fichier
    if not row or not extract.exists():
        return {}
    faults = quality.of_folder(data_dir)
    own = faults[faults["source_id"] == source.source_id].to_dict("split")["data"]
    folder = Path(_PREVIOUS) / source.source_id
    told = json.dumps({"ligne": row, "fautes": own}, ensure_ascii=False)
    return {str(folder / _ROW): told.encode(), str(folder / extract.name): extract.read_bytes()}


def has_previous(source_id: str, *, data_dir: Path = DATA) -> bool:
    """Tell whether a version of before is kept, for `revert`."""
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


@dataclass(frozen=True)
class RefreshResult:
    """What came of fetching one source again."""

    source_id: str
    outcome: str
    reason: str = ""
    changes: Changes = field(default_factory=Changes)

    @property
    def changed(self) -> bool:
        """Whether the extract is a new one."""
        return self.outcome == CHANGED

    @property
    def refused(self) -> bool:
        """Whether a new version could not be had, or was not accepted."""
        return self.outcome == REFUSED


@dataclass(frozen=True)
class Renewal:
    """The refresh of one source."""

    source: Official
    data_dir: Path
    url: str | None
    accept_loss: bool
    on_progress: Progress | None
    patience: Patience | None
    validators: dict[str, Validators] = field(default_factory=dict)
    files: dict[str, Got] = field(default_factory=dict)

    def result(self) -> RefreshResult:
        """Fetch, validate, compare, change; a fault is a refusal, and is noted."""
        received = own_folder(self.data_dir) / RECEIVED
        try:
            received.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=received, prefix=f"{self.source.source_id}-") as name:
                return self._renewed(Path(name))
        except (AtlasError, OSError) as error:
            return self._refused(reason(error))

    def _renewed(self, folder: Path) -> RefreshResult:
        source, place = self.source, territory.load(self.data_dir)
        now = dt.datetime.now(dt.UTC)
        today = clock.local(now).date()
        told = listed(source.source_id, self.data_dir)
        if told and self._is_unchanged(folder):
            self._write({}, told | {"telecharge_le": today.isoformat()}, None, now)
            return RefreshResult(source.source_id, UNCHANGED)
        gathered = source.gather(lambda address: self._get(address, folder), place, folder)
        step = source.step
        reading = step.read(gathered.path, data_dir=self.data_dir)
        extract = folder / Path(source.fichier).name
        write_extract(reading.frame, extract, renamed=step.renamed)
        # The extract is what the atlas will read: it is read before it counts.
        after = step.read(extract, data_dir=self.data_dir).frame
        before = current(source.source_id, self.data_dir)
        changes = compare(before, after)
        expected = max(changes.before, self._recorded(told, place, read=before is not None))
        lost = expected and changes.after < source.least_share * expected
        if lost and not self.accept_loss:
            share = changes.after / expected
            return self._refused(
                f"la nouvelle version n’a plus que {changes.after} lignes sur {expected} ({100 * share:.0f} %, au moins "
                f"{100 * source.least_share:.0f} % sont attendus) : si cette baisse est réelle, l’accepter "
                "(--accepter-la-baisse)",
                changes,
            )
        millesime, dated = source.vintage(gathered, today)
        row = {
            "source_id": source.source_id,
            "titre": source.titre + source.named(place),
            "producteur": source.producteur,
            "licence": source.licence,
            "attribution": source.attribution,
            # Who makes the source stays as it is said already: that may name a network.
            **{name: told[name] for name in ("titre", "producteur", "licence", "attribution") if told},
            "millesime": millesime,
            "date": dated.isoformat() if dated else "",
            "adresse": source.adresse(place),
            "fichier": source.fichier,
            "limites": source.limites,
            "communes": "|".join(sorted(source.covered(place))),
            "telecharge_le": today.isoformat(),
            **counts(reading.report, extract),
        }
        target = self.data_dir / source.fichier
        same = target.exists() and sha256(target) == row["empreinte"]
        contents: dict[str, bytes | Path] = {} if same else {source.fichier: extract}
        if not changes.none:
            # What is kept is the last version that said something else.
            contents |= as_previous(source, self.data_dir)
        self._write(contents, row, reading.report.frame(), now)
        return RefreshResult(source.source_id, UNCHANGED if changes.none else CHANGED, "", changes)

    def _recorded(self, told: dict[str, str], place: Territory, *, read: bool) -> int:
        """Count the rows that the catalogue says, where the extract is not the one that it describes or is unreadable."""
        if not told or not set(told["communes"].split("|")) <= set(place.communes.index):
            return 0  # the catalogue says nothing, or speaks of another territory
        rows = int(told["lignes_gardees"])
        try:
            checksums.check_extract(
                self.data_dir / told["fichier"],
                checksum=told["empreinte"],
                rows=rows,
                source_id=self.source.source_id,
            )
        except SourceError:
            return rows
        return 0 if read else rows

    def _write(
        self,
        contents: dict[str, bytes | Path],
        row: dict[str, str],
        faults: pd.DataFrame | None,
        now: dt.datetime,
    ) -> None:
        basis = self._basis(row["empreinte"])
        attempt = Attempt(now, basis=basis, validators=self.validators)
        contents |= noted(self.source.source_id, attempt)
        replace_files(self.data_dir, contents | catalogue.rewritten(self.data_dir, row, faults))

    def _refused(self, fault: str, changes: Changes | None = None) -> RefreshResult:
        name, now = self.source.source_id, dt.datetime.now(dt.UTC)
        known = last_attempt(name, data_dir=self.data_dir) or Attempt(now)
        # A full disk is said by the refusal itself.
        with suppress(OSError):
            replace_files(self.data_dir, noted(name, replace(known, at=now, fault=fault)))
        return RefreshResult(name, REFUSED, fault, changes or Changes())

    def _is_unchanged(self, folder: Path) -> bool:
        """Ask each address of the last time whether its file is still the same; keep the first that is not."""
        known = last_attempt(self.source.source_id, data_dir=self.data_dir)
        extract = self.data_dir / self.source.fichier
        if known is None or not known.validators or not extract.exists():
            return False
        if known.basis != self._basis(sha256(extract)):
            return False
        for address, validators in known.validators.items():
            if not validators.headers():
                return False
            fetched = self._fetch(address, folder, validators)
            if fetched.path is not None:
                self._keep(address, fetched)
                return False
            self.validators[address] = validators
        return True

    def _get(self, address: str, folder: Path) -> Got:
        asked = self._elsewhere(address)
        if asked not in self.files:
            self._keep(asked, self._fetch(asked, folder, None))
        return self.files[asked]

    def _keep(self, address: str, fetched: Fetched) -> None:
        if fetched.path is not None:
            self.validators[address] = fetched.validators
            self.files[address] = Got(fetched.path, fetched.validators.last_modified)

    def _fetch(self, address: str, folder: Path, known: Validators | None) -> Fetched:
        return fetch(
            address,
            folder,
            service=self.source.titre,
            max_bytes=MAX_BYTES,
            known=known,
            patience=self.patience,
            # Only an address that the caller gave may be of this machine.
            loopback=self.url is not None and is_loopback(self.url),
            on_bytes=self.on_progress and partial(self.on_progress, self.source.source_id),
        )

    def _elsewhere(self, address: str) -> str:
        if self.url is None:
            return address
        other, parts = urlsplit(self.url), urlsplit(address)
        if other.path.strip("/"):
            return self.url
        return urlunsplit((other.scheme, other.netloc, parts.path, parts.query, ""))

    def _basis(self, checksum: str) -> str:
        """Tell one origin of an extract from another: its bytes, address, territory, communes, way to be read."""
        outlines = self.data_dir / "qpv" / "communes.geojson"
        parts = [
            checksum,
            self.url or "",
            str(EXTRACT_FORMAT),
            sha256(self.data_dir / territory.FILE_NAME),
            sha256(outlines) if self.source.source_id != "communes" and outlines.exists() else "",
        ]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()


def reason(error: AtlasError | OSError) -> str:
    """Say why a source is refused: its own fault, another refresh, or a folder that cannot be written."""
    if isinstance(error, AtlasError):
        return str(error)
    if isinstance(error, Timeout):
        return "une actualisation est déjà en cours"
    said = "disque plein" if error.errno in {errno.ENOSPC, errno.EDQUOT} else error.strerror or str(error)
    return f"le dossier des données ne peut pas être écrit ({said}) : rien n’a changé"
