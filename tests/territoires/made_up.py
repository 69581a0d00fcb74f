"""Two territories that do not exist, written as folders of data: every name, figure and place in them is invented.

`RHONE` has municipal arrondissements, two networks of shared bikes and projects; `PETIT` is small, and has neither bikes
nor projects, lines, railway stations, sports facilities or social facilities.
"""

import csv
import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from shapely.geometry import LineString, Point, box, mapping

#: Sources of the catalogue to title and extract.
FILES = {
    "qpv": ("Contours des QPV (fictifs)", "qpv/qpv.geojson"),
    "indicateurs": ("Indicateurs des QPV (fictifs)", "qpv/indicateurs.csv"),
    "communes": ("Communes (fictives)", "qpv/communes.geojson"),
    "arrondissements": ("Arrondissements (fictifs)", "qpv/arrondissements.geojson"),
    "velos": ("Stations de vélos (fictives)", "transport/velos_stations.csv"),
    "lignes": ("Lignes (fictives)", "transport/lignes.geojson"),
    "sncf": ("Gares (fictives)", "transport/gares.csv"),
    "friches": ("Friches (fictives)", "equipements/friches.csv"),
    "sports": ("Équipements sportifs (fictifs)", "equipements/sports.csv"),
    "social": ("Équipements sociaux (fictifs)", "equipements/equipements_sociaux.csv"),
    "projets": ("Projets (fictifs)", "agenda"),
}
INDICATORS = [
    "code_qp",
    "population",
    "indice_jeunesse",
    "part_etrangers_pct",
    "part_immigres_pct",
    "part_menages_1_pers_pct",
    "part_menages_2_pers_pct",
    "part_menages_3_pers_pct",
    "part_menages_4_5_pers_pct",
    "part_menages_6_pers_plus_pct",
    "menages",
    "logements_sociaux",
    "taux_emploi_pct",
    "taux_pauvrete_60_pct",
    "personnes_couvertes_caf",
    "allocataires_caf",
    "foyers_rsa",
]


@dataclass(frozen=True)
class MadeUp:
    """What a made-up territory has; distances in metres from its south-west corner, in Lambert-93."""

    name: str
    corner: tuple[float, float]
    departement: str
    toml: str
    communes: dict[str, str]
    quarters: dict[str, tuple[str, ...]]
    sources: tuple[str, ...]
    arrondissements: tuple[str, ...] = ()
    bikes: tuple[str, ...] = ()
    #: Side of a commune.
    side: float = 4000.0
    seed: int = 7


RHONE = MadeUp(
    name="rhone",
    corner=(838_000.0, 6_514_000.0),
    departement="69",
    toml="""
nom = "Communauté fictive des Deux Fleuves"
contrat = "contrat de ville fictif 2031-2036"
epci = ["999000691"]

[vue]
lon = 4.85
lat = 45.75
zoom = 11

[projets]
dossier = "agenda"
document = "agenda fictif"

[[velos]]
nom = "Vélofictif"
gbfs = "https://gbfs.exemple.invalid/velofictif"
communes = ["69123"]

[[velos]]
nom = "Cyclofictif"
gbfs = "https://gbfs.exemple.invalid/cyclofictif"
communes = ["69901"]
""",
    communes={"69123": "Grandfleuve", "69901": "Bourg-Fictif", "69902": "Montfictif"},
    quarters={
        "QN06901Z": ("69123",),
        "QN06902Z": ("69123",),
        "QN06903Z": ("69901",),
        "QN06904Z": ("69902",),
    },
    sources=tuple(FILES),
    arrondissements=tuple(str(code) for code in range(69381, 69390)),
    bikes=("69123", "69901"),
)
PETIT = MadeUp(
    name="petit",
    corner=(170_000.0, 6_840_000.0),
    departement="29",
    toml="""
nom = "Pays fictif du Menhir"
contrat = "contrat de ville fictif 2031"
epci = ["999000291"]

[vue]
lon = -4.1
lat = 48.4
zoom = 11
""",
    communes={"29901": "Port-Fictif", "29902": "Menhir-Fictif"},
    quarters={"QN02901Z": ("29901",), "QN02902Z": ("29901",)},
    sources=("qpv", "indicateurs", "communes", "friches"),
)
EVERY = {place.name: place for place in (RHONE, PETIT)}


