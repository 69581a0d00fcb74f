"""The follow-up as pages meet it: one store per server, reads kept until something is written, one door for writes."""

import dataclasses
import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from facts import follow_up, project
from facts.follow_up import FollowUp
from facts.snapshot import current
from maps.spec import SessionObjects, ShownLayer
from server import rights
from tracking.changes import Change
from tracking.records import Nomenclature
from tracking.refusals import StoreError
from tracking.store import Store, open_store
from ui import mapview
from words.formats import moment

#: The address of the database, for deployments; a file of the project by default.
VARIABLE: Final = "ATLAS_BASE"
LAYER: Final = "deploiements"
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
    return follow_up.deployments(followed, current().projects, current().communes, current().qpv)


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


def layer(rows: pd.DataFrame, followed: FollowUp) -> list[ShownLayer]:
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
    placed = rows[rows["lon"].notna()]
    if placed.empty:
        mapview.hand()
        return []
    objects = objects_of(placed, note=follow_up.source_of(followed).millesime)
    mapview.hand(objects)
    return [ShownLayer(LAYER, session=objects)]


def objects_of(placed: pd.DataFrame, *, note: str) -> SessionObjects:
    """Describe deployments for the map.

    Parameters
    ----------
    placed
        Rows of `facts.follow_up.deployments` that have a point.
    """
    columns: dict[str, Sequence[object]] = {
        "lieu": placed["lieu"].tolist(),
        "projet": placed["titre"].tolist(),
        "statut": placed["statut"].tolist(),
        "commune": placed["commune"].tolist(),
        "debut": [_day(value) for value in placed["debut"]],
        "fin": [_day(value) for value in placed["fin"]],
        "partenaire": placed["partenaire"].tolist(),
    }
    ids = [str(record) for record in placed.index]
    lon, lat = placed["lon"].tolist(), placed["lat"].tolist()
    digest = hashlib.sha256(repr([ids, lon, lat, columns]).encode("utf-8", "surrogatepass")).hexdigest()
    return SessionObjects(
        version=f"deploiements-{digest[:16]}",
        columns=columns,
        ids=ids,
        lon=lon,
        lat=lat,
        note=f"Partenaires du contrat, {note.partition(' à ')[0]}",
    )


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
    return follow_up.facts(_followed, current().projects, current().communes, current().qpv)
