"""What passes between a process apart and the server: plain values, records and frames, as JSON and flat arrays.

Nothing here is a pickle: whoever reads makes only the records that it names, columns are Arrow's buffers of a few types
without any compression, and geometries flat arrays of coordinates, so that no reader of nested or packed bytes runs on
the server's side. What a reading that a file has taken over might claim is bounded by what it gave.
"""

import dataclasses
import datetime as dt
import json
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from functools import singledispatch
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj.exceptions import ProjError

_LENGTH: Final = struct.Struct("<Q")
#: Parts start where numbers of this many bytes may stand.
_ALIGNED: Final = 8
#: A value that JSON does not know stands in a list that begins with its kind.
_PLAIN: Final = (str, int, float, bool, type(None))
_GEOMETRY, _SHAPES = "geometry", "shapes"
_PLANE: Final = 2
#: Kinds of geometries that travel, by their number, to the levels that they have between coordinates and objects.
_LEVELS: Final = {0: 0, 1: 1, 3: 2, 4: 1, 5: 2, 6: 3}
#: The fewest vertices that a line, or a ring of a surface, may have.
_VERTICES: Final = {1: 2, 3: 4, 5: 2, 6: 4}
_SURFACES: Final = (3, 6)
_EPSG: Final = re.compile(r"EPSG:\d{4,6}")
#: More of plain values, of cells, and of vertices and parts of geometries, is of no file that may be brought.
MAX_HEAD_BYTES: Final = 40_000_000
MAX_CELLS: Final = 30_000_000
MAX_SHAPED: Final = 5_000_000
#: Types of columns that travel, by the name that Arrow gives them.
_ARROW: Final = {
    str(kind): kind
    for kind in (
        pa.null(), pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
        pa.float32(), pa.float64(), pa.string(), pa.large_string(), *map(pa.timestamp, ("s", "ms", "us", "ns")),
    )
}  # fmt: skip
#: How pandas calls the columns that are made of them.
_EXTENSIONS: Final[Mapping[str, Any]] = {
    str(kind): kind for kind in (pd.StringDtype(na_value=np.nan), pd.Int64Dtype(), pd.BooleanDtype())
}
_NUMPY: Final = re.compile(r"object|bool|u?int\d{1,2}|float\d{1,2}|datetime64\[(?:s|ms|us|ns)\]")


def dump(value: Any) -> bytes:
    """Write a value.

    Raises
    ------
    TypeError
        If it holds anything but plain values, tuples, lists, dicts, sets, dates, bytes, dataclasses, series and frames.
    """
    blobs: list[bytes | memoryview] = []
    head = json.dumps(_told(value, blobs), ensure_ascii=True).encode()
    parts = [head, *blobs]
    padded = [piece for part in parts for piece in (part, b"\x00" * (-len(part) % _ALIGNED))]
    return b"".join([_LENGTH.pack(len(parts)), *(_LENGTH.pack(len(part)) for part in parts), *padded])


def load(content: bytes | memoryview, records: Iterable[type]) -> Any:
    """Read a value.

    Parameters
    ----------
    records
        The dataclasses that it may hold.

    Raises
    ------
    ValueError
        If it is not what `dump` writes, holds another record, or claims more than it gives.
    """
    try:
        view = memoryview(content)
        (count,) = _LENGTH.unpack_from(view)
        lengths = [_LENGTH.unpack_from(view, _LENGTH.size * (rank + 1))[0] for rank in range(count)]
        parts, start = [], _LENGTH.size * (count + 1)
        for length in lengths:
            parts.append(view[start : start + length])
            start += length + -length % _ALIGNED
        if start != len(view):
            raise ValueError(f"{len(view)} bytes, {start} stated")
        if len(parts[0]) > MAX_HEAD_BYTES:
            raise ValueError(f"{len(parts[0])} bytes of plain values")
        known = {record.__name__: record for record in records}
        return _Reader(parts[1:], known).made(json.loads(bytes(parts[0])))
    except (
        LookupError, TypeError, AttributeError, RecursionError, OverflowError, MemoryError, struct.error, pa.ArrowException,
        shapely.errors.ShapelyError, ProjError,
    ) as error:  # fmt: skip
        raise ValueError(f"not a value: {error}") from error