def write(place, folder):
    """Write a territory as the folder of data that `ATLAS_DONNEES` may name."""
    folder.mkdir(parents=True)
    chance = np.random.default_rng(place.seed)
    towns = {
        code: box(
            place.corner[0] + rank * place.side,
            place.corner[1],
            place.corner[0] + (rank + 1) * place.side,
            place.corner[1] + place.side,
        )
        for rank, code in enumerate(place.communes)
    }
    zones = {
        code: _square(towns[codes[0]], rank, place.side)
        for rank, (code, codes) in enumerate(place.quarters.items())
    }
    _toml(place, folder)
    (folder / "qualite.csv").write_text("source_id,ligne,identifiant,faute,valeur,suite\n", encoding="utf-8")
    _shapes(
        folder / FILES["communes"][1],
        [
            ({"code_insee": code, "nom": place.communes[code], "population": 20_000}, outline)
            for code, outline in towns.items()
        ],
    )
    _shapes(
        folder / FILES["qpv"][1],
        [
            (
                {
                    "code_qp": code,
                    "lib_qp": f"Quartier fictif {rank}",
                    "communes": "|".join(place.quarters[code]),
                    "lib_communes": ", ".join(place.communes[town] for town in place.quarters[code]),
                },
                outline,
            )
            for rank, (code, outline) in enumerate(zones.items(), start=1)
        ],
    )
    figures = [
        dict.fromkeys(INDICATORS, "")
        | {"code_qp": code, "population": 1000 * rank, "menages": 400, "taux_pauvrete_60_pct": 40}
        for rank, code in enumerate(zones, start=1)
    ]
    _table(folder / FILES["indicateurs"][1], figures)
    makers = {
        "arrondissements": _parts,
        "velos": _bikes,
        "lignes": _lines,
        "sncf": _railway,
        "friches": _brownfields,
        "sports": _sports,
        "social": _social,
        "projets": _projects,
    }
    for source_id, make in makers.items():
        if source_id in place.sources:
            make(place, folder, towns, chance)
    _catalogue(place, folder)


def _square(town, rank, side):
    """Put a QPV of 400 m inside a commune, each at another place."""
    west, south, _, _ = town.bounds
    x, y = west + 600 + 900 * (rank % 3), south + 600 + side / 8 * rank
    return box(x, y, x + 400, y + 400)


def _toml(place, folder):
    towns = "".join(
        f'\n[[communes]]\ncode = "{code}"\nnom = "{name}"\nstatut = "'
        + ("avec QPV" if any(code in codes for codes in place.quarters.values()) else "territoire à enjeux")
        + '"\n'
        for code, name in place.communes.items()
    )
    (folder / "territoire.toml").write_text(place.toml + towns, encoding="utf-8")


def _catalogue(place, folder):
    partial = {"velos": place.bikes, "arrondissements": place.bikes[:1], "lignes": place.bikes[:1]}
    rows = []
    for source_id in place.sources:
        title, path = FILES[source_id]
        count = _count(folder / path)
        rows.append(
            {
                "source_id": source_id, "titre": title, "producteur": "Producteur fictif",
                "millesime": "millésime fictif 2031", "date": "2026-01-01", "licence": "Licence Ouverte 2.0",
                "attribution": "Source : producteur fictif", "adresse": "https://exemple.invalid", "fichier": path,
                "lignes_lues": count, "lignes_gardees": count, "lignes_ecartees": 0, "limites": "Données inventées.",
                "communes": "|".join(partial.get(source_id) or place.communes), "empreinte": "", "telecharge_le": "",
            }
        )  # fmt: skip
    _table(folder / "sources.csv", rows)


def _count(path):
    """Count the rows of a file, or of the projects of a folder."""
    if path.is_dir():
        path /= "projets.csv"
    if path.suffix == ".geojson":
        return len(json.loads(path.read_text(encoding="utf-8"))["features"])
    with path.open(encoding="utf-8", newline="") as stream:
        return len(list(csv.DictReader(stream)))


