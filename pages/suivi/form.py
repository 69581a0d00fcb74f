"""The form of a deployment: where, what, when, by whom; each fault under its field."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from errors import AtlasError
from facts.snapshot import current
from geo.crs import points_from_degrees
from loaders.live.geocoder import Address
from maps.spec import Cadrage, MapSpec, SessionObjects, ShownLayer
from pages.suivi import inputs
from pages.suivi.inputs import Fields, Form
from tracking.records import LENGTHS, Status, faults
from ui import choices, follow_up, geocoding, html, mapview
from ui.html import plain

KIND: Final = "deploiement"
PREFIX: Final = "saisie-"
FOUND: Final = "saisie-adresses"
#: A map of one point shows what is so far around it, in metres.
_AROUND_M: Final = 600
_HELP_STATUS: Final = (
    "Envisagé : on en parle. Engagé : décidé ou commencé. Réalisé : en service. Abandonné : ne se fera pas."
)


def open_new(values: Mapping[str, Any]) -> None:
    """Open an empty form."""
    empty = dict.fromkeys(inputs.TITLES) | {
        "lieu": "",
        "note": "",
        "point": "",
        "statut": Status.PLANNED.value,
    }
    st.session_state.pop(FOUND, None)
    inputs.open_form(Form(KIND), empty | dict(values), prefix=PREFIX)
    if values.get("code_qp"):
        _fill_commune()


def open_correction(record_id: str, row: Mapping[str, Any]) -> None:
    """Open the form on a record."""
    st.session_state.pop(FOUND, None)
    inputs.open_form(Form(KIND, record_id, int(row["version"])), inputs.values_of(row), prefix=PREFIX)


def show(form: Form) -> None:
    """Show the form."""
    st.header("Corriger un déploiement" if form.record_id else "Enregistrer un déploiement", anchor=False)
    told = inputs.faults_by_widget(form.faults) | _faults() if form.tried else {}
    inputs.show_faults(told, inputs.TITLES)
    asked = Fields(PREFIX, told)
    left, right = st.columns(2, gap="medium")
    with left:
        _project_and_place(asked)
    with right:
        _position(asked)
    with st.form("saisie-deploiement", border=True):
        _rest(asked)
        inputs.buttons(_save, prefix=PREFIX)


def _project_and_place(asked: Fields) -> None:
    asked.choice("id_projet", dict(current().projects_in_order["titre"]), "Choisir un projet")
    asked.choice(
        "code_qp",
        choices.titles_of_qpv(current().qpv),
        "Aucun QPV en particulier",
        on_change=_fill_commune,
        said="Choisir un QPV remplit sa commune",
    )
    asked.choice("code_insee", choices.by_title(current().commune_names), "Choisir une commune")
    asked.text("lieu", "Lieu", said="Nom ou adresse, tels qu'on les dirait à un voisin")


def _position(asked: Fields) -> None:
    asked.text(
        "point",
        "Position (latitude ; longitude), facultative",
        said="Deux nombres en degrés, par exemple 43,29650 ; 5,36980",
    )
    with choices.row(None):
        st.text_input("Ou chercher une adresse", key=f"{PREFIX}adresse", max_chars=200)
        st.button("Chercher", on_click=_search, key="saisie-chercher")
    html.note("L’adresse est envoyée au service de l’IGN, sur votre demande.")
    found = st.session_state.get(FOUND)
    if isinstance(found, str):
        html.fault(found)
    elif found:
        labels = [address.label for address in found]
        st.radio("Adresses trouvées", labels, key=f"{PREFIX}trouvee", format_func=plain)
        st.button("Utiliser cette adresse", on_click=_take, args=(tuple(found),), key="saisie-prendre")
    _map_of_point()


def _map_of_point() -> None:
    point = inputs.parse_point(st.session_state.get(f"{PREFIX}point") or "")
    if point is None:
        mapview.hand()
        return
    lon, lat = point
    try:
        point_m = points_from_degrees([lon], [lat])
    except AtlasError as error:
        html.fault(str(error))
        return
    town = current().communes[current().communes.covers(point_m.iloc[0])]
    where = f"dans la commune : {town['nom'].iloc[0]}" if len(town) else "hors des communes du contrat"
    chosen = st.session_state.get(f"{PREFIX}code_insee")
    doubt = "" if chosen is None or chosen in town.index else " Ce n’est pas la commune choisie : vérifiez."
    html.note(f"Position {where}.{doubt}", role="status")
    status = st.session_state.get(f"{PREFIX}statut") or Status.PLANNED.value
    objects = SessionObjects(
        # ASCII alone: browsers rewrite other letters of an address.
        version=f"saisie-{lon}-{lat}-{list(Status).index(Status(status))}",
        columns={
            "lieu": ["Position saisie"],
            "statut": [status],
            **{name: ["non précisé"] for name in ("projet", "commune", "debut", "fin", "partenaire")},
        },
        ids=["saisie"],
        lon=[lon],
        lat=[lat],
        note="Saisie en cours",
    )
    mapview.hand(objects)
    spec = MapSpec(
        titre="Carte de la position saisie",
        layers=[ShownLayer("communes"), ShownLayer("qpv"), ShownLayer(follow_up.LAYER, session=objects)],
        cadrage=Cadrage.around(f"saisie-{lon}-{lat}", point_m, margin_m=_AROUND_M, impose=True),
    )
    mapview.show(spec, key="carte-saisie", height=260)


def _rest(asked: Fields) -> None:
    st.segmented_control(
        "Statut", [status.value for status in Status], required=True, key=f"{PREFIX}statut", help=_HELP_STATUS
    )
    asked.fault("statut")
    asked.period("date_debut", "date_fin", said="Demandé pour un déploiement engagé ou réalisé")
    partners = sorted(current().partners["nom_complet"].astype(str).unique())
    named = st.session_state.get(f"{PREFIX}partenaire")
    if named and named not in partners:
        partners = [named, *partners]
    st.selectbox(
        "Partenaire chef de file",
        partners,
        index=None,
        key=f"{PREFIX}partenaire",
        accept_new_options=True,
        placeholder="Choisir dans la liste, ou écrire un autre nom",
        format_func=str,
    )
    asked.fault("partenaire")
    st.text_area("Note", key=f"{PREFIX}note", max_chars=LENGTHS["note"], height=90)
    asked.fault("note")


def _values() -> dict[str, Any]:
    return {name: st.session_state.get(f"{PREFIX}{name}") for name in inputs.TITLES}


def _faults() -> dict[str, str]:
    """Find every fault of what the form holds now, so that one that is mended goes at once."""
    record, unread = inputs.record_of(_values())
    found = faults(record, nomenclature=follow_up.store().nomenclature)
    return inputs.faults_by_widget(found) | unread


def _fill_commune() -> None:
    code_qp = st.session_state.get(f"{PREFIX}code_qp")
    if code_qp is None:
        return
    known = set(current().communes.index)
    towns = [code for code in current().qpv["communes"][code_qp] if code in known]
    if st.session_state.get(f"{PREFIX}code_insee") not in towns:
        st.session_state[f"{PREFIX}code_insee"] = towns[0] if towns else None


def _search() -> None:
    try:
        found = geocoding.search(st.session_state.get(f"{PREFIX}adresse") or "")
    except AtlasError as error:
        st.session_state[FOUND] = str(error)
        return
    st.session_state[FOUND] = found or "Le service de l’IGN ne connaît aucune adresse de ce texte."


def _take(found: Sequence[Address]) -> None:
    label = st.session_state.get(f"{PREFIX}trouvee")
    chosen = next((address for address in found if address.label == label), found[0])
    st.session_state[f"{PREFIX}point"] = inputs.write_point(chosen.lon, chosen.lat)
    if not (st.session_state.get(f"{PREFIX}lieu") or "").strip():
        st.session_state[f"{PREFIX}lieu"] = chosen.label[: LENGTHS["lieu"]]
    st.session_state.pop(FOUND, None)


def _save() -> None:
    form = inputs.form(KIND)
    if form is None:  # a second click on a form that was already recorded
        return
    form.tried, form.faults = True, {}
    if _faults():
        return
    record, _ = inputs.record_of(_values())

    done = (
        "Déploiement enregistré."
        if form.record_id is None
        else "Correction enregistrée, l'ancienne version est gardée."
    )
    inputs.save(form, record, said=done)