@singledispatch
def _told(value: Any, blobs: list[bytes | memoryview]) -> Any:
    """Tell a value as JSON, and what JSON does not hold as blobs."""
    if isinstance(value, _PLAIN):
        return value
    if not dataclasses.is_dataclass(value):
        raise TypeError(f"{type(value).__name__} does not travel")
    fields = {field.name: _told(getattr(value, field.name), blobs) for field in dataclasses.fields(value)}
    return ["record", type(value).__name__, fields]


@_told.register
def _(value: np.generic, blobs: list[bytes | memoryview]) -> Any:
    return _told(value.item(), blobs)


@_told.register
def _(value: pd.Series, blobs: list[bytes | memoryview]) -> Any:
    return ["series", _framed(value.to_frame("v"), blobs), _told(value.name, blobs)]


@_told.register
def _(value: pd.DataFrame, blobs: list[bytes | memoryview]) -> Any:
    return ["frame", _framed(value, blobs)]


@_told.register
def _(value: bytes, blobs: list[bytes | memoryview]) -> Any:
    return ["bytes", _kept(value, blobs)]


@_told.register
def _(value: dt.date, _blobs: list[bytes | memoryview]) -> Any:
    return ["datetime" if isinstance(value, dt.datetime) else "date", value.isoformat()]


@_told.register(tuple)
@_told.register(list)
@_told.register(set)
@_told.register(frozenset)
def _(value: Any, blobs: list[bytes | memoryview]) -> Any:
    if hasattr(value, "_fields"):
        return ["named", type(value).__name__, [_told(item, blobs) for item in value]]
    kind = next(kind.__name__ for kind in (tuple, list, set, frozenset) if isinstance(value, kind))
    if kind == "list" and value and (names := _of_one_record(value)):
        return ["rows", type(value[0]).__name__, [[getattr(item, name) for item in value] for name in names]]
    return [kind, [_told(item, blobs) for item in value]]


def _of_one_record(values: list[Any]) -> list[str]:
    """Name the fields of a list of plain records, which travel by column; none for any other list."""
    kind = type(values[0])
    if not dataclasses.is_dataclass(kind) or any(type(value) is not kind for value in values):
        return []
    names = [field.name for field in dataclasses.fields(kind)]
    plain = all(isinstance(getattr(value, name), _PLAIN) for value in values for name in names)
    return names if plain else []


@_told.register(Mapping)
def _(value: Any, blobs: list[bytes | memoryview]) -> Any:
    return ["dict", [[_told(key, blobs), _told(item, blobs)] for key, item in value.items()]]


def _kept(content: bytes | memoryview, blobs: list[bytes | memoryview]) -> int:
    blobs.append(content)
    return len(blobs) - 1


def _framed(frame: pd.DataFrame, blobs: list[bytes | memoryview]) -> dict[str, Any]:
    """Write a frame by column: geometries as flat arrays of coordinates, the others as Arrow's."""
    columns = []
    for name in frame:
        column = frame[name]
        shown = _flat(column, blobs) if _holds_shapes(column) else _column(column, blobs)
        columns.append([_told(name, blobs), *shown])
    active = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    index = [_told(frame.index.name, blobs), *_column(frame.index, blobs)]
    return {"columns": columns, "index": index, "active": active}


def _column(values: pd.Series | pd.Index, blobs: list[bytes | memoryview]) -> tuple[str, Any]:
    kind = str(values.dtype)
    if kind not in _EXTENSIONS and not _NUMPY.fullmatch(kind):
        raise TypeError(f"a column of {kind} does not travel")
    found = pa.Array.from_pandas(values)
    return kind, _buffers(found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found, blobs)