def _shapes(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    degrees = gpd.GeoSeries([outline for _, outline in rows], crs=2154).to_crs(4326)
    features = [
        {"type": "Feature", "properties": properties, "geometry": mapping(outline)}
        for (properties, _), outline in zip(rows, degrees, strict=True)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _table(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _points(rows, places):
    degrees = gpd.GeoSeries(places, crs=2154).to_crs(4326)
    return [
        row | {"lon": round(at.x, 6), "lat": round(at.y, 6)} for row, at in zip(rows, degrees, strict=True)
    ]


def _within(outline, chance):
    west, south, east, north = outline.bounds
    return Point(chance.uniform(west + 100, east - 100), chance.uniform(south + 100, north - 100))


def _parts(place, folder, towns, _chance):
    west, south, _, _ = towns[place.bikes[0]].bounds
    third = place.side / 3
    rows = [
        (
            {"code_insee": code, "nom": f"Grandfleuve {rank + 1}e", "population": 2000},
            box(
                west + third * (rank % 3),
                south + third * (rank // 3),
                west + third * (rank % 3 + 1),
                south + third * (rank // 3 + 1),
            ),
        )
        for rank, code in enumerate(place.arrondissements)
    ]
    _shapes(folder / FILES["arrondissements"][1], rows)


def _bikes(place, folder, towns, chance):
    rows, places = [], []
    for code in place.bikes:
        for rank in range(6):
            rows.append(
                {
                    "station_id": f"{code}-{rank}",
                    "name": f"Station fictive {rank}",
                    "capacity": 12,
                    "is_virtual_station": "false",
                }
            )
            places.append(_within(towns[code], chance))
    _table(folder / FILES["velos"][1], _points(rows, places))


def _lines(place, folder, towns, _chance):
    west, south, east, north = towns[place.bikes[0]].bounds
    names = {
        "route_id": "F1",
        "route_short_name": "F1",
        "route_long_name": "Ligne fictive",
        "mode": "tram",
        "color": "#000000",
    }
    _shapes(
        folder / FILES["lignes"][1], [(names, LineString([(west + 50, south + 50), (east - 50, north - 50)]))]
    )


def _railway(_place, folder, towns, chance):
    rows = [
        {"uic": f"8799{rank:04}", "name": f"Gare fictive {rank}", "voyageurs_2024": 1000} for rank in range(2)
    ]
    places = [_within(outline, chance) for outline in list(towns.values())[:2]]
    _table(folder / FILES["sncf"][1], _points(rows, places))


def _brownfields(_place, folder, towns, chance):
    columns = [
        "site_id",
        "site_nom",
        "site_type",
        "site_statut",
        "site_occupation",
        "site_actu_date",
        "activite_libelle",
        "bati_pollution",
        "sol_pollution_existe",
        "unite_fonciere_surface",
        "unite_fonciere_refcad",
        "urba_zone_type",
        "urba_zone_lib",
        "source_nom",
        "comm_insee",
    ]
    rows, places = [], []
    for code, outline in towns.items():
        for rank, status in enumerate(("friche sans projet", "friche potentielle")):
            rows.append(
                dict.fromkeys(columns, "inconnu")
                | {
                    "site_id": f"{code}_{rank}", "site_nom": f"Friche fictive {rank}", "site_statut": status,
                    "site_actu_date": "2031-01-01", "unite_fonciere_surface": 1500, "unite_fonciere_refcad": f"{code}A{rank}",
                    "urba_zone_type": "U", "comm_insee": code,
                }
            )  # fmt: skip
            places.append(_within(outline, chance))
    _table(folder / FILES["friches"][1], _points(rows, places))


def _sports(_place, folder, towns, chance):
    rows, places = [], []
    for code, outline in towns.items():
        for rank, kind in enumerate(("Court de tennis", "Terrain de football", "Salle de cours collectifs")):
            rows.append(
                {
                    "equip_id": f"F-{code}-{rank}",
                    "equip_type_name": kind,
                    "vintage": "2031",
                    "comm_insee": code,
                }
            )
            places.append(_within(outline, chance))
    _table(folder / FILES["sports"][1], _points(rows, places))


def _social(_place, folder, towns, chance):
    rows = [
        {"id_equip": f"S{code}", "nom": "Maison fictive", "categorie": "Maison de quartier", "adresse": "1 rue fictive", "code_postal": code}
        for code in towns
    ]  # fmt: skip
    _table(
        folder / FILES["social"][1], _points(rows, [_within(outline, chance) for outline in towns.values()])
    )


def _projects(place, folder, _towns, _chance):
    agenda = folder / "agenda"
    _table(
        agenda / "orientations.csv",
        [
            {
                "id_orientation": "vivre",
                "ordre": 1,
                "titre_court": "Vivre",
                "libelle": "Vivre ici",
                "ligne": 1,
            }
        ],
    )
    _table(
        agenda / "registres.csv",
        [
            {"registre": "Essai", "ordre": 1, "ecritures": "Essai"},
            {"registre": "non précisé", "ordre": 2, "ecritures": "non précisé"},
        ],
    )
    _table(
        agenda / "partenaires.csv",
        [
            {"id_partenaire": "communes", "nom_court": "Communes", "sigle": "sans sigle", "nom_complet": "Communes du contrat",
             "type": "Collectivité", "ecritures": "Communes", "note": "sans objet"}
        ],
    )  # fmt: skip
    _table(agenda / "sigles.csv", [{"sigle": "FIC", "developpe": "Fiction", "origine": "usage courant"}])
    _table(
        agenda / "gouvernance.csv",
        [
            {"id_travail": "comite", "ordre": 1, "titre": "Comité fictif", "chefs_de_file": "communes=Communes",
             "partenaires": "communes=Communes", "ligne": 3}
        ],
    )  # fmt: skip
    _table(
        agenda / "boite_a_outils.csv",
        [
            {"id_outil": "outil-1", "id_famille": "famille", "famille_ordre": 1, "famille": "Famille fictive",
             "famille_ligne": 4, "ordre": 1, "outil": "Outil fictif", "ligne": 5}
        ],
    )  # fmt: skip
    common = {
        "orientations": "vivre", "registre": "Essai", "resume": "Projet inventé.", "partenaires": "communes=Communes",
        "indicateurs": "Nombre d'essais", "perimetre_origine": "fiche", "perimetre_ligne": 2, "perimetre_texte": "texte fictif",
        "perimetre_note": "sans objet", "a_confirmer": "non", "accents": "non précisé", "accent_ligne": "non précisé",
        "couche_motif": "Motif fictif.", "provenance": "fiche", "titre_tableau": "absent des tableaux",
        "partenaires_tableau": "absent des tableaux", "ligne_tableau": "absent des tableaux", "remarque": "sans remarque",
    }  # fmt: skip
    epci = place.toml.split('epci = ["')[1][:9]
    projects = [
        {"id_projet": "stations", "titre": "Stations fictives", "perimetre": "communes", "perimetre_codes": "69123", "couche": "velos"},
        {"id_projet": "terrains", "titre": "Terrains fictifs", "perimetre": "métropole", "perimetre_codes": epci, "couche": "sports"},
        {"id_projet": "parts", "titre": "Parts fictives", "perimetre": "arrondissements", "perimetre_codes": "69381|69382", "couche": "friches"},
    ]  # fmt: skip
    order = [
        "id_projet",
        "ordre",
        "titre",
        "orientations",
        "registre",
        "resume",
        "partenaires",
        "indicateurs",
        "perimetre",
        "perimetre_codes",
        "perimetre_origine",
        "perimetre_ligne",
        "perimetre_texte",
        "perimetre_note",
        "a_confirmer",
        "accents",
        "accent_ligne",
        "couche",
        "couche_motif",
        "provenance",
        "lignes",
        "titre_tableau",
        "partenaires_tableau",
        "ligne_tableau",
        "remarque",
    ]
    rows = [
        common | project | {"ordre": rank, "lignes": 10 + rank}
        for rank, project in enumerate(projects, start=1)
    ]
    _table(agenda / "projets.csv", [{name: row[name] for name in order} for row in rows])
