"""The producers' services, played from the embedded extracts: each answer in the shape that its service gives."""

import csv
import io
import json
import zipfile
from functools import cache
from urllib.parse import unquote, urlsplit

import pandas as pd

from loaders import paths

DATA = paths.ROOT / "data"
MOMENT = 1_795_500_000  # 24 November 2026
#: Beside the territory's: what a national file holds and the atlas leaves.
FOREIGN_QPV = {"code_qp": "QN06901M", "lib_qp": "Ailleurs", "insee_com": "69123", "lib_com": "Lyon"}
SOURCES = ("communes", "arrondissements", "qpv", "velos", "friches", "sports", "colleges")
#: Those whose live files say more than the embedded ones.
RICHER = ("sports", "colleges")
#: As many as show what is to be shown, and more than half of the embedded ones.
FACILITIES = 1300
#: Part of the path that names a source.
PATHS = {
    "/communes?type=": "arrondissements",
    "/communes?": "communes",
    "942d4ee8": "qpv",
    "station_information": "velos",
    "74feb3ed": "friches",
    "/data-es/exports/json?": "sports",
    "/data-es/records": "compte",
    "/fr-en-annuaire-education/exports/json?": "colleges",
    "/fr-en-annuaire-education/records": "compte des collèges",
}


def source_of(path):
    return next(source for part, source in PATHS.items() if part in path)


def features(name):
    return json.loads((DATA / "qpv" / f"{name}.geojson").read_text(encoding="utf-8"))["features"]


def rows(name):
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False)


def collection(found):
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def territories(name):
    return collection(
        [
            {
                "type": "Feature",
                "properties": {
                    "code": feature["properties"]["code_insee"],
                    "nom": feature["properties"]["nom"],
                    "population": int(feature["properties"]["population"]),
                },
                "geometry": feature["geometry"],
            }
            for feature in features(name)
        ]
    )


def qpv_features():
    found = [
        {
            "type": "Feature",
            "properties": {
                "code_qp": feature["properties"]["code_qp"],
                "lib_qp": feature["properties"]["lib_qp"],
                "insee_com": feature["properties"]["communes"].replace("|", ", "),
                "lib_com": feature["properties"]["lib_communes"],
                "siren_epci": "200054807",
            },
            "geometry": feature["geometry"],
        }
        for feature in features("qpv")
    ]
    return [
        *found,
        {**found[0], "properties": FOREIGN_QPV | {"siren_epci": "200046977"}},
    ]


def zipped(body, name="GEOJSON/QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("GEOJSON/QP2024_France_Hexagonale_LB93.geojson", b"{}")
        archive.writestr("__MACOSX/" + name.replace("QP2024", "._QP2024"), b"\x00\x05\x16\x07")
        archive.writestr(name, body)
    return stream.getvalue()


def stations():
    return [
        {
            "station_id": row["station_id"],
            "name": row["name"],
            "lat": float(row["lat"]),
            "lon": float(row["lon"]),
            **({"capacity": int(row["capacity"])} if row["capacity"] else {}),
            "is_virtual_station": row["is_virtual_station"] == "true",
        }
        for row in rows("transport/velos_stations.csv").to_dict("records")
    ]


def gbfs(found):
    return json.dumps(
        {"last_updated": MOMENT, "ttl": 60, "version": "2.2", "data": {"stations": found}}
    ).encode()


def sites():
    table = rows("equipements/friches.csv")
    table["geompoint"] = "POINT (" + table.pop("lon") + " " + table.pop("lat") + ")"
    table["unite_fonciere_refcad"] = "{" + table["unite_fonciere_refcad"].str.replace("|", ",") + "}"
    return table.replace("", "NA")


def standard(table):
    elsewhere = table.iloc[0].to_dict() | {"site_id": "69123_1", "comm_insee": "69123"}
    stream = io.StringIO()
    pd.concat([table, pd.DataFrame([elsewhere])]).to_csv(
        stream, sep=";", index=False, quoting=csv.QUOTE_ALL, lineterminator="\r\n"
    )
    return "\ufeff".encode() + stream.getvalue().encode()


def facilities():
    return [
        {
            "equip_numero": row["equip_id"],
            "equip_type_name": row["equip_type_name"],
            "new_code": row["comm_insee"],
            "equip_coordonnees": {"lon": float(row["lon"]), "lat": float(row["lat"])},
            "equip_nom": row["equip_type_name"],
            "inst_nom": "Stade",
            "inst_adresse": "1 rue",
            "inst_cp": "13000",
            "new_name": "Ville",
            "equip_acc_libre": "true",
            "equip_service_date": "1990",
            "equip_prop_type": "Commune",
            "equip_gest_type": "Commune",
        }
        for row in rows("equipements/sports.csv")[:FACILITIES].to_dict("records")
    ]


#: Four collèges, of which three count, and another establishment.
COLLEGES = """\
identifiant_de_l_etablissement;nom_etablissement;type_etablissement;statut_public_prive;code_commune;libelle_nature;\
appartenance_education_prioritaire;latitude;longitude;etat
9990001A;Collège fictif des Essais;Collège;Public;13203;COLLEGE;REP+;43.3125;5.3755;OUVERT
9990002B;Collège fictif du Modèle;Collège;Public;13215;COLLEGE;REP;43.3602;5.3561;OUVERT
9990003C;"Collège fictif ""Sainte-Épreuve""\";Collège;Public;13001;COLLEGE;REP;43.5263;5.4454;OUVERT
9990005E;Collège fictif hors réseau;Collège;Privé;13001;COLLEGE;;43.5263;5.4454;OUVERT
9990006F;École fictive;Ecole;Public;13055;ECOLE PRIMAIRE;REP;43.3602;5.3561;OUVERT
"""


def exported(records):
    """Write what an Explore service exports as JSON: a list of records."""
    return json.dumps(records, ensure_ascii=False).encode()


def establishments():
    """Give the rows of the annuaire: degrees are numbers there, and a blank is null."""
    return [
        {
            name: float(cell) if name in {"latitude", "longitude"} else cell or None
            for name, cell in row.items()
        }
        for row in csv.DictReader(io.StringIO(COLLEGES), delimiter=";")
    ]


def counted(total):
    return json.dumps({"total_count": total, "results": []}).encode()


@cache
def body(source):
    """What the service of a source answers when all is well."""
    make = {
        "communes": lambda: territories("communes"),
        "arrondissements": lambda: territories("arrondissements"),
        "qpv": lambda: zipped(collection(qpv_features())),
        "velos": lambda: gbfs(stations()),
        "friches": lambda: standard(sites()),
        "sports": lambda: exported(facilities()),
        "colleges": lambda: exported(establishments()),
        "compte": lambda: counted(FACILITIES),
        "compte des collèges": lambda: counted(len(establishments())),
    }
    return make[source]()


def answer(path):
    """Answer for a path and its query, as `played.service` asks."""
    return body(source_of(unquote(path)))


def codes_asked(request):
    """Codes of the communes in a question to an Explore service."""
    return [part for part in unquote(urlsplit(request.path).query).split('"') if part.isalnum()]
