"""Candidate addresses inferred from the DGFiP's file of the premises of legal persons: each one is to be checked."""

from typing import Final

import pandas as pd
import streamlit as st

from errors import ArgumentError, AtlasError
from exports.context import Context
from exports.fields import Field
from loaders import landlords
from loaders import personnes_morales as reading
from loaders.catalogue import Source
from loaders.personnes_morales import Candidates
from ui import choices, data, downloads, formats, table

FOUND: Final = "pistes-trouvees"
FAULT: Final = "pistes-faute"
MAX_MB: Final = 300
FIELDS: Final = (
    Field("adresse", "Adresse", "texte"),
    Field("verification", "À vérifier", "texte"),
    Field("commune", "Commune", "texte"),
    Field("bailleurs", "Bailleurs", "texte"),
    Field("sirens", "SIREN", "texte"),
    Field("origine_bailleur", "Bailleur reconnu par", "texte"),
    Field("nb_rdc", "Locaux lus au rez-de-chaussée", "entier"),
    Field("nb_locaux", "Locaux du bailleur à l'adresse", "entier", help="De toute nature : logements, caves et garages compris"),
    Field("part_niveaux_lus", "Niveaux lisibles", "part", help="Part des locaux de l'adresse dont l'étage a pu être lu"),
    Field("lecture", "Lecture des niveaux", "texte"),
    Field("millesime", "Millésime", "texte"),
)  # fmt: skip


def show() -> None:
    """Show the import of the DGFiP's file, and the candidates found in it."""
    st.header("Pistes à vérifier : locaux des personnes morales (DGFiP)", anchor=False)
    st.caption(
        "Le fichier ouvert de la DGFiP ne dit ni où est un local, ni s'il est un logement, une cave ou un commerce, et le codage "
        "de ses niveaux n'est pas documenté. L'atlas en tire des adresses où un bailleur tient un local lu au rez-de-chaussée : "
        "chacune est à vérifier sur place. Sans position, elles ne sont pas sur la carte et n'entrent dans aucun total."
    )
    with st.expander("Chercher des pistes dans un fichier de la DGFiP", key="pistes-import"):
        st.text_area(
            "Bailleurs cherchés : un numéro SIREN par ligne, puis un point-virgule et un nom",
            _listed(),
            key="pistes-sirens",
            help="Les organismes du groupe « 5 - Office HLM » du fichier sont toujours cherchés",
        )
        st.text_input("Millésime du fichier", reading.NO_VINTAGE, key="pistes-millesime")
        st.file_uploader(
            "Fichier des locaux des personnes morales d'un département (CSV)",
            type=["csv", "txt"],
            key="pistes-depot",
            on_change=_take,
            max_upload_size=MAX_MB,
        )
    if fault := st.session_state.get(FAULT):
        st.error(formats.plain(formats.typographie(fault)))
    found = st.session_state.get(FOUND)
    if isinstance(found, tuple):
        _results(*found)


def _listed() -> str:
    return "\n".join(f"{siren} ; {name}" for siren, name in landlords.load()["denomination"].items())


def _take() -> None:
    state = st.session_state
    state.pop(FOUND, None)
    state.pop(FAULT, None)
    file = state.get("pistes-depot")
    if file is None:
        return
    vintage = state.get("pistes-millesime", "").strip() or reading.NO_VINTAGE
    try:
        known = parsed(state.get("pistes-sirens", ""))
        state[FOUND] = (
            file.name,
            vintage,
            reading.read(file, name=file.name, millesime=vintage, known=known),
        )
    except AtlasError as error:
        state[FAULT] = str(error)


