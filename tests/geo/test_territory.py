"""Projects and communes: cells worked out by hand on squares, then the two local projects on the real territory."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import loaders.arrondissements
import loaders.communes
import loaders.projects
import loaders.qpv
from errors import ArgumentError, CrsError
from geo import territory
from geo.territory import project_perimeter, projects_by_commune, projects_of_qpv, qpv_of_project

X, Y = 890_000, 6_240_000


def square(x_m, y_m, width_m, height_m=1000):
    return box(X + x_m, Y + y_m, X + x_m + width_m, Y + y_m + height_m)


def frame(rows, name):
    """Make a layer from (id, outline) pairs."""
    ids, outlines = zip(*rows, strict=True)
    return gpd.GeoDataFrame(geometry=list(outlines), index=pd.Index(ids, name=name), crs="EPSG:2154")


@pytest.fixture
def communes():
    """Three communes side by side, each 2 km wide and 1 km high."""
    rows = [("13001", square(2000, 0, 2000)), ("13041", square(4000, 0, 2000)), ("13055", square(0, 0, 2000))]
    return frame(rows, "code_insee")


@pytest.fixture
def arrondissements():
    """The two halves of 13055."""
    return frame([("13213", square(0, 0, 1000)), ("13214", square(1000, 0, 1000))], "code_insee")


@pytest.fixture
def qpv():
    """One QPV wholly in 13213, one for 60 % of it, one for half, one for 40 %, one in 13001."""
    rows = [
        ("QN00001M", square(100, 0, 100, 100)),
        ("QN00002M", square(940, 0, 100, 100)),
        ("QN00003I", square(950, 200, 100, 100)),
        ("QN00004M", square(960, 400, 100, 100)),
        ("QN00005M", square(2500, 0, 100, 100)),
    ]
    spanned = [["13055", "13070"], ["13055"], ["13055"], ["13055"], ["13001"]]
    return frame(rows, "code_qp").assign(communes=spanned)


def project(kind, *codes):
    return pd.Series({"perimetre": kind, "perimetre_codes": list(codes)}, name="projet")


def replaced(table, column, row, value):
    """Give a copy with one cell changed, which may become a list."""
    return table.assign(**{column: pd.Series({**table[column], row: value}, dtype=object)})


@pytest.fixture
def projects():
    rows = {
        "arrondissement": project("arrondissements", "13214"),
        "commune": project("communes", "13055"),
        "deux-communes": project("communes", "13001", "13055"),
        "deux-qpv": project("qpv", "QN00001M", "QN00005M"),
        "metropole": project("métropole", "200054807"),
        "qpv-a-cheval": project("qpv", "QN00001M"),
        "sans-qpv": project("communes", "13041"),
    }
    table = pd.DataFrame(rows).T
    table.index.name = "id_projet"
    return table


def test_matrix_on_squares(projects, communes, qpv):
    matrix = projects_by_commune(projects, communes, qpv)
    here, away, all_over, none = "localisé", "non concerné", "métropolitain", "sans objet"
    expected = pd.DataFrame(
        {
            "13001": [away, away, here, here, all_over, away, away],
            "13041": [none, none, none, none, none, none, here],
            "13055": [here, here, here, here, all_over, here, away],
        },
        index=projects.index,
        dtype="str",
    ).rename_axis(columns="code_insee")
    pd.testing.assert_frame_equal(matrix, expected)


def test_matrix_leaves_its_inputs_alone(projects, communes, qpv):
    before = projects.copy(deep=True), communes.copy(), qpv.copy(deep=True)
    projects_by_commune(projects, communes, qpv)
    pd.testing.assert_frame_equal(projects, before[0])
    pd.testing.assert_frame_equal(communes, before[1])
    pd.testing.assert_frame_equal(qpv, before[2])


def test_matrix_keeps_the_order_given(projects, communes, qpv):
    matrix = projects_by_commune(projects.iloc[::-1], communes.iloc[::-1], qpv)
    assert list(matrix.index) == list(projects.index[::-1])
    assert list(matrix.columns) == ["13055", "13041", "13001"]
    assert matrix.loc["sans-qpv", "13041"] == "localisé"


def test_no_project_gives_an_empty_matrix(projects, communes, qpv):
    matrix = projects_by_commune(projects.iloc[:0], communes, qpv)
    assert matrix.shape == (0, 3)
    assert list(matrix.columns) == ["13001", "13041", "13055"]


@pytest.mark.parametrize(
    ("kind", "codes", "fault"),
    [
        ("région", ["93"], "périmètre « région » inconnu"),
        ("communes", [], "sans liste de codes"),
        ("communes", "13055", "sans liste de codes"),
        ("communes", ["13070"], "code inconnu (commune du contrat) : 13070"),
        ("communes", ["13213"], "arrondissements dans un périmètre de communes : 13213"),
        ("arrondissements", ["13217"], "code inconnu (arrondissement municipal) : 13217"),
        ("qpv", ["QN00009M"], "code inconnu (QPV) : QN00009M"),
    ],
)
def test_a_perimeter_that_cannot_be_placed_is_refused(projects, communes, qpv, kind, codes, fault):
    projects = replaced(projects, "perimetre", "commune", kind)
    projects = replaced(projects, "perimetre_codes", "commune", codes)
    with pytest.raises(ArgumentError, match="commune : ") as caught:
        projects_by_commune(projects, communes, qpv)
    assert fault in str(caught.value)


def test_every_project_at_fault_is_named(projects, communes, qpv):
    projects = replaced(projects, "perimetre", "commune", "région")
    projects = replaced(projects, "perimetre_codes", "qpv-a-cheval", ["QN00009M"])
    with pytest.raises(ArgumentError) as caught:
        projects_by_commune(projects, communes, qpv)
    assert "commune : " in str(caught.value)
    assert "qpv-a-cheval : " in str(caught.value)


def test_a_qpv_outside_the_contrat_is_refused(projects, communes, qpv):
    qpv = replaced(qpv, "communes", "QN00005M", ["13070"])
    with pytest.raises(ArgumentError, match="aucune commune du contrat"):
        projects_by_commune(projects.loc[["deux-qpv"]].assign(perimetre_codes=[["QN00005M"]]), communes, qpv)


@pytest.mark.parametrize(("name", "column"), [("projects", "perimetre_codes"), ("qpv", "communes")])
def test_a_missing_column_is_named(projects, communes, qpv, name, column):
    frames = {"projects": projects, "qpv": qpv}
    frames[name] = frames[name].drop(columns=column)
    with pytest.raises(ArgumentError, match=column):
        projects_by_commune(frames["projects"], communes, frames["qpv"])


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        (project("métropole", "200054807"), ["1", "2", "3", "4", "5"]),
        (project("communes", "13055"), ["1", "2", "3", "4"]),
        (project("communes", "13001", "13055"), ["1", "2", "3", "4", "5"]),
        (project("communes", "13041"), []),
        # Half is not more than half: the third QPV is in neither arrondissement alone, and in both together.
        (project("arrondissements", "13213"), ["1", "2"]),
        (project("arrondissements", "13214"), ["4"]),
        (project("arrondissements", "13213", "13214"), ["1", "2", "3", "4"]),
        (project("qpv", "QN00005M", "QN00001M"), ["1", "5"]),
    ],
)
def test_qpv_reached_on_squares(qpv, arrondissements, asked, reached):
    found = qpv_of_project(asked, qpv, arrondissements)
    assert [code[6:7] for code in found] == reached
    assert found.name == "code_qp"


@pytest.mark.parametrize(
    ("asked", "area_m2"),
    [
        (project("métropole", "200054807"), 6_000_000),
        (project("communes", "13055"), 2_000_000),
        (project("communes", "13041", "13055"), 4_000_000),
        (project("arrondissements", "13214"), 1_000_000),
        (project("qpv", "QN00001M", "QN00005M"), 20_000),
    ],
)
def test_perimeter_drawn_on_squares(communes, qpv, arrondissements, asked, area_m2):
    outline = project_perimeter(asked, communes, qpv, arrondissements)
    assert list(outline.index) == ["projet"]
    assert outline.crs == "EPSG:2154"
    assert outline.iloc[0].is_valid
    assert outline.area.iloc[0] == pytest.approx(area_m2)


def test_situations_of_one_qpv_on_squares(qpv, arrondissements):
    asked = pd.DataFrame(
        [
            project("métropole"),
            project("communes", "13055"),
            project("communes", "13001"),
            project("arrondissements", "13213"),
            project("qpv", "QN00002M", "QN00005M"),
        ],
        index=list("abcde"),
    )
    # 60 % of QN00002M lies in 13213, 40 % of QN00004M.
    assert projects_of_qpv(asked, "QN00002M", qpv, arrondissements).to_dict() == {
        "a": "métropolitain",
        "b": "localisé",
        "c": "non concerné",
        "d": "localisé",
        "e": "localisé",
    }
    other = projects_of_qpv(asked, "QN00004M", qpv, arrondissements)
    assert other[["d", "e"]].tolist() == ["non concerné"] * 2
    with pytest.raises(ArgumentError, match="QN99999M"):
        projects_of_qpv(asked, "QN99999M", qpv, arrondissements)


def test_a_perimeter_is_where_its_parts_are(communes, qpv, arrondissements):
    outline = project_perimeter(project("arrondissements", "13214"), communes, qpv, arrondissements)
    assert outline.iloc[0].equals(square(1000, 0, 1000))


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (project("région", "93"), "inconnu"),
        (project("arrondissements"), "sans liste"),
        (project("arrondissements", "13216"), "13216"),
        (project("qpv", "QN00009M"), "QN00009M"),
        (project("communes", "13213"), "13213"),
    ],
)
def test_geometry_refuses_a_perimeter_that_it_cannot_place(communes, qpv, arrondissements, asked, fault):
    with pytest.raises(ArgumentError, match=fault):
        qpv_of_project(asked, qpv, arrondissements)
    with pytest.raises(ArgumentError, match=fault):
        project_perimeter(asked, communes, qpv, arrondissements)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda layer: layer.set_crs(None, allow_override=True),
        lambda layer: layer.to_crs("EPSG:4326"),
        lambda layer: layer.to_crs("EPSG:4326").set_crs("EPSG:2154", allow_override=True),
        lambda layer: layer.to_crs("EPSG:3857"),
    ],
)
@pytest.mark.parametrize("name", ["communes", "qpv", "arrondissements"])
def test_only_lambert_93_is_taken(communes, qpv, arrondissements, name, spoil):
    layers = {"communes": communes, "qpv": qpv, "arrondissements": arrondissements}
    layers[name] = spoil(layers[name])
    asked = project("communes", "13055")
    with pytest.raises(CrsError):
        project_perimeter(asked, layers["communes"], layers["qpv"], layers["arrondissements"])
    if name != "communes":
        with pytest.raises(CrsError):
            qpv_of_project(asked, layers["qpv"], layers["arrondissements"])


# --- the real territory


@pytest.fixture(scope="module")
def real():
    return {
        "projects": loaders.projects.load(),
        "communes": loaders.communes.load(),
        "qpv": loaders.qpv.load(),
        "arrondissements": loaders.arrondissements.load(),
    }


@pytest.fixture(scope="module")
def matrix(real):
    return projects_by_commune(real["projects"], real["communes"], real["qpv"])


WITHOUT_QPV = ["13028", "13041"]  # La Ciotat and Gardanne


@pytest.mark.parametrize("id_projet", ["velos-electriques", "paej"])
def test_the_two_local_projects_concern_marseille_alone(matrix, id_projet):
    row = matrix.loc[id_projet]
    assert row["13055"] == "localisé"
    assert list(row.index[row == "sans objet"]) == WITHOUT_QPV
    assert set(row.drop(["13055", *WITHOUT_QPV])) == {"non concerné"}


def test_the_32_others_cover_the_14_communes_with_qpv(matrix):
    others = matrix.drop(index=["velos-electriques", "paej"])
    assert others.shape == (32, 16)
    assert (others[WITHOUT_QPV] == "sans objet").all(axis=None)
    assert (others.drop(columns=WITHOUT_QPV) == "métropolitain").all(axis=None)


def test_bikes_reach_the_41_qpv_of_marseille(real):
    found = qpv_of_project(real["projects"].loc["velos-electriques"], real["qpv"], real["arrondissements"])
    assert len(found) == 41
    assert "QN01341I" in found  # shared with La Penne-sur-Huveaune


def test_paej_reaches_26_qpv_by_three_readings(real):
    asked = real["projects"].loc["paej"]
    qpv, arrondissements = real["qpv"], real["arrondissements"]
    found = set(qpv_of_project(asked, qpv, arrondissements))
    assert len(found) == 26
    # By a point inside each QPV.
    north = arrondissements.loc[["13213", "13214", "13215", "13216"]]
    points = qpv.representative_point()
    assert found == {
        code for code, point in points.items() if any(outline.contains(point) for outline in north.geometry)
    }
    # By the arrondissement that holds the largest part.
    largest = {
        code: max(
            arrondissements.index, key=lambda name: outline.intersection(arrondissements.geometry[name]).area
        )
        for code, outline in qpv.geometry[qpv["communes"].map(lambda codes: "13055" in codes)].items()
    }
    assert found == {code for code, name in largest.items() if name in north.index}
    assert "QN01346M" in found  # Le Petit Séminaire, 56 % in the 13th
    assert "QN01332M" not in found  # Centre Ville 3e, 6 % in the 14th and 15th


def test_a_project_of_the_whole_contrat_reaches_every_qpv(real):
    asked = real["projects"].loc["entrepreneurs"]
    assert list(qpv_of_project(asked, real["qpv"], real["arrondissements"])) == list(real["qpv"].index)


def test_real_perimeters(real):
    layers = real["communes"], real["qpv"], real["arrondissements"]
    bikes = project_perimeter(real["projects"].loc["velos-electriques"], *layers)
    assert bikes.iloc[0].equals(real["communes"].geometry["13055"])
    paej = project_perimeter(real["projects"].loc["paej"], *layers)
    north = real["arrondissements"].loc[["13213", "13214", "13215", "13216"]]
    assert paej.area.iloc[0] == pytest.approx(north.area.sum(), rel=1e-6)
    assert list(paej.index) == ["paej"]
    whole = project_perimeter(real["projects"].loc["entrepreneurs"], *layers)
    assert whole.area.iloc[0] == pytest.approx(real["communes"].area.sum(), rel=1e-6)


def test_loader_and_geometry_speak_of_the_same_perimeters():
    assert set(loaders.projects.PERIMETERS) == {
        territory.METROPOLE,
        territory.COMMUNES,
        territory.ARRONDISSEMENTS,
        territory.QPV,
    }
