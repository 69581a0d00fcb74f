"""Whatever happens to a file, a reader gives a frame that adds up or an error of the project's family."""

import copy
import json
import random
import re

import pytest

from errors import AtlasError
from tests.loaders import samples

CASES, SOAK_CASES = 100, 20_000
SEED = 20_260_101
HUGE = ["1e400", "-1e308", "9" * 400, "99999999999999999999", "NaN", "Infinity", "1e-400", "٣", "12,5,7"]
ODD = [
    None,
    True,
    [],
    {},
    [[]],
    {"a": {"b": [1]}},
    "",
    "\ud800",
    -1,
    1e308,
    10**30,
    "🦊",
    "a\x00b",
    [None],
    "1e999",
]


@pytest.fixture(scope="module")
def originals(sound_producers):
    return {name: (sound_producers / file).read_bytes() for name, (_, file) in samples.READERS.items()}


@pytest.fixture(autouse=True)
def _any_share(monkeypatch):
    for module in samples.MODULES:
        monkeypatch.setattr(module, "MAX_FAULTY_SHARE", 1.0)


def flipped(raw, rng):
    data = bytearray(raw)
    for _ in range(rng.choice([1, 1, 4, 40])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def cut(raw, rng):
    return raw[: rng.randrange(len(raw))]


def with_hole(raw, rng):
    start = rng.randrange(len(raw))
    return raw[:start] + raw[start + rng.randrange(1, 200) :]


def with_nul(raw, rng):
    at = rng.randrange(len(raw))
    return raw[:at] + b"\x00" * rng.choice([1, 3]) + raw[at:]


def repeated_lines(raw, rng):
    lines = raw.split(b"\n")
    at = rng.randrange(len(lines))
    return b"\n".join([*lines[:at], *[lines[at]] * rng.randrange(2, 50), *lines[at:]])


def swapped_columns(raw, rng):
    head, _, rest = raw.partition(b"\n")
    mark = b";" if b";" in head else b","
    names = head.split(mark)
    if len(names) < 2:
        return repeated_lines(raw, rng)
    i, j = rng.sample(range(len(names)), 2)
    names[i], names[j] = names[j], names[i]
    return mark.join(names) + b"\n" + rest


def huge_numbers(raw, rng):
    numbers = list(re.finditer(rb"-?\d+(\.\d+)?", raw))
    for found in sorted(rng.sample(numbers, min(len(numbers), rng.choice([1, 5]))), key=lambda m: -m.start()):
        raw = raw[: found.start()] + rng.choice(HUGE).encode() + raw[found.end() :]
    return raw


def large_cell(raw, rng):
    at = raw.find(b"fictif" if b"fictif" in raw else b",", len(raw) // 3)
    return raw[:at] + b"x" * 10_000_000 + raw[at:]


def wrong_types(raw, rng):
    """Put another value in some places of a JSON document; a cell of a table becomes JSON."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        cells = list(re.finditer(rb"[^,;\n\"]+", raw))
        found = rng.choice(cells)
        odd = json.dumps(rng.choice(ODD)).encode()
        return raw[: found.start()] + odd + raw[found.end() :]
    for _ in range(rng.choice([1, 3])):
        node = document
        while True:
            keys = list(node) if isinstance(node, dict) else range(len(node))
            if not keys:
                break
            key = rng.choice(list(keys))
            if isinstance(node[key], (dict, list)) and node[key] and rng.random() < 0.85:
                node = node[key]
                continue
            if isinstance(node, dict) and rng.random() < 0.2:
                del node[key]
            else:
                node[key] = copy.deepcopy(rng.choice(ODD))
            break
    return json.dumps(document).encode()


def nested(raw, rng):
    depth = rng.choice([200, 100_000])
    deep = rng.choice([b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth])
    found = rng.choice(list(re.finditer(rb'(?<=[:,;])\s*[^,;:{}\[\]"]+', raw)) or [re.match(rb"", raw)])
    return raw[: found.start()] + deep + raw[found.end() :]


MUTATIONS = [
    flipped, flipped, cut, with_hole, with_nul, repeated_lines, swapped_columns, huge_numbers, huge_numbers,
    wrong_types, wrong_types, wrong_types, nested,
]  # fmt: skip


def mutated(name, raw, rng):
    if name == "qpv-zip":
        return rng.choice([flipped, cut, with_hole, with_nul])(raw, rng)
    if name == "friches-gpkg":
        return rng.choice([flipped, flipped, cut, with_hole, huge_numbers])(raw, rng)
    for _ in range(rng.choice([1, 1, 2])):
        raw = rng.choice(MUTATIONS)(raw, rng) if raw else raw
    return raw


def outcome(name, raw, folder):
    read, file = samples.READERS[name]
    path = folder / file.replace("/", "-")
    path.write_bytes(raw)
    try:
        reading = read(path)
    except AtlasError as error:
        return "refusé" if path.name in str(error) else "sans nom"
    report = reading.report
    assert report.lignes_lues == report.lignes_gardees + report.lignes_ecartees
    assert len(reading.frame) == report.lignes_gardees
    assert reading.frame.index.is_unique
    return "lu"


def run(originals, folder, *, first, count):
    outcomes = {"lu": 0, "refusé": 0, "sans nom": 0}
    names = list(originals)
    for case in range(first, first + count):
        rng = random.Random(SEED + case)
        name = names[case % len(names)]
        raw = mutated(name, originals[name], rng)
        try:
            outcomes[outcome(name, raw, folder)] += 1
        except Exception as error:
            error.add_note(f"cas {case}, {name}")
            raise
    assert outcomes.pop("sans nom") == 0
    # A run in which nothing is read, or everything is, tests nothing.
    assert min(outcomes.values()) > count / 20, outcomes


def test_mutated_files(originals, tmp_path):
    run(originals, tmp_path, first=0, count=CASES)


@pytest.mark.soak
def test_mutated_files_at_length(originals, tmp_path):
    run(originals, tmp_path, first=CASES, count=SOAK_CASES)


@pytest.mark.parametrize(
    "name", ["friches", "friches-api", "sports", "sports-data-es", "colleges", "colleges-json", "velos-gbfs3"]
)
def test_cell_of_ten_megabytes(name, originals, tmp_path):
    assert outcome(name, large_cell(originals[name], random.Random(1)), tmp_path) in {"lu", "refusé"}
