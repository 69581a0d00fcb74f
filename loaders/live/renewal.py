"""The refresh of one source: fetched, validated, compared, then changed as one; or refused, and nothing changes."""

import datetime as dt
import errno
import hashlib
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
from filelock import Timeout

from errors import AtlasError, SourceError
from loaders import catalogue, checksums, territory
from loaders._journal import own_folder, replace_files, sha256
from loaders.build import counts, write_extract
from loaders.live import kept
from loaders.live.download import Fetched, Patience, Validators, fetch
from loaders.live.gathering import Got
from loaders.live.http_session import is_loopback
from loaders.live.kept import Attempt, Changes, compare
from loaders.live.register import Official
from loaders.paths import within
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
        try:
            with tempfile.TemporaryDirectory(
                dir=self._received(), prefix=f"{self.source.source_id}-"
            ) as name:
                return self._renewed(Path(name))
        except (AtlasError, OSError) as error:
            return self._refused(reason(error))

    def _received(self) -> Path:
        folder = own_folder(self.data_dir) / RECEIVED
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _renewed(self, folder: Path) -> RefreshResult:
        source, place = self.source, territory.load(self.data_dir)
        now = dt.datetime.now(dt.UTC)
        today = clock.local(now).date()
        told = self._told()
        if told and self._is_unchanged(folder):
            self._write({}, told | {"telecharge_le": today.isoformat()}, None, now)
            return RefreshResult(source.source_id, UNCHANGED)
        gathered = source.gather(lambda address: self._get(address, folder), place, folder)
        step = kept.STEP_OF[source.source_id]
        reading = step.read(gathered.path, data_dir=self.data_dir)
        extract = folder / Path(source.fichier).name
        write_extract(reading.frame, extract, renamed=step.renamed)
        # The extract is what the atlas will read: it is read before it counts.
        after = step.read(extract, data_dir=self.data_dir).frame
        before = kept.current(source.source_id, self.data_dir)
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
            contents |= kept.as_previous(source, self.data_dir)
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

    def _told(self) -> dict[str, str]:
        """Give the catalogue's row as it stands; empty if there is none."""
        path = within(catalogue.CATALOGUE_FILE, self.data_dir)
        return catalogue.rows(path).get(self.source.source_id, {})

    def _write(
        self,
        contents: dict[str, bytes | Path],
        row: dict[str, str],
        faults: pd.DataFrame | None,
        now: dt.datetime,
    ) -> None:
        basis = self._basis(row["empreinte"])
        attempt = Attempt(now, basis=basis, validators=self.validators)
        contents |= kept.noted(self.source.source_id, attempt)
        replace_files(self.data_dir, contents | catalogue.rewritten(self.data_dir, row, faults))

    def _refused(self, fault: str, changes: Changes | None = None) -> RefreshResult:
        name, now = self.source.source_id, dt.datetime.now(dt.UTC)
        known = kept.last_attempt(self.data_dir, name) or Attempt(now)
        # A full disk is said by the refusal itself.
        with suppress(OSError):
            replace_files(self.data_dir, kept.noted(name, replace(known, at=now, fault=fault)))
        return RefreshResult(name, REFUSED, fault, changes or Changes())

    def _is_unchanged(self, folder: Path) -> bool:
        """Ask each address of the last time whether its file is still the same; keep the first that is not."""
        known = kept.last_attempt(self.data_dir, self.source.source_id)
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
        def tell(done: int, total: int | None) -> None:
            if self.on_progress is not None:
                self.on_progress(self.source.source_id, done, total)

        return fetch(
            address,
            folder,
            service=self.source.titre,
            max_bytes=MAX_BYTES,
            known=known,
            patience=self.patience,
            # Only an address that the caller gave may be of this machine.
            loopback=self.url is not None and is_loopback(self.url),
            on_bytes=tell,
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
