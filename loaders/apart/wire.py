"""What passes between a process apart and the server: plain values, records and frames, as JSON and Arrow.

Nothing here is a pickle: whoever reads makes only the records that it names, and geometries travel as flat arrays of
coordinates, so that no reader of nested bytes runs on the server's side.
"""

import dataclasses
import datetime as dt
import json
import struct
from collections.abc import Callable, Iterable, Mapping
from functools import singledispatch
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

_LENGTH: Final = struct.Struct("<Q")
#: A value that JSON does not know stands in a list that begins with its kind.
_PLAIN: Final = (str, int, float, bool, type(None))
_GEOMETRIES: Final = 7


def dump(value: Any) -> bytes:
    """Write a value.

    Raises
    ------
    TypeError
        If it holds anything but plain values, tuples, lists, dicts, sets, dates, bytes, dataclasses, series and frames.
    """
    blobs: list[bytes] = []
    head = json.dumps(_told(value, blobs), ensure_ascii=True).encode()
    parts = [head, *blobs]
    return b"".join([_LENGTH.pack(len(parts)), *(_LENGTH.pack(len(part)) for part in parts), *parts])


def load(content: bytes | memoryview, records: Iterable[type]) -> Any:
    """Read a value.

    Parameters
    ----------
    records
        The dataclasses that it may hold.

    Raises
    ------
    ValueError
        If it is not what `dump` writes, or holds another record.
    """
    try:
        view = memoryview(content)
        (count,) = _LENGTH.unpack_from(view)
        lengths = [_LENGTH.unpack_from(view, _LENGTH.size * (rank + 1))[0] for rank in range(count)]
        parts, start = [], _LENGTH.size * (count + 1)
        for length in lengths:
            parts.append(view[start : start + length])
            start += length
        if start != len(view):
            raise ValueError(f"{len(view)} bytes, {start} stated")
        known = {record.__name__: record for record in records}
        return _Reader(parts[1:], known).made(json.loads(bytes(parts[0])))
    except (LookupError, TypeError, AttributeError, RecursionError, struct.error, pa.ArrowException) as error:
        raise ValueError(f"not a value: {error}") from error


@singledispatch
def _told(value: Any, blobs: list[bytes]) -> Any:
    """Tell a value as JSON, and what JSON does not hold as blobs."""
    if isinstance(value, _PLAIN):
        return value
    if not dataclasses.is_dataclass(value):
        raise TypeError(f"{type(value).__name__} does not travel")
    fields = {field.name: _told(getattr(value, field.name), blobs) for field in dataclasses.fields(value)}
    return ["record", type(value).__name__, fields]


@_told.register
def _(value: np.generic, blobs: list[bytes]) -> Any:
    return _told(value.item(), blobs)


@_told.register
def _(value: pd.Series, blobs: list[bytes]) -> Any:
    kind = "points" if isinstance(value, gpd.GeoSeries) else "series"
    return [kind, _framed(value.to_frame("v"), blobs), _told(value.name, blobs)]


@_told.register
def _(value: pd.DataFrame, blobs: list[bytes]) -> Any:
    return ["frame", _framed(value, blobs)]


@_told.register
def _(value: bytes, blobs: list[bytes]) -> Any:
    return ["bytes", _kept(value, blobs)]


@_told.register
def _(value: dt.date, _blobs: list[bytes]) -> Any:
    return ["datetime" if isinstance(value, dt.datetime) else "date", value.isoformat()]


@_told.register(tuple)
@_told.register(list)
@_told.register(set)
@_told.register(frozenset)
def _(value: Any, blobs: list[bytes]) -> Any:
    if hasattr(value, "_fields"):
        return ["named", type(value).__name__, [_told(item, blobs) for item in value]]
    kind = next(kind.__name__ for kind in (tuple, list, set, frozenset) if isinstance(value, kind))
    return [kind, [_told(item, blobs) for item in value]]


@_told.register(Mapping)
def _(value: Any, blobs: list[bytes]) -> Any:
    return ["dict", [[_told(key, blobs), _told(item, blobs)] for key, item in value.items()]]


def _kept(content: bytes, blobs: list[bytes]) -> int:
    blobs.append(content)
    return len(blobs) - 1


def _framed(frame: pd.DataFrame, blobs: list[bytes]) -> dict[str, Any]:
    """Write a frame: its other columns as Arrow, each column of geometries as flat arrays."""
    shapes = [name for name in frame if _holds_shapes(frame[name])]
    plain = pd.DataFrame(frame.drop(columns=shapes))
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(plain, preserve_index=True)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    active = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    return {
        "table": _kept(sink.getvalue().to_pybytes(), blobs),
        "columns": [str(name) for name in frame.columns],
        "geometries": {str(name): _flat(frame[name], blobs) for name in shapes},
        "active": active,
    }


def _holds_shapes(column: pd.Series) -> bool:
    return isinstance(column, gpd.GeoSeries) or (
        column.dtype == object
        and len(column) > 0
        and all(value is None or isinstance(value, shapely.Geometry) for value in column)
    )


