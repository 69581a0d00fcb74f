"""Typst as the atlas uses it: texts of the data never run, every fault has a French message, the bytes are the day's."""

import datetime as dt

import pytest

from errors import AtlasError, SheetError
from exports import blocks, pdf
from exports.vector_map import Entry, VectorMap
from tests.exports.reading_pdf import A4, bare, fonts, reader, tags, text_of

DAY = dt.date(2026, 3, 5)
HOSTILE = [
    '#panic("lu") #read("/etc/passwd") #let x = 1',
    "$x^2$ *gras* _italique_ `code`",
    "<etiquette> @reference [crochets] {accolades}",
    r"\ \u{41} \n // commentaire /* commentaire */",
    "= titre - liste + numero / terme: ~ -- --- ...",
    "\"guillemets\" 'apostrophes' & &amp; </svg>",
]
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40pt" height="20pt"><rect width="40" height="20"/></svg>'
)


def content(said, *parts):
    return {
        "titre": f"Fiche : {said}",
        "genre": said,
        "titre-court": said,
        "sous-titre": said,
        "constat": said,
        "mots": [said],
        "sources": [said],
        "pied": said,
        "blocs": list(parts),
    }


def everywhere(said):
    """A sheet that says one text at every place where a text can stand."""
    drawn = VectorMap(SVG, (Entry(SVG, said),), "500 m")
    return content(
        said,
        blocks.title(said),
        blocks.text(said),
        blocks.note(said),
        blocks.bullets([said]),
        blocks.facts([(said, said)]),
        blocks.numbers([(said, said)]),
        blocks.drawing(drawn, subject=said, remark=said),
        blocks.rows([(said, False), (said, True)], [[said, said]], caption=said, remark=said, groups=[said]),
    )


@pytest.mark.parametrize("said", HOSTILE)
def test_a_text_of_the_data_is_shown_as_it_is(said):
    made = pdf.compose("fiche", everywhere(said), date=DAY)
    # Kind, name, subtitle, finding, foot of each page, sources; title, text, note, list, 2 facts, 2 figures; legend, note of the map; 2 headings, caption, group, 2 cells, note.
    pages = len(reader(made).pages)
    assert bare(text_of(made)).count(bare(said)) == 4 + pages + 1 + 8 + 2 + 7
    assert reader(made).metadata["/Title"] == f"Fiche : {said}"
    (alternative,) = [alt for role, _, alt in tags(made) if role == "Figure"]
    assert bare(alternative).startswith(bare(said))


def test_the_file_is_tagged_named_and_in_french():
    made = pdf.compose("fiche", everywhere("Une fiche"), date=DAY)
    root = reader(made).trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    roles = [role for role, _, _ in tags(made)]
    assert roles.count("H1") == 1
    assert roles.index("H1") < roles.index("H2") < roles.index("Table")
    assert {"Figure", "Caption", "TH", "TD", "L", "LI"} <= set(roles)
    (page,) = reader(made).pages
    assert [round(float(side), 2) for side in page.mediabox[2:]] == list(A4)


def test_the_file_holds_its_fonts_and_they_are_the_pages_own():
    held = fonts(pdf.compose("fiche", everywhere("Bâti à 1\u202f234 m ● ○ –"), date=DAY))
    assert held
    assert all(held.values())
    assert {name.split("-")[0] for name in held} == {"SourceSans3"}


def test_the_same_day_gives_the_same_bytes():
    first = pdf.compose("fiche", everywhere("Une fiche"), date=DAY)
    assert pdf.compose("fiche", everywhere("Une fiche"), date=DAY) == first
    other = pdf.compose("fiche", everywhere("Une fiche"), date=dt.date(2026, 3, 6))
    assert other != first
    assert reader(first).metadata["/CreationDate"] == "D:20260305000000Z"


def test_a_sign_that_no_font_has_ends_in_a_french_message():
    with pytest.raises(SheetError, match=r"n'a pas pu être composée.*À faire : retirer du texte") as raised:
        pdf.compose("fiche", content("漢字"), date=DAY)
    assert isinstance(raised.value, AtlasError)
    assert isinstance(raised.value, RuntimeError)


@pytest.mark.parametrize(
    ("template", "given"),
    [
        ("absente", content("Une fiche")),
        ("fiche", {"titre": "Une fiche"}),
        ("fiche", content("Une fiche", {"sorte": "inconnue"})),
        (
            "fiche",
            content("Une fiche", blocks.drawing(VectorMap("<svg", (), "1 m"), subject="Carte")),
        ),
    ],
)
def test_every_fault_of_a_template_is_one_of_ours(template, given):
    with pytest.raises(SheetError, match="La fiche PDF n'a pas pu être composée"):
        pdf.compose(template, given, date=DAY)


def test_a_map_without_words_is_refused():
    """PDF/UA asks for an alternative text; Typst checks it."""
    drawn = blocks.drawing(VectorMap(SVG, (), "1 m"), subject="Carte")
    with pytest.raises(SheetError):
        pdf.compose("fiche", content("Une fiche", {**drawn, "alt": None}), date=DAY)


def test_columns_share_the_width_by_what_they_hold():
    block = blocks.rows(
        [("Projet", False), ("Habitants", True)],
        [["Un intitulé de projet qui prend beaucoup de place", "1"]],
        caption="Projets",
    )
    first, second = (column["part"] for column in block["colonnes"])
    # 49 signs weigh 49 ** 0.75 = 18.5, the word "Habitants" 9; each gets 2 for its margins.
    assert first == pytest.approx(20.52, abs=0.01)
    assert second == pytest.approx(11.0)


def test_a_group_is_written_once_above_its_lines():
    block = blocks.rows(
        [("Donnée", False)], [["a"], ["b"], ["c"]], caption="Chiffres", groups=["Insee", "Insee", "ANCT"]
    )
    assert block["groupes"] == ["Insee", "", "ANCT"]
