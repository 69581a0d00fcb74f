"""The territory of the contrat, as `territoire.toml` states it: EPCI, communes, first view, bikes, projects."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pandas as pd

from errors import SourceContentError, SourceFormatError, SourceMissingError
from geo.arrondissements import OF_COMMUNE
from loaders.paths import DATA
from words.constants import FRANCE

FILE_NAME: Final = "territoire.toml"

WITH_QPV = "avec QPV"
AT_STAKE = "territoire à enjeux"
NEIGHBOUR = "voisine"
_STATUSES: Final = (WITH_QPV, AT_STAKE, NEIGHBOUR)
_TOP: Final = frozenset({"nom", "contrat", "epci", "vue", "projets", "velos", "communes"})
_VIEW_LIMITS: Final = {"lon": FRANCE[::2], "lat": FRANCE[1::2], "zoom": (6, 16)}
_MEND: Final = "corriger le fichier du territoire"


@dataclass(frozen=True)
class BikeNetwork:
    """A network of shared bikes.

    Attributes
    ----------
    gbfs
        Address of its GBFS files, without the name of a file.
    communes
        INSEE codes of the communes that it serves: elsewhere its silence means nothing.
    """

    nom: str
    gbfs: str
    communes: frozenset[str]


@dataclass(frozen=True)
class View:
    """Where maps start.

    Attributes
    ----------
    lon, lat
        Middle, in degrees.
    """

    lon: float
    lat: float
    zoom: int


@dataclass(frozen=True, eq=False)
class Territory:
    """What the atlas is about.

    Attributes
    ----------
    projets
        Folder of the cooperation projects in the data; None if the contrat has no catalogue of projects here.
    document
        The document that the projects come from, such as "agenda 2024"; "" without projects.
    velos
        Networks of shared bikes; none where there are no bikes.
    communes
        Index `code_insee`, sorted; `nom`, `statut` (`WITH_QPV`, `AT_STAKE` or `NEIGHBOUR`) and `a_confirmer` (bool).
        Shared: never written into.
    """

    nom: str
    contrat: str
    epci: tuple[str, ...]
    vue: View
    projets: str | None
    document: str
    velos: tuple[BikeNetwork, ...]
    communes: pd.DataFrame

    @cached_property
    def contract_codes(self) -> frozenset[str]:
        """Give the INSEE codes of the communes of the contrat, without the neighbours."""
        kept = self.communes.index[self.communes["statut"] != NEIGHBOUR]
        return frozenset(kept)

    @property
    def bikes(self) -> str:
        """Give what follows "station" in French.

        Returns
        -------
        str
            The networks' names, or "de vélos" without any.
        """
        return " et ".join(network.nom for network in self.velos) or "de vélos"

    @cached_property
    def unnamed(self) -> frozenset[str]:
        """Give the ids of the sources that the file says the territory does not have."""
        named = {"velos": self.velos, "projets": self.projets, "arrondissements": self.arrondissements}
        return frozenset(source_id for source_id, stated in named.items() if not stated)

    @cached_property
    def arrondissements(self) -> dict[str, tuple[str, ...]]:
        """Give the municipal arrondissements of each commune of the contrat that has some.

        Returns
        -------
        dict of str to tuple of str
            INSEE codes by that of the commune.
        """
        return {code: parts for code, parts in OF_COMMUNE.items() if code in self.contract_codes}


def load(data_dir: Path = DATA) -> Territory:
    """Load the territory.

    Parameters
    ----------
    data_dir
        Folder of the data; it holds `territoire.toml`, which is edited by hand.

    Raises
    ------
    SourceError
        If the file is missing, is no TOML, or is at fault; every fault is named.
    """
    path = data_dir / FILE_NAME
    if not path.is_file():
        raise SourceMissingError(
            path, "fichier du territoire introuvable", "le placer dans le dossier des données"
        )
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load(path: Path, _modified: int) -> Territory:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceFormatError(path, f"ce n'est pas du TOML en UTF-8 ({error})", _MEND) from error
    faults = [f"clé inconnue : {key}" for key in sorted(set(document) - _TOP)]
    faults += [f"« {key} » : texte absent" for key in ("nom", "contrat") if not _text(document, key)]
    epci = document.get("epci")
    if not isinstance(epci, list) or not epci or not all(_is_code(code, 9) for code in epci):
        faults.append("« epci » : liste de numéros SIREN à neuf chiffres attendue, entre guillemets")
        epci = []
    communes = _communes(document.get("communes"), faults)
    velos = _networks(document.get("velos", []), communes, faults)
    vue = _view(document.get("vue"), faults)
    projets = document.get("projets")
    if projets is not None and (
        not isinstance(projets, dict)
        or not _text(projets, "dossier")
        or not _text(projets, "document")
        or Path(projets["dossier"]).name != projets["dossier"]
    ):
        faults.append("« projets » : il faut « dossier » (un nom, sans chemin) et « document »")
    if faults:
        raise SourceContentError(path, " ; ".join(faults), _MEND)
    return Territory(
        nom=document["nom"].strip(),
        contrat=document["contrat"].strip(),
        epci=tuple(epci),
        vue=vue,
        projets=projets["dossier"] if projets else None,
        document=projets["document"].strip() if projets else "",
        velos=velos,
        communes=communes,
    )


def _communes(rows: Any, faults: list[str]) -> pd.DataFrame:
    kept: dict[str, tuple[str, str, bool]] = {}
    if not isinstance(rows, list) or not rows:
        faults.append("aucune commune")
        rows = []
    for rank, row in enumerate(rows, start=1):
        code = row.get("code") if isinstance(row, dict) else None
        if not isinstance(code, str) or not _is_commune(code):
            faults.append(f"commune n° {rank} : code Insee à cinq caractères attendu, entre guillemets")
            continue
        if code in kept:
            faults.append(f"commune {code} en double")
        if not _text(row, "nom"):
            faults.append(f"commune {code} : nom absent")
        if row.get("statut") not in _STATUSES:
            faults.append(f"commune {code} : statut « {row.get('statut')} » inconnu")
        if not isinstance(row.get("a_confirmer", False), bool):
            faults.append(f"commune {code} : a_confirmer vaut « {row['a_confirmer']} », pas true ou false")
        kept[code] = (str(row.get("nom", "")).strip(), str(row.get("statut")), row.get("a_confirmer", False))
    frame = pd.DataFrame.from_dict(kept, orient="index", columns=["nom", "statut", "a_confirmer"])
    frame.index = pd.Index(frame.index, name="code_insee", dtype="str")
    return frame.astype({"nom": "str", "statut": "str"}).sort_index()


def _networks(rows: Any, communes: pd.DataFrame, faults: list[str]) -> tuple[BikeNetwork, ...]:
    networks = []
    for rank, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        where = f"réseau de vélos n° {rank}"
        if not isinstance(row, dict) or not _text(row, "nom") or not _text(row, "gbfs"):
            faults.append(f"{where} : il faut « nom » et « gbfs »")
            continue
        if urlsplit(row["gbfs"]).scheme != "https":
            faults.append(f"{where} : adresse en https attendue, pas « {row['gbfs']} »")
        served = row.get("communes")
        unknown = sorted(set(served) - set(communes.index)) if isinstance(served, list) else None
        if not served or unknown is None or unknown:
            faults.append(f"{where} : « communes » doit lister des communes du territoire")
            continue
        networks.append(BikeNetwork(row["nom"].strip(), row["gbfs"].rstrip("/"), frozenset(served)))
    return tuple(networks)


def _view(row: Any, faults: list[str]) -> View:
    found: dict[str, Any] = row if isinstance(row, dict) else {}
    for name, (low, high) in _VIEW_LIMITS.items():
        value = found.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            faults.append(f"« vue » : « {name} » entre {low:g} et {high:g} attendu")
            found = found | {name: low}
    return View(float(found["lon"]), float(found["lat"]), int(found["zoom"]))


def _text(row: Mapping[str, Any], key: str) -> bool:
    return isinstance(row.get(key), str) and bool(row[key].strip())


def _is_code(code: Any, length: int) -> bool:
    return isinstance(code, str) and len(code) == length and code.isdigit()


def _is_commune(code: str) -> bool:
    return re.fullmatch(r"\d[\dAB]\d{3}", code) is not None