def _flat(column: pd.Series, blobs: list[bytes]) -> dict[str, Any]:
    values = np.asarray(column, dtype=object)
    kinds, high = shapely.get_type_id(values), shapely.has_z(values)
    groups = []
    # Such arrays hold one kind each, all with an altitude or none.
    for kind, has_z in sorted(
        {pair for pair in zip(kinds.tolist(), high.tolist(), strict=True) if pair[0] >= 0}
    ):
        if kind == _GEOMETRIES:
            raise TypeError("a collection of geometries does not travel")
        rows = np.flatnonzero((kinds == kind) & (high == has_z))
        _, coordinates, offsets = shapely.to_ragged_array(values[rows], include_z=has_z)
        groups.append(
            [
                kind,
                coordinates.shape[1],
                _kept(np.ascontiguousarray(coordinates, dtype="<f8").tobytes(), blobs),
                [_kept(np.ascontiguousarray(offset, dtype="<i8").tobytes(), blobs) for offset in offsets],
                _kept(rows.astype("<i8").tobytes(), blobs),
            ]
        )
    crs = getattr(column, "crs", None)
    return {"geo": isinstance(column, gpd.GeoSeries), "crs": crs.to_wkt() if crs else None, "groups": groups}


class _Reader:
    """Makes values of what was told, out of the records that are known."""

    def __init__(self, blobs: list[memoryview], records: Mapping[str, type]) -> None:
        self.blobs, self.records = blobs, records

    def made(self, told: Any) -> Any:
        if isinstance(told, _PLAIN):
            return told
        kind, *rest = told
        return _MAKERS[kind](self, *rest)

    def several(self, kind: Callable[[Iterable[Any]], Any], told: list[Any]) -> Any:
        return kind(self.made(item) for item in told)

    def record(self, name: str, fields: dict[str, Any]) -> Any:
        kind = self.records[name]
        made = {key: self.made(item) for key, item in fields.items()}
        set_here = {field.name for field in dataclasses.fields(kind) if field.init}
        record = kind(**{key: item for key, item in made.items() if key in set_here})
        for key in made.keys() - set_here:
            object.__setattr__(record, key, made[key])
        return record

    def frame(self, told: dict[str, Any]) -> pd.DataFrame:
        table = pa.ipc.open_stream(pa.py_buffer(self.blobs[told["table"]])).read_all()
        table.validate(full=True)
        plain = table.to_pandas()
        shapes = {name: self.shapes(flat, plain.index) for name, flat in told["geometries"].items()}
        made = pd.concat([plain, *(shape.rename(name) for name, shape in shapes.items())], axis="columns")[
            told["columns"]
        ]
        if told["active"] is None:
            return pd.DataFrame(made)
        return gpd.GeoDataFrame(made, geometry=told["active"], crs=shapes[told["active"]].crs)

    def series(self, told: dict[str, Any], name: Any) -> pd.Series:
        return self.frame(told)["v"].rename(self.made(name))

    def shapes(self, told: dict[str, Any], index: pd.Index) -> pd.Series:
        values = np.full(len(index), None, dtype=object)
        for kind, width, coordinates, offsets, rows in told["groups"]:
            flat = np.frombuffer(self.blobs[coordinates], "<f8").reshape(-1, width)
            bounds = tuple(np.frombuffer(self.blobs[offset], "<i8") for offset in offsets)
            _check(flat, bounds)
            values[np.frombuffer(self.blobs[rows], "<i8")] = shapely.from_ragged_array(
                shapely.GeometryType(kind), flat, bounds or None
            )
        if told["geo"]:
            return gpd.GeoSeries(values, index=index, crs=told["crs"])
        return pd.Series(values, index=index, dtype=object)


def _check(flat: np.ndarray, bounds: tuple[np.ndarray, ...]) -> None:
    """Check that offsets rise and end where what they point into ends: shapely trusts them."""
    below = len(flat)
    for offsets in bounds:
        if not len(offsets) or offsets[0] != 0 or (np.diff(offsets) < 0).any() or offsets[-1] != below:
            raise ValueError("offsets out of bounds")
        below = len(offsets) - 1


_MAKERS: Final[Mapping[str, Callable[..., Any]]] = {
    "tuple": lambda reader, told: reader.several(tuple, told),
    "named": lambda reader, name, told: reader.records[name](*reader.several(tuple, told)),
    "list": lambda reader, told: reader.several(list, told),
    "set": lambda reader, told: reader.several(set, told),
    "frozenset": lambda reader, told: reader.several(frozenset, told),
    "dict": lambda reader, told: {reader.made(key): reader.made(item) for key, item in told},
    "bytes": lambda reader, at: bytes(reader.blobs[at]),
    "date": lambda _reader, text: dt.date.fromisoformat(text),
    "datetime": lambda _reader, text: dt.datetime.fromisoformat(text),
    "record": _Reader.record,
    "frame": _Reader.frame,
    "series": _Reader.series,
    "points": lambda reader, told, name: gpd.GeoSeries(reader.series(told, name)),
}
