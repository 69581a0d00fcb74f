"""Where the data come from, how fresh and how sound they are, and where they apply."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from errors import SourceError
from facts.fields import Field
from facts.naming import scope
from facts.snapshot import current
from loaders.catalogue import Source
from loaders.quality import OFF_TERRITORY
from pages.donnees import own_layer_view, refresh_view, scopes
from ui import downloads, freshness, html, page, rows, table
from ui.html import plain, prose
from words import clock
from words.formats import HORS_PERIMETRE, date, entier, pluriel, typographie

ALL = "toutes"

CATALOGUE_FIELDS = [
    Field("titre", "Source", "texte"),
    Field("producteur_source", "Producteur", "texte"),
    Field("millesime_source", "Millésime", "texte"),
    Field("age", "Âge", "texte"),
    Field("licence_source", "Licence", "texte"),
    Field("couverture", "Communes couvertes", "texte"),
    Field("lignes_lues", "Lignes lues", "entier"),
    Field("lignes_gardees", "Lignes gardées", "entier"),
    Field("lignes_ecartees", "Lignes écartées", "entier"),
]
#: What the page says of each source under the table.
DETAIL_FIELDS = [
    Field("date_retenue", "Date retenue pour l'âge", "date"),
    Field("attribution_source", "Attribution demandée", "texte"),
    Field("limites", "Limites connues", "texte"),
    Field("hors_perimetre", "Communes hors périmètre", "texte"),
    Field("adresse", "Adresse officielle", "texte"),
]
FAULT_FIELDS = [
    Field("source", "Source", "texte"),
    Field("ligne", "Ligne du fichier", "entier"),
    Field("identifiant", "Identifiant", "texte"),
    Field("faute", "Constat", "texte"),
    Field("valeur", "Valeur lue", "texte"),
    Field("suite", "Suite donnée", "texte"),
]


def main() -> None:
    sources, names = current().sources, current().commune_names
    today = clock.today()
    old = [source for source in sources.values() if freshness.is_old(source, on=today)]
    page.header(
        "Données",
        f"L'atlas repose sur {pluriel(len(sources), 'source publique', 'sources publiques')} ; "
        f"{pluriel(len(old), 'a', 'ont')} plus de {freshness.OLD_YEARS} ans et "
        f"{entier(len(scopes.partial(sources, names)))} "
        f"ne couvrent pas les {len(names)} communes.",
    )
    st.markdown("[Ajouter votre propre couche, pour votre session](#votre-couche)")
    show_catalogue(sources, names)
    refresh_view.show(current().sources)
    own_layer_view.show()
    show_scopes(sources, names)
    show_faults(sources)


def show_catalogue(sources: Mapping[str, Source], names: Mapping[str, str]) -> None:
    st.header("Les sources", anchor="sources")
    listed = freshness.listed(sources, on=clock.today()).assign(
        couverture=[scope(source, names) for source in sources.values()],
        date_retenue=[source.date or freshness.UNKNOWN for source in sources.values()],
        hors_perimetre=[outside(source, names) for source in sources.values()],
    )
    table.show(listed, CATALOGUE_FIELDS, caption="Catalogue des sources", key="catalogue")
    context = rows.about(sources, subject="catalogue des sources")
    downloads.show(listed, [*CATALOGUE_FIELDS, *DETAIL_FIELDS], context=context, key="catalogue")
    st.subheader("Limites, attribution et adresse officielle de chaque source")
    for source in sources.values():
        with st.expander(prose(f"{source.titre} : {source.millesime}")):
            show_source(source, names)


def outside(source: Source, names: Mapping[str, str]) -> str:
    if not source.telechargee:
        return source.silence
    lost = [name for code, name in names.items() if code not in source.communes]
    return ", ".join(lost) or "aucune des communes du contrat"


def show_source(source: Source, names: Mapping[str, str]) -> None:
    texts = {
        "Producteur": source.producteur,
        "Millésime": source.millesime,
        "État": freshness.origin(source, on=clock.today()),
        "Date retenue pour l'âge": date(source.date) if source.date else freshness.UNKNOWN,
        "Licence": source.licence,
        "Attribution demandée": source.attribution,
        "Limites connues": source.limites,
        "Communes couvertes": scope(source, names),
        "Hors périmètre": outside(source, names),
        "Lignes": f"{pluriel(source.lignes_lues, 'lue')} = {pluriel(source.lignes_gardees, 'gardée')} "
        f"+ {pluriel(source.lignes_ecartees, 'écartée')}",
    }
    html.show("donnees/source.jinja", texts=texts, address=source.adresse)


def show_scopes(sources: Mapping[str, Source], names: Mapping[str, str]) -> None:
    st.header("Ce qui est hors périmètre", anchor="perimetre")
    partial = scopes.partial(sources, names)
    quartiers = current().qpv
    inside = {
        key: quartiers[[source.covers(codes) for codes in quartiers["communes"]]]
        for key, source in partial.items()
    }
    st.markdown(
        typographie(
            "L'absence d'un objet dans une source n'est une absence sur le terrain que dans les communes que la "
            f"source couvre. Ailleurs, chaque chiffre, chaque rang et chaque case dit « {HORS_PERIMETRE} », jamais 0. "
            "Les autres sources couvrent toutes les communes du contrat."
        )
    )
    if not partial:
        return
    covered = scopes.rows(current().communes, partial)
    rows.show(
        covered,
        scopes.fields(partial),
        rows.about([*partial, "communes"], subject="communes couvertes par source"),
        caption="Communes couvertes par les sources partielles",
        key="perimetre",
        files_key="perimetre",
        drawn=scopes.spec(covered, partial),
    )
    lines = [
        f"{plain(source.titre)} : {pluriel(len(quartiers) - len(inside[key]), 'quartier')} hors périmètre, "
        f"soit {entier(quartiers['population'].sum() - inside[key]['population'].sum())} habitants"
        for key, source in partial.items()
    ]
    st.markdown("\n".join(f"- {typographie(line)}" for line in lines))


def show_faults(sources: Mapping[str, Source]) -> None:
    st.header("Qualité des fichiers, ligne à ligne", anchor="qualite")
    st.markdown(
        typographie(
            "Chaque ligne qui pose question à la lecture est listée ici, avec ce que l'atlas en a fait : écartée, "
            "corrigée ou conservée. Rien n'est écarté en silence : lignes lues = lignes gardées + lignes écartées."
        )
    )
    try:
        faults = current().faults
    except SourceError as error:
        st.error(prose(str(error)), icon=":material/error:")
        return
    left, middle, right = st.columns(3)
    ids = [ALL, *(key for key in sources if key in set(faults["source_id"]))]
    source_id = left.selectbox(
        "Source",
        ids,
        format_func=lambda key: sources[key].titre if key in sources else "Toutes les sources",
        key="source",
    )
    kinds = ["Tout", "Fautes du fichier", "Autre mode, échelon ou territoire"]
    kind = middle.selectbox("Nature", kinds, key="nature")
    suites = [ALL.capitalize(), *sorted(faults["suite"].unique())]
    suite = right.selectbox("Suite donnée", suites, key="suite")
    off = faults["faute"].str.startswith(OFF_TERRITORY)
    # The faults come first, then the rows that are sound and belong elsewhere.
    kept = pd.concat([faults[~off], faults[off]])
    if source_id != ALL:
        kept = kept[kept["source_id"] == source_id]
    if kind != kinds[0]:
        kept = kept[off.loc[kept.index] == (kind == kinds[2])]
    if suite != suites[0]:
        kept = kept[kept["suite"] == suite]
    titles = {key: source.titre for key, source in sources.items()}
    told = kept.assign(
        source=kept["source_id"].map(titles),
        # A blank is what was read, not a figure that nobody discloses.
        valeur=kept["valeur"].replace("", "vide"),
        identifiant=kept["identifiant"].replace("", "sans identifiant"),
    ).rename_axis("numero")
    table.show(told, FAULT_FIELDS, caption="Constats de lecture", key="fautes")
    named = [key for key in sources if key in set(kept["source_id"])]
    if named:
        context = rows.about(
            named,
            filters={"source": titles.get(source_id, "toutes"), "nature": kind, "suite": suite},
            subject="qualité des données",
            place=None if source_id == ALL else source_id,
        )
        downloads.show(told, FAULT_FIELDS, context=context, key="fautes")


main()