def _buffers(array: pa.Array, blobs: list[bytes | memoryview]) -> list[Any]:
    if array.offset or array.get_total_buffer_size() > array.nbytes:
        # A slice would bring all that it was cut from.
        array = array.take(pa.array(np.arange(len(array))))
    within = pa.types.is_list(array.type)
    if not within and str(array.type) not in _ARROW:
        raise TypeError(f"{array.type} does not travel")
    own = array.buffers()[: 2 if within else None]
    places = [None if buffer is None else _kept(memoryview(buffer), blobs) for buffer in own]
    return [
        "list" if within else str(array.type),
        len(array),
        places,
        _buffers(array.values, blobs) if within else None,
    ]


def _holds_shapes(column: pd.Series) -> bool:
    return isinstance(column, gpd.GeoSeries) or (
        column.dtype == object
        and len(column) > 0
        and all(value is None or isinstance(value, shapely.Geometry) for value in column)
    )


def _flat(column: pd.Series, blobs: list[bytes | memoryview]) -> tuple[str, Any]:
    values = np.asarray(column, dtype=object)
    kinds, high = shapely.get_type_id(values), shapely.has_z(values)
    groups = []
    # Such arrays hold one kind each, all with an altitude or none.
    for kind, has_z in sorted(
        {pair for pair in zip(kinds.tolist(), high.tolist(), strict=True) if pair[0] >= 0}
    ):
        if kind not in _LEVELS:
            raise TypeError("such geometries do not travel")
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
    return _GEOMETRY if isinstance(column, gpd.GeoSeries) else _SHAPES, [
        groups,
        crs.srs if crs else None,
    ]


class _Reader:
    """Makes values of what was told, out of the records that are known."""

    def __init__(self, blobs: list[memoryview], records: Mapping[str, type]) -> None:
        self.blobs: list[memoryview | None] = [*blobs]
        self.records = records
        self.cells = self.shaped = 0

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
        at_first = {field.name: field.init for field in dataclasses.fields(kind)}
        record = kind(**{key: item for key, item in made.items() if at_first[key]})
        for key, item in made.items():
            if not at_first[key]:
                object.__setattr__(record, key, item)
        return record

    def rows(self, name: str, columns: list[list[Any]]) -> list[Any]:
        if not all(isinstance(value, _PLAIN) for column in columns for value in column):
            raise ValueError("a record that is not plain")
        return [self.records[name](*values) for values in zip(*columns, strict=True)]

    def taken(self, at: int) -> memoryview:
        """Give a part, which serves once: what is made of an answer is no larger than it."""
        part, self.blobs[at] = self.blobs[at], None
        if part is None:
            raise ValueError("a part that serves twice")
        return part

    def frame(self, told: dict[str, Any]) -> pd.DataFrame:
        name, *rest = told["index"]
        index = pd.Index(self.column(*rest), name=self.made(name))
        made = {self.made(name): self.values(index, *rest) for name, *rest in told["columns"]}
        frame = pd.DataFrame(made, index=index)
        return frame if told["active"] is None else gpd.GeoDataFrame(frame, geometry=told["active"])

    def series(self, told: dict[str, Any], name: Any) -> pd.Series:
        found = self.frame(told)["v"].rename(self.made(name))
        return gpd.GeoSeries(found) if str(found.dtype) == _GEOMETRY else found

    def values(self, index: pd.Index, kind: str, told: list[Any]) -> pd.Series:
        shaped = kind in {_GEOMETRY, _SHAPES}
        values = self.shapes(len(index), kind, *told) if shaped else self.column(kind, told)
        column: pd.Series = pd.Series(values, index=index, dtype=values.dtype)
        return column

    def column(self, kind: str, told: list[Any]) -> Any:
        array = self.array(*told)
        if kind in _EXTENSIONS:
            return _EXTENSIONS[kind].__from_arrow__(array)
        if not _NUMPY.fullmatch(kind):
            raise ValueError(f"a column of {kind}")
        return array.to_numpy(zero_copy_only=False, writable=True).astype(kind, copy=False)

    def counted(self, cells: int) -> None:
        self.cells += cells
        if cells < 0 or self.cells > MAX_CELLS:
            raise ValueError("too many cells")

    def array(self, kind: str, length: int, places: list[int | None], inner: list[Any] | None) -> pa.Array:
        self.counted(length)
        buffers = [None if at is None else pa.py_buffer(self.taken(at)) for at in places]
        within = None if inner is None else self.array(*inner)
        type_ = _ARROW[kind] if within is None else pa.list_(within.type)
        array = pa.Array.from_buffers(type_, length, buffers, children=None if within is None else [within])
        array.validate(full=True)
        return array

    def shapes(self, length: int, kind: str, groups: list[list[Any]], crs: str | None) -> Any:
        self.counted(length)
        values = np.full(length, None, dtype=object)
        for geometry, width, coordinates, offsets, rows in groups:
            flat = np.frombuffer(self.taken(coordinates), "<f8").reshape(-1, _PLANE + (width > _PLANE))
            bounds = tuple(np.frombuffer(self.taken(offset), "<i8") for offset in offsets)
            self.shaped += sum(map(len, (flat, *bounds)))
            if self.shaped > MAX_SHAPED:
                raise ValueError("too many vertices")
            _check(geometry, flat, bounds)
            values[np.frombuffer(self.taken(rows), "<i8")] = shapely.from_ragged_array(
                shapely.GeometryType(geometry), flat, bounds or None
            )
        if kind == _SHAPES:
            return values
        if crs is not None and not _EPSG.fullmatch(crs):
            raise ValueError("a system that has no number")
        return gpd.array.from_shapely(values, crs=crs)


