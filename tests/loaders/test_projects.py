"""The contrat's projects, works and toolbox, held against the lines of the cahier that they come from.

`cahier_3_lignes.csv` is a copy of the cahier's titles, partners, indicators, tables and headings, by line number. It was not made from `data/projets/`.
"""

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from errors import AtlasError, SourceContentError, SourceFormatError, SourceMissingError
from loaders import catalogue, projects
from loaders._contract import NOT_STATED

WITHOUT_LAYER = {
    "alimentation-durable",
    "cellules-emploi",
    "cheminements-premier-km",
    "cites-educatives",
    "competences-psychosociales",
    "convention-france-travail",
    "coproprietes-accompagnement",
    "coproprietes-gestion-urbaine",
    "ctai",
    "discriminations",
    "encombrants",
    "entrepreneurs",
    "france-numerique-ensemble",
    "freins-emploi",
    "jeunes-diplomes",
    "kiosques-petite-enfance",
    "locaux-pied-immeuble",
    "loisirs-vacances",
    "paade-numerique",
    "paej",
    "parcours-residentiels",
    "petite-enfance",
    "precarite-energetique",
    "reseau-acces-droits",
    "reseau-culture",
    "souffrance-psychosociale",
    "sports-licencies",
    "troubles-apprentissage",
    "urbanisme-sante",
}
TABLE_ONLY = {"loisirs-vacances", "coproprietes-accompagnement", "coproprietes-gestion-urbaine"}