def parsed(text: str) -> pd.DataFrame:
    """Read the landlords that the user lists.

    Parameters
    ----------
    text
        One SIREN per line, then a semicolon and a name.

    Returns
    -------
    DataFrame
        Index `siren`, column `denomination`, as `loaders.landlords.load`.

    Raises
    ------
    ArgumentError
        If a line does not begin with a SIREN.
    """
    names: dict[str, str] = {}
    for line, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        siren, _, name = raw.partition(";")
        siren = "".join(siren.split())
        if not landlords.is_siren(siren):
            raise ArgumentError(
                f"Bailleurs cherchés, ligne {line} : « {raw.strip()[:40]} » ne commence pas par un "
                "SIREN (9 chiffres, le dernier contrôle les autres)"
            )
        names[siren] = name.strip() or siren
    index = pd.Index(list(names), name="siren", dtype="str")
    return pd.DataFrame({"denomination": list(names.values())}, index=index, dtype="str")


def _results(name: str, vintage: str, found: Candidates) -> None:
    frame = found.frame
    names = data.commune_names()
    communes = {code: names[code] for code in sorted(set(frame["code_insee"])) if code in names}
    commune = choices.one_of(
        communes, key="commune-pistes", label="Commune des pistes", none=choices.EVERYWHERE
    )
    kept = frame if commune is None else frame[frame["code_insee"] == commune]
    counts = " ; ".join(f"{kind} : {formats.entier(count)}" for kind, count in found.counts.items())
    situations = " ; ".join(f"{kind} : {formats.entier(count)}" for kind, count in found.addresses.items())
    st.html(
        f'<p class="atlas-note">« {formats.escaped(name)} » ({formats.escaped(vintage)}) : '
        f"{formats.pluriel(found.report.lignes_lues, 'ligne lue', 'lignes lues')} ({formats.escaped(counts)}). "
        f"Adresses de bailleurs ({formats.escaped(situations)}). {formats.escaped(' '.join(found.notes))}.</p>"
    )
    if found.report.faults:
        table.show(
            found.report.frame(),
            FAULTS,
            sources={},
            caption="Lignes du fichier de la DGFiP écartées",
            key="pistes-fautes",
        )
        context = Context.of(
            [_source(name, vintage, found)],
            filters="lignes écartées",
            subject="pistes lignes écartées",
            place="locaux DGFiP",
        )
        faults = found.report.frame().rename_axis("numero")
        downloads.show(faults, FAULTS, context=context, key="export-pistes-fautes")
    with st.container(horizontal=True):
        st.metric("Adresses à vérifier", formats.entier(len(kept)), border=True)
        if len(kept):
            share = kept["nb_niveaux_lus"].sum() / kept["nb_locaux"].sum()
            st.metric("Part des locaux dont le niveau a pu être lu", formats.part(share), border=True)
    table.show(
        kept, FIELDS, sources={}, caption=f"Pistes à vérifier, {formats.entier(len(kept))}", key="pistes"
    )
    context = Context.of([_source(name, vintage, found)], subject="pistes à vérifier", place="locaux DGFiP")
    downloads.show(kept, FIELDS, context=context, key="export-pistes")


FAULTS: Final = (
    Field("ligne", "Ligne du fichier", "texte"),
    Field("faute", "Ce qui ne va pas", "texte"),
    Field("valeur", "Valeur lue", "texte"),
    Field("suite", "Suite donnée", "texte"),
)


def _source(name: str, vintage: str, found: Candidates) -> Source:
    return Source(
        source_id=reading.SOURCE_ID,
        titre=f"locaux des personnes morales, fichier importé « {name} »",
        producteur="DGFiP",
        millesime=vintage,
        date=None,
        licence="Licence Ouverte 2.0",
        attribution="Source : DGFiP, fichier des locaux des personnes morales ; pistes à vérifier",
        adresse="fichier importé par l'utilisateur, non conservé",
        fichier=name,
        lignes_lues=found.report.lignes_lues,
        lignes_gardees=found.report.lignes_gardees,
        lignes_ecartees=found.report.lignes_ecartees,
        limites="Ni position ni nature du local ; codage des niveaux non documenté : à vérifier sur place.",
        communes=frozenset(data.commune_names()),
    )