def _check(kind: int, flat: np.ndarray, bounds: tuple[np.ndarray, ...]) -> None:
    """Check what shapely trusts, which would end the process: offsets, and lines and rings that are none."""
    if len(bounds) != _LEVELS[kind]:
        raise ValueError("as many offsets as another kind of geometry has")
    below = len(flat)
    for offsets in bounds:
        if not len(offsets) or offsets[0] != 0 or (np.diff(offsets) < 0).any() or offsets[-1] != below:
            raise ValueError("offsets out of bounds")
        below = len(offsets) - 1
    if kind in _VERTICES and (np.diff(bounds[0]) < _VERTICES[kind]).any():
        raise ValueError("a line or a ring of too few vertices")
    if kind in _SURFACES and (flat[bounds[0][:-1], :_PLANE] != flat[bounds[0][1:] - 1, :_PLANE]).any():
        raise ValueError("a ring that is open")
    if kind == max(_SURFACES) and (np.diff(bounds[1]) == 0).any():
        raise ValueError("an empty part of a multiple surface")


_MAKERS: Final[Mapping[str, Callable[..., Any]]] = {
    "tuple": lambda reader, told: reader.several(tuple, told),
    "named": lambda reader, name, told: reader.records[name](*reader.several(tuple, told)),
    "list": lambda reader, told: reader.several(list, told),
    "set": lambda reader, told: reader.several(set, told),
    "frozenset": lambda reader, told: reader.several(frozenset, told),
    "dict": lambda reader, told: {reader.made(key): reader.made(item) for key, item in told},
    "bytes": lambda reader, at: bytes(reader.taken(at)),
    "date": lambda _reader, text: dt.date.fromisoformat(text),
    "datetime": lambda _reader, text: dt.datetime.fromisoformat(text),
    "record": _Reader.record,
    "frame": _Reader.frame,
    "series": _Reader.series,
    "rows": _Reader.rows,
}