VELOS = {
    "ordre": 22,
    "titre": "Implantation de stations de vélos électriques à proximité des QPV",
    "orientations": ["habiter"],
    "registre": "Essaimage",
    "resume": "Cartographier, à l'échelle de Marseille, les stations de vélos déjà implantées, les besoins et les possibilités de développer des stations connectées au réseau de transports en commun.",
    "partenaires": ["metropole", "communes"],
    "partenaires_ecritures": ["Métropole (Mobilités)", "Communes"],
    "indicateurs": ["Nombre de sites équipés"],
    "perimetre": "communes",
    "perimetre_codes": ["13055"],
    "perimetre_origine": "fiche",
    "perimetre_ligne": 459,
    "perimetre_texte": "à l'échelle de Marseille",
    "perimetre_note": "sans objet",
    "a_confirmer": False,
    "accents": ["à proximité des QPV"],
    "accent_ligne": "456",
    "couche": "velos",
    "couche_motif": "Le projet agit sur les stations de vélos électriques de Marseille, que la couche levélo recense.",
    "provenance": "fiche",
    "lignes": [456],
    "titre_tableau": "Implantation de stations de vélos électriques",
    "partenaires_tableau": ["metropole", "communes"],
    "partenaires_tableau_ecritures": ["Métropole", "Communes"],
    "ligne_tableau": "406",
    "remarque": "sans remarque",
}
PAEJ = {
    "ordre": 7,
    "titre": "Développement de l'offre de santé en direction des jeunes (Point d'Accueil Ecoute Jeune)",
    "orientations": ["grandir", "sante"],
    "registre": "Essaimage",
    "resume": "À partir d'un diagnostic territorial partagé, mettre en œuvre une offre de santé adaptée aux singularités du territoire, dans la perspective d'ouvrir un point d'accueil écoute jeunes (PAEJ) dans les quartiers Nord de Marseille\u00a0: un accueil inconditionnel, anonyme et gratuit pour les 11-25 ans.",
    "partenaires": ["caf-13", "ars-paca", "departement-13", "region", "cpam-13", "communes"],
    "partenaires_ecritures": ["CAF 13", "ARS (DD 13)", "Département", "Région", "CPAM 13", "Communes"],
    "indicateurs": [
        "Mise en œuvre d'une instance de suivi du projet",
        "Diagnostic territorial partagé pour définir des modalités de déploiement",
        "Nombre de Point d'accueil implantés",
    ],
    "perimetre": "arrondissements",
    "perimetre_codes": ["13213", "13214", "13215", "13216"],
    "perimetre_origine": "fiche",
    "perimetre_ligne": 292,
    "perimetre_texte": "sur les quartiers Nord de Marseille",
    "perimetre_note": "Les «\u00a0quartiers Nord\u00a0» ne sont ni une commune ni un QPV\u00a0: 13e, 14e, 15e et 16e arrondissements par usage courant, à confirmer.",
    "a_confirmer": True,
    "accents": ["non précisé"],
    "accent_ligne": "non précisé",
    "couche": "aucune donnée ouverte",
    "couche_motif": "Aucune couche de l'atlas ne recense les points d'accueil écoute jeunes.",
    "provenance": "fiche",
    "lignes": [289, 602],
    "titre_tableau": "Développement de l'offre de santé en direction des jeunes (type Point d'Accueil Ecoute Jeune (PAEJ))",
    "partenaires_tableau": ["caf-13", "ars-paca", "etat", "collectivites-territoriales", "cpam-13"],
    "partenaires_tableau_ecritures": ["CAF", "ARS", "Etat", "Collectivités territoriales", "CPAM"],
    "ligne_tableau": "230",
    "remarque": "Deux fiches identiques, sous deux orientations\u202f; la seconde (ligne 602) écrit «\u00a0CD 13\u00a0» là où la première écrit «\u00a0Département\u00a0»\u00a0: le même partenaire. Le tableau ne le cite que dans la première orientation.",
}
ENTREPRENEURS = {
    "ordre": 10,
    "titre": "Soutien aux entrepreneurs des QPV dans leur parcours, de la création à la pérennisation",
    "orientations": ["travailler"],
    "registre": "Animation de réseau",
    "resume": "Développer la création d'entreprises dans les QPV, en soutenant des programmes innovants d'appui à l'entrepreneuriat qui permettent d'élargir le réseau et les marchés, en particulier hors de Marseille.",
    "partenaires": ["pdec", "metropole", "bpi", "ddets-13", "france-travail"],
    "partenaires_ecritures": ["PDEC", "Métropole", "BPI", "DDETS 13", "France Travail"],
    "indicateurs": ["Nombre d'entreprises créées", "Stabilité et pérennité des entreprises"],
    "perimetre": "métropole",
    "perimetre_codes": ["200054807"],
    "perimetre_origine": "fiche",
    "perimetre_ligne": 334,
    "perimetre_texte": "développer la création d'entreprises dans les QPV",
    "perimetre_note": "«\u00a0En particulier sur les territoires hors-Marseille\u00a0» est un accent, pas une limite\u00a0: Marseille reste dans le périmètre.",
    "a_confirmer": False,
    "accents": ["en particulier sur les territoires hors-Marseille"],
    "accent_ligne": "334",
    "couche": "aucune donnée ouverte",
    "couche_motif": "Aucune couche de l'atlas ne recense les créations d'entreprises.",
    "provenance": "fiche",
    "lignes": [331],
    "titre_tableau": "Soutien aux entrepreneurs dans leur parcours de la création à la pérennisation",
    "partenaires_tableau": ["etat", "bpi", "france-travail", "collectivites-territoriales"],
    "partenaires_tableau_ecritures": [
        "Etat",
        "Banque Publique d'Investissement",
        "France Travail",
        "Collectivités territoriales",
    ],
    "ligne_tableau": "317",
    "remarque": "sans remarque",
}

FRAMES = {
    "projets.csv": projects.load,
    "partenaires.csv": projects.load_partners,
    "sigles.csv": projects.load_acronyms,
    "orientations.csv": projects.load_orientations,
    "registres.csv": projects.load_registers,
    "gouvernance.csv": projects.load_governance,
    "boite_a_outils.csv": projects.load_toolbox,
}


@pytest.fixture(scope="module")
def table():
    return projects.load()


@pytest.fixture(scope="module")
def register():
    return projects.load_partners()


@pytest.fixture(scope="module")
def cahier():
    """Text of the cahier's lines by number, without its markup."""
    with (Path(__file__).parent / "cahier_3_lignes.csv").open(encoding="utf-8", newline="") as file:
        lines = {int(row["ligne"]): row["texte"] for row in csv.DictReader(file)}
    return {number: _plain(text) for number, text in lines.items()}


@pytest.fixture
def folder(tmp_path):
    """A copy of the tables, to break."""
    return Path(shutil.copytree(projects.FOLDER, tmp_path / "projets"))


def _plain(text):
    text = re.sub(r"<[^>]+>", " ", text).replace("**", "").replace("1^{er}", "1er")
    return "\t".join(re.sub(r" +", " ", part).strip() for part in text.split("\t"))


