"""Real files whose encoding is not what they say: no letter is lost in silence, and no encoding is called a damage."""

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from errors import SourceFormatError
from loaders import own_layer, premises
from loaders.brought import candidate_sites
from loaders.brought.opened import Choice
from loaders.formats import encodings
from tests.loaders import own_files as files

CASES = Path(__file__).parent / "cases"
#: French texts with the letters and signs that encodings disagree on.
TEXTS = ("École élémentaire", "Médiathèque", "Crèche à Noël", "Forêt, l’île", "ça et là", "Façade n° 3")


def looked(name, raw=None, **choice):
    content = (CASES / name).read_bytes() if raw is None else raw
    return own_layer.look(name, content, Choice(**choice))


def found(name, raw=None, **choice):
    guess = looked(name, raw, **choice)
    return guess, own_layer.place(guess)


def shapefile(texts, *, cpg=None, mark=0, heading=b"nom", width=40):
    """A zipped Shapefile whose texts are these bytes, with byte 29 of its DBF and its .cpg."""
    plain = files.frame().iloc[[0] * len(texts)].assign(Nom="x" * width)[["Nom", "geometry"]]
    head = struct.pack("<BBBBIHH", 3, 126, 1, 1, len(texts), 65, width + 1) + bytes(17) + bytes([mark, 0, 0])
    column = heading.ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    rows = b"".join(b" " + text.ljust(width)[:width] for text in texts)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(files.shapefile(plain))) as made,
        zipfile.ZipFile(buffer, "w") as archive,
    ):
        for name in made.namelist():
            if not name.endswith((".cpg", ".dbf")):
                archive.writestr(name, made.read(name))
        archive.writestr("couche.dbf", head + column + b"\r" + rows + b"\x1a")
        if cpg is not None:
            archive.writestr("couche.cpg", cpg)
    return buffer.getvalue()


def test_a_bare_code_page_number_cuts_no_letter():
    guess, layer = found("cpg_numero_seul.zip")
    assert guess.headings == ("DEPCOM", "NOM_COM", "NOM_QUAR")
    assert layer.rows["nom_quar"].tolist() == ["ARENC", "LES GOUDES"]
    assert guess.doubts == ()


@pytest.mark.parametrize(
    ("name", "encoding"), [("cpg_dit_latin1.zip", "utf-8-sig"), ("cpg_dit_utf8.zip", "cp1252")]
)
def test_a_cpg_that_lies_is_doubted_and_can_be_corrected(name, encoding):
    guess, layer = found(name)
    assert guess.choice.encoding == encoding
    assert layer.rows["nom"].tolist() == ["École élémentaire Frédéric Mistral", "Médiathèque", "Crèche"]
    assert any("vérifiez les accents" in doubt for doubt in guess.doubts)
    forced, _ = found(name, encoding="cp850")
    assert forced.choice.encoding == "cp850"
    assert forced.cells["nom"].iloc[2] != "Crèche"


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman", "utf-8", "iso8859-15"])
@pytest.mark.parametrize("said", ["rien", "le vrai", "UTF-8", "1252", "octet 29"])
def test_a_shapefile_keeps_its_letters_whatever_it_says(encoding, said):
    texts = [text.replace("’", "'") if encoding in {"cp850", "iso8859-15"} else text for text in TEXTS]
    number = {
        "cp1252": "1252",
        "cp850": "850",
        "mac_roman": "10000",
        "utf-8": "65001",
        "iso8859-15": "8859-15",
    }
    marks = {"cp1252": 0x57, "cp850": 0x02, "mac_roman": 0x04}
    cpg = {"rien": None, "le vrai": number[encoding], "octet 29": None}.get(said, said)
    mark = marks.get(encoding, 0) if said == "octet 29" else 0
    raw = shapefile(
        [text.encode(encoding) for text in texts], cpg=cpg, mark=mark, heading="libellé".encode(encoding)
    )
    guess, layer = found("couche.zip", raw)
    assert guess.headings == ("libellé",)
    assert layer.rows["libelle"].tolist() == texts
    assert layer.faults().empty
    lies = {"UTF-8": "utf-8", "1252": "cp1252"}.get(said, encoding)
    other = any(text.encode(encoding).decode(lies, errors="replace") != text for text in texts)
    assert bool(guess.doubts) == other


def test_cp437_is_read_where_byte_29_says_so():
    guess, layer = found("couche.zip", shapefile(["Über 10 ½".encode("cp437")] * 2, mark=0x01))
    assert guess.choice.encoding == "cp437"
    assert layer.rows["nom"].tolist() == ["Über 10 ½"] * 2


def test_a_letter_at_the_end_of_a_cell_is_not_taken_for_a_space():
    # The last byte of "à" is that of an unbreakable space, and "à" of CP850 that of an end of line.
    for encoding in ("utf-8", "cp850"):
        raw = shapefile(["école là".encode(encoding), "élu déjà".encode(encoding)])
        assert found("couche.zip", raw)[1].rows["nom"].tolist() == ["école là", "élu déjà"]


