"""Things that hold together, directly or through others."""

import pandas as pd


def connected(references: pd.Series) -> pd.Series:
    """Group the things that share a reference, directly or through other things."""
    parent = {str(thing): str(thing) for thing in references.index}
    holder: dict[str, str] = {}

    def root(thing: str) -> str:
        while parent[thing] != thing:
            parent[thing] = parent[parent[thing]]
            thing = parent[thing]
        return thing

    for thing, named in references.items():
        for reference in named:
            a, b = root(str(thing)), root(holder.setdefault(reference, str(thing)))
            parent[max(a, b)] = min(a, b)
    return pd.Series([root(str(thing)) for thing in references.index], index=references.index, dtype="str")