def _field(text, name):
    label, _, value = text.partition("\t")
    assert label == name
    return value


# --- counts, worked out on the cahier's pages


def test_34_projects_are_31_from_sheets_and_3_from_the_tables_alone(table):
    assert len(table) == 34
    assert Counter(table["provenance"]) == {"fiche": 31, "tableau": 3}
    assert set(table.index[table["provenance"] == "tableau"]) == TABLE_ONLY
    assert sorted(table["ordre"]) == list(range(1, 35))


def test_32_sheets_each_used_once(table, cahier):
    headed = {number for number, text in cahier.items() if text.startswith("Registre du projet")}
    assert len(headed) == 32
    used = [line for lines in table.loc[table["provenance"] == "fiche", "lignes"] for line in lines]
    # A sheet's registre stands two lines under its title.
    assert sorted(line + 2 for line in used) == sorted(headed)


def test_projects_by_orientation_and_registre(table):
    orientations = Counter(name for names in table["orientations"] for name in names)
    # Sheets 8, 7, 8, 5 and 4, and the projects of the tables: 1 in the first, 2 in the third.
    assert orientations == {"grandir": 9, "travailler": 7, "habiter": 10, "acces-aux-droits": 5, "sante": 4}
    assert Counter(table["registre"]) == {
        "Essaimage": 10,
        "Expérimentation": 10,
        "Animation de réseau": 11,
        NOT_STATED: 3,
    }


def test_only_paej_has_two_sheets_and_two_orientations(table):
    assert list(table.index[table["lignes"].map(len) > 1]) == ["paej"]
    assert list(table.index[table["orientations"].map(len) > 1]) == ["paej"]


def test_five_orientations_in_the_order_of_the_cahier(cahier):
    frame = projects.load_orientations().sort_values("ordre")
    assert list(frame.index) == ["grandir", "travailler", "habiter", "acces-aux-droits", "sante"]
    assert list(frame["ligne"]) == [217, 307, 394, 483, 564]
    for _, row in frame.iterrows():
        spread = range(row["ligne"], row["ligne"] + 6)
        text = " ".join(
            cahier[number] for number in spread if number in cahier and "\t" not in cahier[number]
        )
        assert text.startswith(row["libelle"])


def test_15_works_with_leaders_and_partners_as_printed(cahier, register):
    frame = projects.load_governance()
    assert len(frame) == 15
    assert sorted(frame["ordre"]) == list(range(1, 16))
    assert sorted(frame["ligne"]) == [*range(153, 159), *range(175, 184)]
    for _, row in frame.iterrows():
        title, leaders, others = cahier[row["ligne"]].split("\t")
        assert row["titre"] == title.rstrip(".")
        assert " / ".join(row["chefs_de_file_ecritures"]) == leaders
        assert ", ".join(row["partenaires_ecritures"]) == others.replace(" / ", ", ")
        assert set(row["chefs_de_file"] + row["partenaires"]) <= set(register.index)


def test_5_families_of_20_tools_as_printed(cahier):
    frame = projects.load_toolbox().sort_values(["famille_ordre", "ordre"])
    assert len(frame) == 20
    sizes = frame.groupby("id_famille", sort=False).size()
    assert list(sizes) == [4, 6, 4, 3, 3]
    assert list(frame["ligne"]) == sorted(number for number, text in cahier.items() if text.startswith("- "))
    for _, row in frame.iterrows():
        assert cahier[row["ligne"]] == f"- {row['outil']}"
        assert _unaccented(cahier[row["famille_ligne"]]) == _unaccented(row["famille"])


def _unaccented(text):
    """Lower case; the cahier's capitals bear no accent in one heading."""
    return text.casefold().replace("é", "e")


# --- each project against its sheet and its row of the tables


def test_titles_registres_partners_and_indicators_are_those_of_the_sheets(table, cahier):
    registers = projects.load_registers()["ecritures"]
    for id_projet, row in table[table["provenance"] == "fiche"].iterrows():
        for line in row["lignes"]:
            assert cahier[line] == row["titre"], id_projet
            assert _field(cahier[line + 2], "Registre du projet") in registers[row["registre"]], id_projet
            printed = _field(cahier[line + 4], "Partenaires associés")
            wording = " ".join(row["partenaires_ecritures"])
            if line == 602:  # the second sheet of the PAEJ names the same Département otherwise
                wording = wording.replace("Département", "CD 13")
            assert printed == wording, id_projet
            results = _field(cahier[line + 5], "Indicateurs de réussite")
            assert re.sub(r"\.(?= |$)", "", results) == " ".join(row["indicateurs"]), id_projet


