"""Section "Votre couche": give a file, correct how it is read, look at it, add it to the atlas for the session."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import streamlit as st

from facts.fields import Field
from loaders.brought.opened import NO_HEADER, Opened, Position
from loaders.formats import encodings
from loaders.formats import systems as crs_systems
from loaders.formats.grids import DELIMITERS
from loaders.own_layer import OwnLayer, source_of
from maps.session_objects import objects_of
from maps.spec import Cadrage, MapSpec, ShownLayer
from pages.donnees import own_layer_session as session
from pages.donnees.own_layer_session import Draft
from ui import choices, html, mapview, own_layers, reading, rows, table
from ui.html import plain, prose
from ui.page import fragment
from words.formats import entier, pluriel, typographie

PREVIEW_ROWS: Final = 8
PREVIEW_COLUMNS: Final = 12
#: The small map is a look, and is sent again at each correction.
PREVIEW_OBJECTS: Final = 2_000
PREVIEW_LAYER: Final = "couche1"
FAULT_FIELDS: Final = (
    Field("ligne", "Ligne ou rang", "entier"),
    Field("identifiant", "Objet", "texte"),
    Field("faute", "Constat", "texte"),
    *reading.FAULTS[3:],
)
_DECIMALS: Final = {
    None: "virgule ou point",
    ",": "virgule, points de milliers",
    ".": "point, virgules de milliers",
}
_UNSAID: Final = "non précisé"


@fragment
def show() -> None:
    """Show the section."""
    st.header("Votre couche", anchor="votre-couche")
    st.markdown(
        typographie(
            "Ajoutez à l’atlas un fichier qui est à vous : points, lignes ou surfaces. Il est alors affiché sur la page "
            "Carte avec les autres couches, filtré par ses colonnes, compté autour de chaque QPV, et téléchargeable. "
            "**Il reste dans votre session** : il n’est ni enregistré, ni partagé, et disparaît avec elle ; passez d’une page "
            "à l’autre par le menu, car recharger la page ou ouvrir un lien d’un tableau la recommence."
        )
    )
    title = session.added()
    if title:
        st.success(prose(f"« {title} » est dans l’atlas : ouvrez la page Carte par le menu."))
    _held()
    found = session.FILE.held()
    if found is None or found.layer is None:
        mapview.hand()
    if len(own_layers.held()) >= own_layers.MOST:
        st.info(f"{own_layers.MOST} couches au plus à la fois : retirez-en une pour en ajouter une autre.")
        return
    st.file_uploader(
        "Fichier (CSV, XLSX, GeoJSON, GeoPackage ou Shapefile dans un ZIP)",
        type=["csv", "txt", "tsv", "xlsx", "geojson", "json", "gpkg", "zip"],
        key=session.FILE.uploader_key(),
        on_change=session.take,
        max_upload_size=session.MAX_MB,
        help=typographie(
            f"{session.MAX_MB} Mo, 50 000 objets, 200 colonnes et un million de sommets au plus. Un ZIP peut aussi contenir un "
            "seul CSV, GeoJSON ou GeoPackage."
        ),
    )
    if session.FILE.fault():
        st.error(prose(session.FILE.fault()))
    if found is not None:
        _draft(found)


def _held() -> None:
    for one in own_layers.held():
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"tenue-{one.layer_id}"
        ):
            report = one.own.report
            st.markdown(
                f"**{plain(one.title)}**  \n"
                + prose(
                    f"{pluriel(len(one.rows), 'objet')}, « {one.source.fichier} », {one.source.producteur}, "
                    f"{one.source.millesime} ; {pluriel(report.lignes_ecartees, 'ligne écartée', 'lignes écartées')}"
                )
            )
            st.button(
                f"Retirer « {plain(one.title)} »",
                key=f"retirer-{one.layer_id}",
                on_click=own_layers.remove,
                args=(one.layer_id,),
            )


def _draft(found: Draft) -> None:
    guess = found.guess
    st.subheader(plain(f"Lecture de « {found.name} »"), anchor=False)
    html.show(
        '<ul class="atlas-sources" aria-label="Ce que l’atlas a reconnu">'
        "{% for said in lines %}<li>{{ said|t }}</li>{% endfor %}</ul>",
        lines=guess.notes,
    )
    for doubt in guess.doubts:
        st.warning(prose(doubt))
    for rank, doubt in enumerate(guess.grave):
        st.checkbox(
            prose(f"J’ajoute cette couche malgré ce doute : {doubt.partition(' : ')[0]}"),
            key=_tick(found, rank),
        )
    with st.expander(
        "Corriger la lecture", expanded=bool(guess.doubts or found.fault), key=f"couche-corriger-{found.step}"
    ):
        _corrections(found)
    if found.fault:
        st.error(prose(found.fault))
    if found.layer is None:
        _raw_rows(guess)
        st.button("Abandonner ce fichier", key="couche-abandon", on_click=session.FILE.forget)
        return
    _read(found, found.layer)


def _corrections(found: Draft) -> None:
    guess, choice = found.guess, found.guess.choice
    with choices.row(None):
        if len(guess.members) > 1:
            _choose(found, "member", "Couche de l’archive", list(guess.members), choice.member)
        if len(guess.parts) > 1:
            label = "Feuille" if guess.kind == "xlsx" else "Couche"
            _choose(found, "part", label, list(guess.parts), choice.part)
        if guess.is_text:
            names = {name: encodings.title(name) for name in encodings.choices(choice.encoding)}
            _choose(found, "encoding", "Encodage", list(names), choice.encoding, names=names)
        if guess.kind == "csv":
            _choose(found, "separator", "Séparateur", list(DELIMITERS), choice.separator, names=DELIMITERS)
            _choose(found, "decimal", "Décimales", list(_DECIMALS), choice.decimal, names=_DECIMALS)
        if guess.is_table:
            lines = sorted({NO_HEADER, *range(1, 21), choice.header_line or NO_HEADER})
            names = {line: f"ligne {line}" if line else "aucune" for line in lines}
            _choose(found, "header_line", "Titres des colonnes", lines, choice.header_line, names=names)
    if choice.position is not None:
        _position(found)
    with choices.row(None):
        systems = dict.fromkeys(
            [*(one.crs for one in guess.systems), *crs_systems.SYSTEMS, *([choice.crs] if choice.crs else [])]
        )
        names = {crs: crs_systems.title(crs) for crs in systems}
        _choose(found, "crs", "Système de coordonnées", list(systems), choice.crs, names=names)
        key = f"couche-axes-{found.step}"
        st.checkbox(
            "Axes inversés (y ou latitude d’abord)",
            value=bool(choice.swapped),
            key=key,
            on_change=lambda: session.correct("swapped", st.session_state[key]),
        )
    headings = [str(name) for name in guess.cells.columns]
    if not headings:
        return
    with choices.row(None):
        _choose(found, "label", "Nom des objets", headings, choice.label)
    _columns(
        found,
        "as_text",
        "Colonnes à garder comme texte (codes, numéros)",
        [name for name in headings if name not in choice.as_number],
    )
    _columns(
        found,
        "as_number",
        "Colonnes à lire comme des nombres",
        [name for name in headings if name not in choice.as_text],
    )


def _columns(found: Draft, field: str, label: str, headings: list[str]) -> None:
    """Offer columns whose kind is not left to their values."""
    key = f"couche-{field}-{found.step}"
    st.multiselect(
        label,
        headings,
        default=[name for name in getattr(found.guess.choice, field) if name in headings],
        placeholder="Selon leurs valeurs",
        key=key,
        on_change=lambda: session.correct(field, tuple(st.session_state[key])),
    )


def _tick(found: Draft, rank: int) -> str:
    return f"couche-doute-{rank}-{found.name}-{found.guess.choice.member}-{found.guess.choice.part}"


def _choose(
    found: Draft,
    field: str,
    label: str,
    options: list[Any],
    value: Any,
    *,
    names: Any = None,
    changed: Callable[[], None] | None = None,
) -> None:
    """Offer another value for what was guessed; the file is read again at once, or `changed` sees to it."""
    key = f"couche-{field}-{found.step}"
    st.selectbox(
        label,
        options,
        index=options.index(value) if value in options else None,
        format_func=lambda option: str(option) if names is None else str(names[option]),
        placeholder="À choisir",
        key=key,
        on_change=changed or (lambda: session.correct(field, st.session_state[key])),
    )


def _position(found: Draft) -> None:
    headings = [str(name) for name in found.guess.cells.columns]
    position = found.guess.choice.position
    x, y = (position.x or position.whole, position.y or position.whole) if position else ("", "")

    def changed() -> None:
        x, y = (st.session_state[f"couche-{axis}-{found.step}"] for axis in ("x", "y"))
        if x and y:
            # The same heading twice is that of a column that holds the whole.
            session.correct("position", Position(whole=x) if x == y else Position(x, y))

    with choices.row(None):
        _choose(found, "x", "Longitude ou x", headings, x, changed=changed)
        _choose(found, "y", "Latitude ou y (la même si une colonne suffit)", headings, y, changed=changed)


def _raw_rows(guess: Opened) -> None:
    """Show the first rows as the file gives them, to choose columns by."""
    first = guess.cells.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
    if first.columns.empty:
        return
    fields = [Field(f"c{rank}", str(name), "texte") for rank, name in enumerate(first.columns)]
    frame = first.set_axis([field.column for field in fields], axis="columns")
    table.show_whole(frame, fields, caption="Premières lignes du fichier")


def _read(found: Draft, layer: OwnLayer) -> None:
    html.note(f"{reading.counted(layer.report)}{_counted(layer)}.")
    if layer.frame.empty:
        _raw_rows(found.guess)
    else:
        _preview(found, layer)
    _faults(found, layer)
    if not layer.frame.empty:
        _adding(found)
    st.button("Abandonner ce fichier", key="couche-abandon", on_click=session.FILE.forget)


def _counted(layer: OwnLayer) -> str:
    """Say how many objects of each kind there are."""
    counts = layer.frame["genre"].value_counts()
    words = {"point": ("point", "points"), "ligne": ("ligne", "lignes"), "surface": ("surface", "surfaces")}
    said = [pluriel(int(counts[kind]), *words[kind]) for kind in words if kind in counts.index]
    return f" ; {', '.join(said)}" if said else ""


def _preview(found: Draft, layer: OwnLayer) -> None:
    objects, _ = objects_of(
        layer, PREVIEW_LAYER, title="Aperçu de votre couche", note=f"« {found.name} »", most=PREVIEW_OBJECTS
    )
    mapview.hand(objects)
    spec = MapSpec(
        titre="Aperçu de votre couche",
        layers=[ShownLayer("communes"), ShownLayer("qpv"), ShownLayer(PREVIEW_LAYER, session=objects)],
        cadrage=Cadrage.around(objects.version, layer.frame, margin_m=300, impose=True),
    )
    mapview.show(spec, key="couche-apercu", height=360)
    if len(layer.frame) > PREVIEW_OBJECTS:
        st.caption(
            f"Aperçu des {entier(PREVIEW_OBJECTS)} premiers objets sur {entier(len(layer.frame))} : tous seront sur la page Carte."
        )
    first = sorted(layer.columns, key=lambda column: column.name != layer.label)[:PREVIEW_COLUMNS]
    fields = [Field(column.name, column.title, column.sort) for column in first]
    if fields:
        more = len(layer.columns) - len(fields)
        caption = "Premières lignes, telles que l’atlas les lit"
        caption += f" ({pluriel(more, 'autre colonne', 'autres colonnes')})" if more else ""
        table.show_whole(layer.frame.head(PREVIEW_ROWS), fields, caption=caption)


def _faults(found: Draft, layer: OwnLayer) -> None:
    faults = layer.faults()
    if faults.empty:
        html.note(reading.NOTHING)
        return
    faults = faults.assign(
        valeur=faults["valeur"].replace("", "vide"), identifiant=faults["identifiant"].replace("", "sans nom")
    ).rename_axis("numero")
    source = source_of(
        layer,
        source_id=PREVIEW_LAYER,
        name=found.name,
        title=session.stem(found.name),
        origin=_UNSAID,
        vintage=_UNSAID,
    )
    about = partial(rows.about, [source], place=found.name)
    rows.show(
        faults,
        FAULT_FIELDS,
        about(subject="constats de votre couche", filters="constats de lecture"),
        caption="Ce qui a été trouvé, ligne par ligne",
        key="couche-fautes",
        files_key="couche-fautes-export",
    )
    fields = [
        Field("ligne", "Ligne du fichier", "entier"),
        *(Field(column.name, column.title, "texte") for column in layer.headings),
        *(field for field in reading.FAULTS if field.column in {"faute", "a_faire"}),
    ]
    context = about(subject="lignes écartées de votre couche", filters="lignes écartées")
    reading.set_aside(layer.set_aside(), fields, context, key="couche-ecartees")


def _adding(found: Draft) -> None:
    st.subheader("L’ajouter à l’atlas", anchor=False)
    with st.form("couche-ajout"):
        title = st.text_input(
            "Titre de la couche",
            value=session.stem(found.name),
            max_chars=80,
            key=f"couche-titre-{found.name}",
        )
        origin = st.text_input(
            "D’où viennent ces données\u202f? (producteur)", max_chars=120, key=f"couche-origine-{found.name}"
        )
        vintage = st.text_input(
            "De quand datent-elles\u202f?",
            max_chars=80,
            placeholder="Par exemple : relevé de mars 2026, ou « date inconnue »",
            key=f"couche-date-{found.name}",
        )
        html.note(
            "Ces mentions suivent la couche sur la carte et dans chaque fichier, avec « source indiquée par l’utilisateur » et "
            "« non vérifiée »."
        )
        sent = st.form_submit_button("Ajouter à l’atlas", type="primary")
    if not sent:
        return
    if not all(st.session_state.get(_tick(found, rank)) for rank in range(len(found.guess.grave))):
        st.error("Cochez d’abord, plus haut, le doute que cette couche laisse.")
        return
    stated = {"un titre": title, "la provenance": origin, "la date": vintage}
    lost = [name for name, text in stated.items() if not (text or "").strip()]
    if lost:
        st.error(f"Indiquez {' et '.join([', '.join(lost[:-1]), lost[-1]]) if len(lost) > 1 else lost[0]}.")
        return
    session.add(title.strip(), origin.strip(), vintage.strip())
    st.rerun()
