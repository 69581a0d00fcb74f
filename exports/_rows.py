"""What the formats share: which columns are written, what they are called, how precise their cells are."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from errors import ArgumentError
from exports.context import Context
from facts.fields import Field, stated
from words.formats import Kind

PROVENANCE: Final = ("producteur", "millesime", "licence", "attribution", "filtres", "date_export")
#: What files say of each source.
ORIGIN: Final = (
    "titre", "producteur", "millesime", "licence", "attribution", "adresse", "communes", "limites",
)  # fmt: skip
DIGITS: Final[Mapping[Kind, int]] = {
    "part": 6,
    "pourcentage": 4,
    "decimal": 6,
    "distance_m": 1,
    "surface_m2": 1,
}
UNITS: Final[Mapping[Kind, str]] = {"part": "%", "pourcentage": "%", "distance_m": "m", "surface_m2": "m²"}
#: Formats whose columns have one type say beside the column why a cell has no value.
STATUS: Final = "_statut"


def written(frame: pd.DataFrame, fields: Sequence[Field] | None) -> list[Field]:
    """Choose the columns to write, the id first unless a field already gives it."""
    name = id_name(frame)
    if fields is None:
        kept = [str(column) for column, dtype in frame.dtypes.items() if str(dtype) != "geometry"]
        fields = [Field(column, column, _kind(frame[column])) for column in kept]
    if any(field.column == name for field in fields):
        return list(fields)
    return [id_field(name, fields), *fields]


def id_field(name: str, fields: Sequence[Field]) -> Field:
    """Describe the column of the official id, beside fields of which one may say whose id a row is about."""
    taken = any(field.title == "Identifiant" for field in fields)
    return Field(name, "Numéro de la ligne" if taken else "Identifiant", "texte")


def id_name(frame: pd.DataFrame) -> str:
    """Name the column of the official id."""
    return str(frame.index.name or "id")


def cells(frame: pd.DataFrame, fields: Sequence[Field], context: Context) -> pd.DataFrame:
    """State the rows as `facts.fields.stated` does, numbers rounded as every format writes them."""
    known = {source.source_id: source for source in context.sources}
    rows = stated(frame.rename_axis(id_name(frame)), fields, known)
    for field in fields:
        if field.kind in DIGITS:
            rows[field.column] = pd.Series(
                [rounded(value, field.kind) for value in rows[field.column]], index=rows.index, dtype=object
            )
    return rows


def rounded(value: Any, kind: Kind) -> Any:
    """Round a number as every format writes it; leave words as they are."""
    return round(value, DIGITS[kind]) if kind in DIGITS and isinstance(value, float) else value


def heading(field: Field) -> str:
    """Give a column its French title, with its unit."""
    unit = UNITS.get(field.kind)
    return f"{field.title} ({unit})" if unit else field.title


def refuse_twins(columns: Sequence[str]) -> None:
    """Refuse two columns of one name: one of them would be lost when the file is read."""
    twins = sorted({name for name in columns if columns.count(name) > 1})
    if twins:
        raise ArgumentError(f"Colonnes de même nom dans le fichier : {', '.join(twins)}")


def provenance(context: Context) -> dict[str, str]:
    """Give what each row of a CSV says of its origin, by column."""
    values = (
        context.producer, context.vintage, context.licence, context.attribution, context.filters,
        context.date.isoformat(),
    )  # fmt: skip
    return dict(zip(PROVENANCE, values, strict=True))


def origins(context: Context) -> list[dict[str, Any]]:
    """Describe each source, the first first; what the context says of them all where it names none."""
    if not context.sources:
        return [{name: value for name, value in provenance(context).items() if name in PROVENANCE[:4]}]
    return [
        {name: getattr(source, name) for name in ORIGIN} | {"communes": sorted(source.communes)}
        for source in context.sources
    ]


def french_date(day: dt.date) -> str:
    """Write a day as a French spreadsheet reads it."""
    # %Y drops the zeros of years before 1000 on some systems.
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _kind(column: pd.Series) -> Kind:
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.is_bool_dtype(column):
        return "texte"
    if pd.api.types.is_integer_dtype(column):
        return "entier"
    return "decimal" if pd.api.types.is_float_dtype(column) else "texte"