def test_indicators_are_split_where_one_ends(table):
    stated = table.loc[table["provenance"] == "fiche", "indicateurs"].explode()
    assert len(stated) == 14 + 12 + 9 + 7 + 5  # by orientation, the PAEJ counted once
    for indicator in stated:
        assert indicator[0].isupper()
        assert not re.search(r"[a-zé] (Nombre|Tonnage|Retour|Adéquation|Diagnostic)\b", indicator)
        assert not indicator.endswith(".")


def test_rows_of_the_tables_are_quoted_in_full(table, cahier):
    rows = table[table["ligne_tableau"] != projects.ABSENT_FROM_TABLES]
    for id_projet, row in rows.iterrows():
        printed = _table_row(cahier, int(row["ligne_tableau"]))
        assert printed == (row["titre_tableau"], ", ".join(row["partenaires_tableau_ecritures"])), id_projet
    # 9, 4, 8, 4 and 3 rows; one of them covers two sheets.
    assert len(set(rows["ligne_tableau"])) == 28
    assert list(rows.index[rows["ligne_tableau"] == "504"]) == ["ctai", "paade-numerique"]
    assert set(table.index.difference(rows.index)) == {
        "kiosques-petite-enfance",
        "convention-france-travail",
        "cellules-emploi",
        "equipements-sportifs",
        "alimentation-durable",
    }


def _table_row(cahier, number):
    """Title and partners of a row, on one line or spread over blocks that blank lines part."""
    if "\t" in cahier[number]:
        return tuple(cahier[number].split("\t"))
    blocks = []
    for _ in range(2):
        block = []
        while number in cahier:
            block.append(cahier[number])
            number += 1
        blocks.append(" ".join(block))
        number += 1
    return tuple(blocks)


def test_projects_of_the_tables_alone_say_what_is_not_stated(table, cahier):
    for _, row in table.loc[sorted(TABLE_ONLY)].iterrows():
        title, others = cahier[row["lignes"][0]].split("\t")
        assert (row["titre"], ", ".join(row["partenaires_ecritures"])) == (title, others)
        assert row["registre"] == NOT_STATED
        assert row["indicateurs"] == [NOT_STATED]
    sheets = table[table["provenance"] == "fiche"]
    assert NOT_STATED not in set(sheets["registre"])
    assert NOT_STATED not in set(sheets["indicateurs"].explode())


@pytest.mark.parametrize(
    ("id_projet", "expected"),
    [("velos-electriques", VELOS), ("paej", PAEJ), ("entrepreneurs", ENTREPRENEURS)],
)
def test_three_projects_in_full(table, id_projet, expected):
    assert dict(table.loc[id_projet]) == expected


# --- perimeters, emphasis, layers, partners


def test_only_two_projects_have_a_perimeter_of_their_own(table):
    local = table[table["perimetre"] != "métropole"]
    assert dict(local["perimetre_codes"]) == {
        "velos-electriques": ["13055"],
        "paej": ["13213", "13214", "13215", "13216"],
    }
    assert list(table.index[table["a_confirmer"]]) == ["paej"]


def test_a_perimeter_is_justified_by_its_sheet_or_by_the_scope_of_the_contrat(table, cahier):
    for id_projet, row in table.iterrows():
        if row["perimetre_origine"] == "contrat":
            assert row["perimetre_ligne"] == 201, id_projet
            assert row["perimetre_texte"] in cahier[201], id_projet
            assert row["perimetre"] == "métropole", id_projet
        else:
            assert row["perimetre_ligne"] - row["lignes"][0] in {0, 3}, id_projet


def test_words_quoted_from_lines_at_hand_are_in_them(table, cahier):
    """The sheets' presentations are not copied in the tests; titles and tables are."""
    seen = 0
    for id_projet, row in table.iterrows():
        quotes = [(row["perimetre_ligne"], row["perimetre_texte"])]
        if row["accent_ligne"] != NOT_STATED:
            quotes += [(int(row["accent_ligne"]), quote) for quote in row["accents"]]
        for line, quote in quotes:
            if line in cahier:
                seen += 1
                assert quote in cahier[line], id_projet
            else:
                # The presentation stands three lines under the title.
                assert line == row["lignes"][0] + 3, id_projet
    assert seen > 20


