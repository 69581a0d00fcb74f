"""The follow-up as pages meet it: one store per server, reads kept until something is written, one door for writes, what it shows of one project or place."""

import dataclasses
import datetime as dt
import os
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from facts import follow_up, project
from facts import follow_up as words
from facts.fields import pick
from facts.follow_up import FollowUp
from facts.snapshot import current
from geo.crs import WGS84
from geo.follow_up import communes_of
from maps.session_objects import points
from maps.spec import ShownLayer
from server import rights
from tracking.changes import Change
from tracking.records import Nomenclature
from tracking.refusals import StoreError
from tracking.store import Store, open_store
from ui import downloads, html, mapview, table
from ui.rows import about
from words.formats import moment

#: The address of the database, for deployments; a file of the project by default.
VARIABLE: Final = "ATLAS_BASE"
LAYER: Final = "deploiements"
#: Columns of the tables of one project and of one place.
OF_PROJECT: Final = ("commune", "statut", "qpv", "lieu", "debut", "fin", "partenaire")
OF_PLACE: Final = ("titre", "statut", "qpv", "lieu", "debut", "fin", "partenaire")
_STALE: Final = "Le suivi ne répond plus : voici ce qui avait été lu le {}."
#: The last good reading of each database, for the time when it is away.
_last: dict[str, FollowUp] = {}


def store() -> Store:
    """Give the store, opened once per server and per version of the data, whose projects and places it checks.

    Raises
    ------
    StoreError
        If the database cannot be used.
    """
    return _opened(_address(), current().version)


def read() -> FollowUp | None:
    """Give what the partners recorded: a page asks the database once, and reads again only after a write.

    Returns
    -------
    FollowUp or None
        With its fault if the database is away since; None if it could never be read. Shared: never written into.
    """
    address = _address()
    try:
        opened = store()
        found = _read(address, opened.revision(), opened)
    except StoreError:
        known = _last.get(address)
        return known and dataclasses.replace(known, fault=_STALE.format(moment(known.read_at)))
    found = dataclasses.replace(found, read_at=dt.datetime.now(tz=dt.UTC))
    _last[address] = found
    return found


def deployments(followed: FollowUp) -> pd.DataFrame:
    """Give the deployments recorded, as `facts.follow_up.deployments` does."""
    return follow_up.deployments(followed, current())


def facts(followed: FollowUp | None) -> pd.DataFrame | None:
    """Set the records beside the promise of the texts, for all the projects and communes.

    Parameters
    ----------
    followed
        What `read` gives.
    """
    if followed is None:
        return None
    return _facts(_address(), followed.revision, current().version, followed)


def write(changes: Iterable[Change], *, request_id: str) -> list[str]:
    """Write changes, after having asked on the server whether the person may: the only way from a page to the store.

    Parameters
    ----------
    request_id
        Drawn once per form shown, by `new_request`.

    Returns
    -------
    list of str
        The record of each change, in order.

    Raises
    ------
    RightsError
        If the person may not write.
    """
    person = rights.authorize("saisie")
    opened = store()
    author = opened.person(person.issuer, person.subject, name=person.name)
    return opened.apply(changes, author=author, request_id=request_id)


def new_request() -> str:
    """Draw the identifier of a form: sent twice, it is recorded once."""
    return uuid.uuid4().hex


def layer(rows: pd.DataFrame, followed: FollowUp | None) -> list[ShownLayer]:
    """Hand the map of the page the deployments that have a point.

    They are of public reading, and yet in no file that is served: a record corrected or withdrawn leaves nothing there.

    Parameters
    ----------
    rows
        What `facts.follow_up.deployments` gives, or some of its rows.

    Returns
    -------
    list of ShownLayer
        One layer, or none without a point.
    """
    if followed is None or rows.empty:
        return []
    placed = rows[rows["lon"].notna()]
    if placed.empty:
        mapview.hand()
        return []
    columns = {
        **{name: placed[name] for name in ("lieu", "statut", "commune", "partenaire")},
        "projet": placed["titre"],
        "debut": [_day(value) for value in placed["debut"]],
        "fin": [_day(value) for value in placed["fin"]],
    }
    spots = gpd.points_from_xy(placed["lon"], placed["lat"], crs=WGS84)
    read = follow_up.source_of(followed).millesime.partition(" à ")[0]
    objects = points(
        gpd.GeoDataFrame(geometry=spots, index=placed.index),
        columns,
        note=f"Partenaires du contrat, {read}",
        digits=9,
    )
    mapview.hand(objects)
    return [ShownLayer(LAYER, session=objects)]


