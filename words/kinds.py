"""Kinds of values that columns hold, and the unit that each is shown in."""

from typing import Final, Literal, get_args

Kind = Literal["texte", "entier", "decimal", "part", "pourcentage", "distance_m", "surface_m2", "date"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NUMBERS: Final[frozenset[Kind]] = frozenset(KINDS) - {"texte", "date"}
UNITS: Final[dict[Kind, str]] = {"part": "%", "pourcentage": "%", "distance_m": "m", "surface_m2": "ha"}