def test_an_emphasis_is_quoted_not_turned_into_a_perimeter(table):
    assert table.loc["entrepreneurs", "accents"] == ["en particulier sur les territoires hors-Marseille"]
    assert table.loc["espaces-parents", "accents"] == ["au sein des collèges REP+ et REP de la Métropole"]
    assert table.loc["coproprietes-gestion-urbaine", "accents"] == ["dans les grandes copropriétés dégradées"]
    assert table.loc["kiosques-petite-enfance", "perimetre"] == "métropole"


def test_exact_list_of_projects_without_a_layer(table):
    layers = table.loc[table["couche"] != projects.NO_LAYER, "couche"]
    assert dict(layers) == {
        "equipements-sportifs": "sports",
        "espaces-parents": "colleges",
        "friches-ess": "friches",
        "stages-qualite": "colleges",
        "velos-electriques": "velos",
    }
    assert set(table.index[table["couche"] == projects.NO_LAYER]) == WITHOUT_LAYER


def test_every_layer_is_a_source_of_the_catalogue():
    assert set(projects.LAYERS) <= set(catalogue.load())


def test_every_partner_resolves_and_every_partner_serves(table, register):
    named = set(table["partenaires"].explode())
    in_tables = set(table["partenaires_tableau"].explode()) - {projects.ABSENT_FROM_TABLES}
    works = projects.load_governance()
    in_works = set(works["chefs_de_file"].explode()) | set(works["partenaires"].explode())
    assert named | in_tables | in_works == set(register.index)
    # The entry that sends the reader to the sheets is no partner.
    assert "voir-fiches-projet" not in named | in_tables


@pytest.mark.parametrize(
    ("wordings", "identifier"),
    [
        (["Département", "CD 13", "CD13", "Conseil départemental"], "departement-13"),
        (["ARS (DD 13)", "ARS PACA (DD 13)", "ARS"], "ars-paca"),
        (["CAF", "CAF 13"], "caf-13"),
        (["CPAM", "CPAM 13"], "cpam-13"),
        (["BPI", "Banque Publique d'Investissement"], "bpi"),
        (["Métropole (SPASER)", "Métropole"], "metropole"),
    ],
)
def test_variants_of_one_partner_share_one_id(table, wordings, identifier):
    works = projects.load_governance()
    columns = [
        (table, "partenaires"),
        (table, "partenaires_tableau"),
        (works, "partenaires"),
        (works, "chefs_de_file"),
    ]
    pairs = {
        pair
        for frame, column in columns
        for ids, texts in zip(frame[column], frame[f"{column}_ecritures"], strict=True)
        for pair in zip(texts, ids, strict=True)
    }
    assert {(wording, identifier) for wording in wordings} <= pairs
    assert {found for text, found in pairs if text in wordings} == {identifier}


def test_acronyms_of_partners_are_spelled_out_alike(register):
    acronyms = projects.load_acronyms()["developpe"]
    for identifier, row in register[register["sigle"] != "sans sigle"].iterrows():
        name = re.sub(r" (13|PACA)$", "", row["sigle"])
        spelled = acronyms[name if name in acronyms.index else row["sigle"]]
        assert spelled.casefold() in row["nom_complet"].casefold(), identifier


# --- what every cell must be


@pytest.mark.parametrize("name", FRAMES)
def test_no_cell_is_blank(name):
    frame = FRAMES[name]()
    assert frame.index.is_unique
    assert frame.index.is_monotonic_increasing
    assert not frame.isna().any(axis=None)
    for column in frame:
        for cell in frame[column]:
            items = cell if isinstance(cell, list) else [cell]
            assert items
            assert all(str(item).strip() for item in items)


@pytest.mark.parametrize("name", FRAMES)
def test_no_markup_is_left(name):
    text = (projects.FOLDER / name).read_text(encoding="utf-8")
    assert not re.search(r"<[a-z/]|\^\{|\*\*|•", text)


