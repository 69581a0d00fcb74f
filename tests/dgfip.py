"""The DGFiP's file of the premises of legal persons, made up: its landlords and its street are invented."""

from loaders.brought.personnes_morales import COLUMNS

#: Level, SIREN and group of a local that a landlord holds on the ground floor.
OFFICE = ("00", "111222337", "5 - Office HLM")


def file(*rows):
    """Write one line per row: number in the street, level, SIREN, group."""
    lines = [";".join(COLUMNS)]
    for number, level, siren, group in rows:
        cells = dict.fromkeys(COLUMNS, "")
        cells |= {
            "Département": "13", "Code Commune": "203", "Nom de la commune": "MARSEILLE 3EME", "Section": "A",
            "N° plan": "12", "Bâtiment": "A", "Entrée": "01", "Niveau": level, "Porte": "01001", "N° voirie": number,
            "Nature voie": "RUE", "Nom voie": "DE L ESSAI", "N° SIREN": siren, "Groupe personne": group,
            "Dénomination": "BAILLEUR D ESSAI",
        }  # fmt: skip
        lines.append(";".join(cells.values()))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")
