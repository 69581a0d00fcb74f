"""Where the producers publish what the atlas fetches, for a territory."""

from typing import Final
from urllib.parse import quote

from loaders.territory import BikeNetwork, Territory

QPV_ADDRESS: Final = "https://www.data.gouv.fr/api/1/datasets/r/942d4ee8-8142-4556-8ea1-335537ce1119"
#: The national file rather than the API: one address that lasts, in the layout of the standard, with a date; the API
#: is served by a test machine, ten communes and one page at a time.
FRICHES_ADDRESS: Final = "https://www.data.gouv.fr/api/1/datasets/r/74feb3ed-5f9f-4ef8-8fab-b0128d569a99"
_GEO_API: Final = "https://geo.api.gouv.fr/communes"
_GEO_FIELDS: Final = "fields=code,nom,population&format=geojson&geometry=contour"
#: Never `data-es-equipement`, which holds the names, mails and telephones of who declared.
_SPORTS_API: Final = "https://equipements.sports.gouv.fr/api/explore/v2.1/catalog/datasets/data-es"
_SPORTS_FIELDS: Final = (
    "inst_numero,inst_nom,inst_adresse,inst_cp,new_code,new_name,equip_numero,equip_nom,equip_type_name,"
    "equip_type_famille,equip_coordonnees,equip_nature,equip_acc_libre,equip_service_date,equip_travaux_date,"
    "equip_prop_type,equip_gest_type,aps_name"
)
_EDUCATION_API: Final = (
    "https://data.education.gouv.fr/api/explore/v2.1/catalog/datasets/fr-en-annuaire-education"
)
_EDUCATION_FIELDS: Final = (
    "identifiant_de_l_etablissement,nom_etablissement,type_etablissement,statut_public_prive,code_commune,"
    "libelle_nature,appartenance_education_prioritaire,latitude,longitude,etat"
)


def epci_address(siren: str) -> str:
    """Give the address of the communes of an EPCI."""
    return f"{_GEO_API}?codeEpci={siren}&{_GEO_FIELDS}"


def parts_address(code: str) -> str:
    """Give the address of the arrondissements of a commune."""
    return f"{_GEO_API}?type=arrondissement-municipal&codeParent={code}&{_GEO_FIELDS}"


def stations_address(network: BikeNetwork) -> str:
    """Give the address of the stations of a network."""
    return f"{network.gbfs}/station_information.json"


def sports_address(territory: Territory) -> str:
    """Give the address of the sports facilities of a territory."""
    return f"{_SPORTS_API}/exports/geojson?limit=-1&select={_SPORTS_FIELDS}&where={_where('new_code', territory)}"


def commune_address(code: str) -> str:
    """Give the address of one commune."""
    return f"{_GEO_API}?code={code}&{_GEO_FIELDS}"


def sports_count_address(territory: Territory) -> str:
    """Give the address that counts the sports facilities of a territory."""
    return f"{_SPORTS_API}/records?limit=0&where={_where('new_code', territory)}"


def colleges_address(territory: Territory) -> str:
    """Give the address of the establishments of education of a territory."""
    return (
        f"{_EDUCATION_API}/exports/csv?delimiter=%3B&select={_EDUCATION_FIELDS}"
        f"&where={_where('code_commune', territory)}"
    )


def colleges_count_address(territory: Territory) -> str:
    """Give the address that counts the establishments of education of a territory."""
    return f"{_EDUCATION_API}/records?limit=0&where={_where('code_commune', territory)}"


def _where(field: str, territory: Territory) -> str:
    parts = [code for codes in territory.arrondissements.values() for code in codes]
    codes = ",".join(f'"{code}"' for code in [*territory.communes.index, *parts])
    return quote(f"{field} in ({codes})", safe="(),")