@pytest.mark.parametrize("column", ["resume", "perimetre_note", "couche_motif", "remarque"])
def test_our_own_words_have_french_spaces(table, column):
    for text in table[column]:
        assert not re.search(r" [;!?:»%]|« |[^\s][;!?»](?<![\u202f\u00a0].)", text)
        assert not re.search(r"  |\bEtat\b|\bA l", text)


def test_summaries_are_not_the_title_again(table):
    for id_projet, row in table.iterrows():
        assert row["resume"] != row["titre"], id_projet
        assert len(row["resume"]) > 60, id_projet
        assert row["resume"].endswith("."), id_projet


# --- broken files


def _edit(path, line, **cells):
    """Change cells of one line (the header is line 1)."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames), list(reader)
    rows[line - 2] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _drop_column(path, name):
    frame = pd.read_csv(path, dtype=str, keep_default_na=False).drop(columns=name)
    frame.to_csv(path, index=False)


@pytest.mark.parametrize(
    ("spoil", "error", "fault"),
    [
        (lambda path: path.unlink(), SourceMissingError, "introuvable"),
        (lambda path: path.write_bytes(b""), SourceFormatError, "vide"),
        (lambda path: path.write_text("<html>503</html>"), SourceFormatError, "page web"),
        (lambda path: path.write_bytes(path.read_bytes()[:-40]), SourceFormatError, "tronqué"),
        (
            lambda path: path.write_bytes(path.read_text("utf-8").encode("cp1252", "replace")),
            SourceFormatError,
            "encodage",
        ),
        (
            lambda path: path.write_text(path.read_text("utf-8").split("\n")[0] + "\n"),
            SourceFormatError,
            "aucune",
        ),
        (lambda path: _drop_column(path, "perimetre_texte"), SourceFormatError, "perimetre_texte"),
    ],
)
def test_an_unusable_file_is_refused(folder, spoil, error, fault):
    path = folder / "projets.csv"
    spoil(path)
    with pytest.raises(error) as caught:
        projects.load(path)
    assert fault in caught.value.fault
    assert caught.value.path == path
    assert caught.value.mend
    assert isinstance(caught.value, AtlasError)


# Line 2 is « cites-educatives », of the whole contrat; line 23 « velos-electriques », of Marseille.
FAULTY_CELLS = [
    ({"id_projet": "paej"}, "id_projet « paej » en double"),
    ({"id_projet": "Cités éducatives"}, "lettres minuscules"),
    ({"resume": ""}, "champ vide (resume)"),
    ({"resume": "  ", "couche": ""}, "champ vide (resume, couche)"),
    ({"ordre": "2"}, "ordre « 2 » en double"),
    ({"ordre": "premier"}, "n'est pas un nombre entier"),
    ({"lignes": "235|x"}, "lignes « x » n'est pas un nombre entier"),
    ({"perimetre_ligne": "-3"}, "perimetre_ligne « -3 »"),
    ({"orientations": "grandir|voyager"}, "orientations « voyager » inconnu"),
    ({"registre": "Essaimages"}, "registre « Essaimages » inconnu"),
    ({"registre": "non précisé"}, "projets sans fiche"),
    ({"couche": "trams"}, "couche « trams » inconnu"),
    ({"partenaires": "metropole=Métropole|otan=OTAN"}, "partenaire « otan » inconnu"),
    (
        {"partenaires": "metropole=Département"},
        "l'écriture « Département » n'est pas au registre pour « metropole »",
    ),
    ({"partenaires": "metropole"}, "« metropole » ne s'écrit pas"),
    ({"partenaires": "caf-13=CAF|caf-13=CAF 13"}, "partenaire « caf-13 » cité deux fois"),
    ({"partenaires_tableau": "otan=OTAN"}, "partenaire « otan » inconnu"),
    ({"indicateurs": "Nombre de lieux||Nombre de parents"}, "élément vide"),
    ({"indicateurs": "Nombre de lieux|Nombre de lieux"}, "est répété"),
    ({"perimetre": "région"}, "perimetre « région » inconnu"),
    ({"perimetre_codes": "13055"}, "« 13055 » n'est pas un code pour « métropole »"),
    ({"perimetre": "communes", "perimetre_codes": "13070"}, "« 13070 » n'est pas un code pour « communes »"),
    ({"perimetre": "communes", "perimetre_codes": "13213"}, "« 13213 » n'est pas un code pour « communes »"),
    ({"perimetre": "arrondissements", "perimetre_codes": "13217"}, "« 13217 »"),
    ({"perimetre": "qpv", "perimetre_codes": "QP013001"}, "« QP013001 » n'est pas un code pour « qpv »"),
    ({"perimetre_origine": "usage"}, "perimetre_origine « usage » inconnu"),
    ({"provenance": "presse"}, "provenance « presse » inconnu"),
    ({"a_confirmer": "peut-être"}, "a_confirmer « peut-être » inconnu"),
    ({"ligne_tableau": "absent des tableaux"}, "pour les trois colonnes du tableau"),
    ({"ligne_tableau": "en bas"}, "ligne_tableau « en bas »"),
    ({"accent_ligne": "non précisé"}, "vont ensemble"),
    ({"accent_ligne": "en bas"}, "accent_ligne « en bas »"),
]


@pytest.mark.parametrize(("cells", "fault"), FAULTY_CELLS)
def test_a_faulty_row_is_named_with_its_fault(folder, cells, fault):
    path = folder / "projets.csv"
    _edit(path, 2, **cells)
    with pytest.raises(SourceContentError) as caught:
        projects.load(path)
    assert fault in caught.value.fault
    assert re.search(r"ligne 2\b", caught.value.fault)
    assert isinstance(caught.value, ValueError)


def test_all_faults_of_all_rows_are_told_at_once(folder):
    path = folder / "projets.csv"
    _edit(path, 2, couche="velos", resume="")
    _edit(path, 23, perimetre_codes="13070", registre="Essai")
    with pytest.raises(SourceContentError) as caught:
        projects.load(path)
    for part in (
        "ligne 2 (cites-educatives)",
        "ligne 23 (velos-electriques)",
        "resume",
        "velos",
        "13070",
        "Essai",
    ):
        assert part in caught.value.fault


def test_a_perimeter_of_qpv_is_read(folder):
    path = folder / "projets.csv"
    _edit(path, 23, perimetre="qpv", perimetre_codes="QN01342I|QN01341I")
    row = projects.load(path).loc["velos-electriques"]
    assert (row["perimetre"], row["perimetre_codes"]) == ("qpv", ["QN01342I", "QN01341I"])


@pytest.mark.parametrize(
    ("name", "cells", "fault"),
    [
        ("partenaires.csv", {"id_partenaire": "amu"}, "id_partenaire « amu » en double"),
        ("partenaires.csv", {"ecritures": "ADEME|CAF"}, "déjà celle de"),
        ("partenaires.csv", {"type": ""}, "champ vide (type)"),
        ("partenaires.csv", {"nom_complet": "Aix-Marseille Université"}, "nom_complet"),
        ("sigles.csv", {"sigle": "ARS"}, "sigle « ARS » en double"),
        ("orientations.csv", {"ordre": "2"}, "ordre « 2 » en double"),
        ("orientations.csv", {"ligne": "p. 12"}, "ligne « p. 12 »"),
        ("registres.csv", {"ordre": "0"}, "ordre « 0 »"),
        ("gouvernance.csv", {"chefs_de_file": "otan=OTAN"}, "partenaire « otan » inconnu"),
        ("gouvernance.csv", {"partenaires": ""}, "champ vide (partenaires)"),
        ("boite_a_outils.csv", {"famille": "Autres"}, "n'est pas décrite comme à sa première ligne"),
        ("boite_a_outils.csv", {"ligne": "98"}, "ligne « 98 » en double"),
    ],
)
def test_the_other_tables_are_checked_too(folder, name, cells, fault):
    _edit(folder / name, 2, **cells)
    with pytest.raises(SourceContentError) as caught:
        FRAMES[name](folder / name)
    assert fault in caught.value.fault
    assert caught.value.path.name == name


@pytest.mark.parametrize("name", FRAMES)
def test_a_missing_table_is_named(tmp_path, name):
    with pytest.raises(SourceMissingError) as caught:
        FRAMES[name](tmp_path / name)
    assert name in str(caught.value)


def test_projects_are_checked_against_the_registers_given(folder):
    _edit(folder / "orientations.csv", 2, id_orientation="apprendre")
    with pytest.raises(SourceContentError) as caught:
        projects.load(registers=folder)
    assert "orientations « grandir » inconnu" in caught.value.fault
    assert len(projects.load(folder / "projets.csv")) == 34
