"""Premises as the page shows them: the inventory of a session, its rows, filters in words, totals, finding, maps."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from facts.fields import Field
from facts.place_fields import QPV
from facts.snapshot import current
from geo.premises import FREE, LATER, NOT_FREE, availability, totals
from geo.scope import mask
from loaders import fictional, premises
from loaders.brought import addresses
from loaders.brought.premises_schema import BY_NAME, FICTIONAL, OUTSIDE_QPV
from loaders.catalogue import Source
from loaders.premises import Inventory
from maps.session_objects import points
from maps.spec import Cadrage, MapSpec, SessionObjects, ShownLayer
from ui import apart, geocoding
from ui.choices import Where
from ui.slots import Slot
from words import clock
from words.formats import date, entier, pluriel

BANNER: Final = "DONNÉES FICTIVES"
ANY: Final = "Indifférente"
AVAILABILITIES: Final[Mapping[str, str]] = {
    FREE: "Disponibles aujourd'hui",
    LATER: "Disponibles plus tard, à une date connue",
    NOT_FREE: "Non disponibles, ou inconnu",
}
#: Columns by whose values the user filters, with what the filters are called.
NAMED: Final[Mapping[str, str]] = {"bailleur": "bailleurs", "usage": "usages", "statut": "statuts"}
USAGES: Final = [value for value, _ in BY_NAME["usage"].choices]
STATUTS: Final = [value for value, _ in BY_NAME["statut"].choices]
_OWN: Final = premises.SOURCE_ID

FIELDS: Final = (
    Field("nom", "Adresse", "texte"),
    Field("fictif", "Donnée fictive", "texte"),
    Field("id_local", "Identifiant", "texte"),
    Field("bailleur", "Bailleur", "texte"),
    Field("lib_qp", "QPV", "texte"),
    Field("code_qp", "Code du QPV", "texte"),
    Field("commune", "Commune", "texte"),
    Field("usage", "Usage", "texte"),
    Field("statut", "Statut", "texte"),
    Field("disponibilite", "Disponibilité ce jour", "texte", help="D'après le statut et la date de disponibilité de l'inventaire"),
    Field("disponible_depuis", "Disponible depuis", "date"),
    # Hectares, as other pages write surfaces, would say nothing of premises.
    Field("surface_m2", "Surface (m²)", "decimal"),
    Field("etage", "Étage", "texte"),
    Field("etat_bati", "État du bâti", "texte"),
    Field("entree_plain_pied", "Entrée de plain-pied", "texte"),
    Field("loyer_m2_an", "Loyer (€/m²/an)", "decimal"),
    Field("niveau_confiance", "Niveau de confiance", "texte"),
    Field("source", "Source du relevé", "texte"),
    Field("date_releve", "Date du relevé", "date"),
    Field("origine_position", "Origine de la position", "texte"),
)  # fmt: skip
_COUNTED: Final = (
    Field("locaux", "Locaux de l'inventaire", "entier", _OWN),
    Field("locaux_disponibles", "Disponibles aujourd'hui", "entier", _OWN),
    Field("surface_connue_m2", "Surface connue (m²)", "decimal", _OWN),
    Field("surfaces_inconnues", "Locaux de surface inconnue", "entier", _OWN),
)
QPV_FIELDS: Final = (*QPV, *_COUNTED)
TOWN_FIELDS: Final = (Field("nom", "Commune", "texte"), *_COUNTED)
INVENTORY: Final = "locaux"
#: Whether addresses may leave for the address service.
GEOCODE: Final = "locaux-geocoder"
MAX_MB: Final = 50


@dataclass(frozen=True, eq=False)
class Imported:
    """An inventory as one session holds it: what the page shows, and no more; it goes with the session.

    Attributes
    ----------
    rows
        The premises, free ones first, then by address, with what the page adds: `nom`, `lib_qp`, `commune`,
        `disponibilite`.
    """

    name: str
    source: Source
    notes: tuple[str, ...]
    rows: gpd.GeoDataFrame
    faults: pd.DataFrame
    aside: pd.DataFrame

    @property
    def fictional(self) -> bool:
        """Whether any of its premises is invented."""
        return bool(premises.is_fictional(self.rows).any())

    @property
    def mark(self) -> str:
        """What a caption begins with: the banner where a premises is invented."""
        return f"{BANNER}, " if self.fictional else ""


@dataclass(frozen=True)
class Filters:
    """The filters in force.

    Attributes
    ----------
    here
        The places; without a QPV, premises in none of them are shown too.
    shown
        Column of `NAMED` to the values shown; empty for all.
    disponibilite
        One of `AVAILABILITIES`, None for any.
    """

    here: Where
    shown: Mapping[str, Sequence[str]]
    disponibilite: str | None = None

    @property
    def described(self) -> dict[str, str]:
        """The filters in words, for files and paper; "" where there is none."""
        free = AVAILABILITIES[self.disponibilite].lower() if self.disponibilite else ""
        shown = {name: ", ".join(self.shown[column]) for column, name in NAMED.items()}
        return self.here.described | shown | {"disponibilité": free}


def imported(inventory: Inventory, *, name: str) -> Imported:
    """Make what the page shows of what `loaders.premises.read` gave."""
    frame, held = inventory.frame, current()
    rows = frame.assign(
        nom=frame["adresse"].fillna(frame.index.to_series()),
        lib_qp=frame["code_qp"].map(held.qpv["lib_qp"]).fillna(OUTSIDE_QPV),
        commune=frame["code_insee"].map(held.commune_names),
        disponibilite=availability(frame, clock.today()),
    )
    order = rows["disponibilite"].map({name: rank for rank, name in enumerate(AVAILABILITIES)})
    rows = rows.assign(ordre=order).sort_values(["ordre", "nom"], kind="stable").drop(columns="ordre")
    return Imported(
        name=name,
        source=premises.source_of(inventory, name=name),
        notes=inventory.notes,
        rows=rows,
        faults=inventory.faults(),
        aside=inventory.set_aside(),
    )


def select(rows: gpd.GeoDataFrame, filters: Filters) -> gpd.GeoDataFrame:
    """Keep the premises that answer to the filters, in their order."""
    kept, here = rows, filters.here
    if here.commune is not None:
        kept = kept[kept["code_insee"] == here.commune]
    if here.chosen is not None:
        kept = kept[kept["code_qp"] == here.chosen]
    for column, values in filters.shown.items():
        if values:
            kept = kept[kept[column].isin(values)]
    if filters.disponibilite is not None:
        kept = kept[kept["disponibilite"] == filters.disponibilite]
    return kept


def per_qpv(qpv: gpd.GeoDataFrame, kept: gpd.GeoDataFrame, source: Source) -> gpd.GeoDataFrame:
    """Count the premises that lie in each QPV; invented ones enter no total.

    Parameters
    ----------
    source
        The inventory: it says nothing of the communes where it lists none.
    """
    real = premises.real(kept)
    counted = mask(totals(real, real["code_qp"], qpv.index), qpv["communes"], source.communes)
    rows = qpv[["lib_qp", "lib_communes", "communes", "geometry"]].join(counted)
    return rows.sort_values(["locaux", "lib_qp"], ascending=[False, True])


def per_commune(communes: pd.DataFrame, kept: gpd.GeoDataFrame, source: Source) -> pd.DataFrame:
    """Count the premises of each commune, in a QPV or not; invented ones enter no total.

    Parameters
    ----------
    communes
        The communes shown, with `nom`.

    Returns
    -------
    DataFrame
        Index `code_insee`, by name.
    """
    real = premises.real(kept)
    counted = totals(real, real["code_insee"], communes.index)
    return (
        communes[["nom"]].join(mask(counted, communes.index.to_series(), source.communes)).sort_values("nom")
    )


def finding(kept: gpd.GeoDataFrame, owned: Imported, *, today: dt.date) -> str:
    """Say in one sentence what the inventory holds.

    Returns
    -------
    str
        French sentence; it begins with `BANNER` where premises are invented.
    """
    free = int((kept["disponibilite"] == FREE).sum())
    inside = int((kept["code_qp"] != OUTSIDE_QPV).sum())
    head = f"{BANNER} : " if owned.fictional else ""
    verb, lies = ("est" if free < 2 else "sont"), ("est" if inside < 2 else "sont")
    return (
        f"{head}{pluriel(len(kept), 'local', 'locaux')} de l'inventaire importé « {owned.name} » "
        f"{'répond' if len(kept) < 2 else 'répondent'} à ces filtres ; {entier(free)} {verb} disponible{'' if free < 2 else 's'} au "
        f"{date(today)}, et {entier(inside)} {lies} dans un QPV."
    )


def session_objects(owned: Imported) -> SessionObjects:
    """Give the map all the premises of an inventory."""
    rows = owned.rows.sort_index()
    aspect = rows["disponibilite"].eq(FREE).map({True: "disponible", False: "autre"})
    columns = {
        "id_local": rows.index,
        "adresse": rows["nom"],
        **{name: rows[name] for name in ("bailleur", "usage", "statut", "surface_m2")},
        "releve": rows["date_releve"].dt.strftime("%d/%m/%Y").fillna(""),
        "fictif": rows["fictif"],
        "aspect": aspect.where(~premises.is_fictional(rows), aspect + f" {FICTIONAL}"),
    }
    return points(rows, columns, note=f"{owned.source.titre}, {owned.source.millesime}")


def spec(
    kept: gpd.GeoDataFrame, owned: Imported, here: Where, *, objects: SessionObjects, basemap: str
) -> MapSpec:
    """Describe the map of an inventory.

    Parameters
    ----------
    objects
        All the premises, as `session_objects` gives them.
    """
    everything = len(kept) == len(owned.rows)
    return MapSpec(
        titre=f"{BANNER} : carte des locaux"
        if owned.fictional
        else "Carte des locaux de l'inventaire importé",
        layers=[
            ShownLayer("communes"),
            ShownLayer("qpv", ids=list(here.qpv.index)),
            ShownLayer("locaux", ids=None if everything else list(kept.index), session=objects),
        ],
        basemap=basemap,
        chosen=[("qpv", here.chosen)] if here.chosen else [],
        cadrage=Cadrage.around(
            f"{objects.version}-{here.commune}-{here.chosen}",
            kept if len(kept) else here.qpv,
            margin_m=300,
            impose=True,
        ),
        adresse=here.address,
    )


def marked(frame: pd.DataFrame, fields: Sequence[Field]) -> tuple[Field, ...]:
    """Give the columns of a file, once sure that invented rows say so in it.

    Raises
    ------
    ArgumentError
        If a row is invented and the columns do not say so.
    """
    premises.check_marked(frame, [field.column for field in fields])
    return tuple(fields)


def set_aside_of(owned: Imported) -> tuple[pd.DataFrame, tuple[Field, ...]]:
    """Give the rows set aside as the file gave them, and their columns.

    Returns
    -------
    tuple of DataFrame and tuple of Field
        Indexed by `ligne`, every column as text; each says that it is invented if the inventory holds such rows.
    """
    rows = owned.aside
    if owned.fictional:
        rows = rows.assign(fictif=FICTIONAL)
    titles: dict[Any, str] = {"ligne": "Ligne du fichier", "faute": "Ce qui ne va pas", "a_faire": "À faire"}
    columns = [str(name) for name in rows.columns]
    return rows, tuple(Field(name, titles.get(name, name), "texte") for name in ("ligne", *columns))


def _read(raw: bytes, name: str) -> Imported:
    asked = bool(st.session_state.get(GEOCODE))
    found, texts = apart.read("locaux", name, raw, ask=asked, answers=None)
    if texts:
        answers = addresses.asked(texts, geocoding.best)
        found, _ = apart.read("locaux", name, raw, ask=False, answers=answers)
    return imported(found, name=name)


def _fictional() -> Imported:
    path = premises.FICTIONAL_FILE
    if path.is_file():
        return imported(premises.read_fictional(), name=path.name)
    # A territory without a drawn inventory draws its own: the same at each call.
    return imported(premises.read(fictional.make(), name=path.name), name=path.name)


PARC: Final = Slot(INVENTORY, _read)


def take_fictional() -> None:
    """Read the invented inventory, on request alone."""
    PARC.keep(_fictional)