def nomenclature() -> Nomenclature:
    """Name the projects and places that records may name."""
    projects = current().projects
    return Nomenclature(
        projets={
            str(code): frozenset(project.indicators({"indicateurs": given}))
            for code, given in projects["indicateurs"].items()
        },
        communes=frozenset(map(str, current().communes.index)),
        qpv={str(code): frozenset(map(str, towns)) for code, towns in current().qpv["communes"].items()},
    )


def _address() -> str:
    return os.environ.get(VARIABLE, "")


def _day(value: dt.date | str) -> str:
    return value if isinstance(value, str) else f"{value:%d/%m/%Y}"


@st.cache_resource(show_spinner=False, max_entries=2)
def _opened(address: str, version: str) -> Store:  # noqa: ARG001
    return open_store(address or None, nomenclature=nomenclature())


@st.cache_resource(show_spinner=False, max_entries=2)
def _read(address: str, revision: tuple[int, ...], _store: Store) -> FollowUp:  # noqa: ARG001
    read_at = dt.datetime.now(tz=dt.UTC)
    return FollowUp(_store.deployments(), _store.indicator_values(), read_at, revision=revision)


@st.cache_resource(show_spinner=False, max_entries=2)
def _facts(
    address: str,  # noqa: ARG001
    revision: tuple[int, ...],  # noqa: ARG001
    version: str,  # noqa: ARG001
    _followed: FollowUp,
) -> pd.DataFrame | None:
    return follow_up.facts(_followed, current())


def of_project(followed: FollowUp | None, id_projet: str) -> pd.DataFrame:
    """Give the deployments of a project.

    Parameters
    ----------
    followed
        What `ui.follow_up.read` gives.

    Returns
    -------
    DataFrame
        Rows of `facts.follow_up.deployments`, none if nothing could be read.
    """
    if followed is None:
        return pd.DataFrame()
    rows = deployments(followed)
    return rows[rows["id_projet"] == id_projet]


def of_place(followed: FollowUp | None, code: str) -> pd.DataFrame:
    """Give the deployments in a commune or a QPV.

    Parameters
    ----------
    followed
        What `ui.follow_up.read` gives.
    code
        INSEE code, or code of the QPV.

    Returns
    -------
    DataFrame
        Rows of `facts.follow_up.deployments`, none if nothing could be read.
    """
    if followed is None:
        return pd.DataFrame()
    rows = deployments(followed)
    towns = communes_of(rows, current().qpv)
    return rows[[code in (own, *codes) for own, codes in zip(rows["code_qp"], towns, strict=True)]]


def show(
    rows: pd.DataFrame,
    followed: FollowUp | None,
    *,
    columns: Sequence[str],
    query: str,
    place: str,
    sentence: str = "",
    under: bool = False,
) -> None:
    """Show what is recorded, with the moment of its reading.

    Parameters
    ----------
    rows
        What `of_project` or `of_place` gives.
    columns
        Columns of `facts.follow_up.DEPLOYMENT_FIELDS` to show, the first names the row.
    sentence
        What the records say of it, in French, "" for nothing.
    """
    (st.subheader if under else st.header)("Suivi", anchor=False)
    if followed is None:
        _note("Le suivi ne répond pas : rien n’est montré de ce que les partenaires ont enregistré.")
        return
    none = "Déploiements : aucun enregistrement, ce qui ne dit pas que rien n’est fait." if rows.empty else ""
    _note(" ".join(filter(None, (sentence, none, followed.reading))), link=f"suivi?{query}")
    if rows.empty:
        return
    table.show(
        rows,
        pick(words.DEPLOYMENT_FIELDS, columns),
        caption="Déploiements enregistrés, le dernier d’abord",
        key="suivi-deploiements",
        target="suivi?fiche=",
    )
    # Files hold all the columns.
    context = about(
        [words.source_of(followed)], filters={"lieu ou projet": place}, subject="déploiements", place=place
    )
    downloads.show(rows, words.DEPLOYMENT_FIELDS, context=context, key="suivi-export")


def _note(text: str, *, link: str = "") -> None:
    html.show(
        '<p class="atlas-note">{{ text|t }}{% if link %} <a href="{{ link }}" target="_self">Ouvrir le suivi</a>{% endif %}</p>',
        text=text,
        link=link,
    )