def test_one_cut_character_flags_its_row_and_leaves_the_encoding():
    texts = [text.encode()[:40] for text in TEXTS]
    texts[1] = "Médiathèque é".encode()[:-1]
    guess, layer = found("couche.zip", shapefile(texts))
    assert guess.choice.encoding == "utf-8-sig"
    assert layer.rows["nom"].iloc[0] == "École élémentaire"
    assert layer.faults()[["ligne", "faute", "suite"]].to_numpy().tolist() == [
        [2, "caractère perdu ou mal lu", "conservée"]
    ]
    table = "nom;lon;lat\n" + "".join(f"{text};5,37;43,30\n" for text in TEXTS)
    raw = table.encode().replace(
        "Médiathèque".encode(), "Médiathèqu\xe9".encode("latin-1").replace(b"\xc3\xa9", b"\xc3")
    )
    guess, layer = found("table.csv", raw.replace("Crèche".encode(), b"Cr\xc3che"))
    assert guess.choice.encoding == "utf-8-sig"
    assert 4 in layer.faults()["ligne"].tolist()


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "cp1252", "utf-16-le", "utf-16-be", "utf-8"])
def test_a_table_is_read_in_the_encoding_of_its_letters(encoding):
    text = "libellé;lon;lat\n" + "".join(f"{text.replace('’', ' ')};5,37;43,30\n" for text in TEXTS)
    guess, layer = found("table.csv", text.encode(encoding))
    assert layer.rows["libelle"].tolist() == [text.replace("’", " ") for text in TEXTS]
    assert any(note == f"Encodage : {encodings.title(guess.choice.encoding)}." for note in guess.notes)
    sites = candidate_sites.read(text.replace("libellé", "nom").encode(encoding), name="lieux.csv")
    assert sites.frame["nom"].iloc[0] == "École élémentaire"


def test_a_geojson_in_another_encoding_is_read_and_can_be_corrected():
    text = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nom":"Médiathèque à côté"},"geometry":{"type":"Point","coordinates":[5.37,43.3]}}]}'
    guess, layer = found("a.geojson", text.encode("cp850"))
    assert (guess.choice.encoding, layer.rows["nom"].iloc[0]) == ("cp850", "Médiathèque à côté")
    assert looked("a.geojson", text.encode("cp850"), encoding="cp1252").choice.encoding == "cp1252"


def test_one_lost_accent_flags_its_row_alone():
    _, layer = found("un_accent_perdu.csv")
    assert (layer.report.lignes_lues, layer.report.lignes_gardees) == (9, 9)
    assert layer.faults()[["ligne", "faute", "valeur", "suite"]].to_numpy().tolist() == [
        [10, "caractère perdu ou mal lu", "�", "conservée"]
    ]
    inventory = premises.read(CASES / "inventaire_un_accent_perdu.csv")
    assert list(inventory.frame.index) == ["L1", "L2"]
    assert inventory.faults()[["ligne", "faute", "suite"]].to_numpy().tolist() == [
        [3, "caractère perdu ou mal lu", "conservée"]
    ]
    sites = candidate_sites.read("nom;lon;lat\nCr�che;5,37;43,30\nParc;5,38;43,31\n".encode(), name="a.csv")
    assert [(fault.ligne, fault.faute) for fault in sites.report.faults] == [(2, "caractère perdu ou mal lu")]


def test_the_share_at_which_a_file_is_refused_is_said():
    raw = "nom;lon;lat\nCr�che;5,37;43,30\nÎl�t;5,38;43,31\nParc;5,38;43,31\n".encode()
    with pytest.raises(SourceFormatError, match=r"2 lignes sur 3.*au-delà de la moitié"):
        looked("a.csv", raw)


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("1258", "cp1258"), ("ANSI 1252", "cp1252"), ("65001", "utf-8-sig"), ("850\r\n", "cp850"), ("88591", "cp1252"),
        ("ISO 8859-15", "iso8859-15"), ("LDID/87", "cp1252"), ("OEM", "cp850"), ("system", None), ("", None),
    ],
)  # fmt: skip
def test_what_a_cpg_says(stated, name):
    assert encodings.codec(stated) == name


@pytest.mark.parametrize("raw", [b"\xe9" * 3_000_000, b"\xc3" * 3_000_000, b"a\x8d" * 1_500_000])
def test_the_encoding_of_long_runs_is_told_at_once(raw):
    started = time.process_time()
    encodings.recognised(raw)
    assert time.process_time() - started < 2


def test_letters_of_neighbours_are_read_and_a_rare_encoding_is_doubted():
    guess, layer = found("a.csv", "nom;lon;lat\nEspaña niño;5,37;43,3\nStraße;5,37;43,3\n".encode("cp1252"))
    assert (guess.choice.encoding, layer.rows["nom"].tolist(), guess.doubts) == (
        "cp1252",
        ["España niño", "Straße"],
        (),
    )
    guess, layer = found("a.csv", "nom;lon;lat\nŁódź;5,37;43,3\nŻółć;5,38;43,3\n".encode("cp1250"))
    assert layer.rows["nom"].tolist() == ["Łódź", "Żółć"]
    assert any("peu courant" in doubt for doubt in guess.doubts)
