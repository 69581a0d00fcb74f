"""Every regular expression of the house takes a time in proportion to its text, whatever a visitor writes there."""

import ast
import itertools
import re
import signal
from contextlib import contextmanager
from pathlib import Path
from re import _constants as codes
from re import _parser as parser

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("words", "facts", "geo", "loaders", "maps", "exports", "tracking", "server", "ui", "pages")
WAYS = {"contains", "match", "fullmatch", "extract", "findall", "count", "replace", "split"}
#: A pattern that is quadratic takes some 0.2 s for this, one that is linear a thousandth of it.
LONG = 6_000
MOST_S = 0.05
NAMED = {
    codes.CATEGORY_DIGIT: "7", codes.CATEGORY_SPACE: " ", codes.CATEGORY_WORD: "a", codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_SPACE: "a", codes.CATEGORY_NOT_WORD: ";",
}  # fmt: skip


def patterns():
    """Give each pattern that a module writes: its text, its flags, and the ways in which it is asked."""
    found = {}
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        calls = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        for call in calls:
            way, owner = call.func.attr, call.func.value
            of_texts = isinstance(owner, ast.Attribute) and owner.attr == "str"
            if not call.args or not (
                (getattr(owner, "id", "") == "re" and way != "escape") or (of_texts and way in WAYS)
            ):
                continue
            if any(word.arg == "regex" and word.value.value is False for word in call.keywords):
                continue
            if (
                of_texts
                and isinstance(call.args[0], ast.Name)
                and isinstance(names.get(call.args[0].id), ast.Call)
            ):
                continue  # compiled above, where it is found
            text = text_of(call.args[0], names)
            if text is None or (of_texts and way == "split" and len(text) == 1):
                continue
            ways = {way} if way != "compile" else ways_of(call, names, calls)
            flags = re.NOFLAG
            for word in [*call.args[1:], *(given.value for given in call.keywords)]:
                for flag in ast.walk(word):
                    if isinstance(flag, ast.Attribute) and getattr(flag.value, "id", "") == "re":
                        flags |= getattr(re, flag.attr)
            found[f"{path.relative_to(ROOT)}:{call.lineno}"] = (text, flags, ways)
    return found


def ways_of(call, names, calls):
    """Tell how a compiled pattern is asked, in its own module; in any way if it is not seen there."""
    held = next((name for name, value in names.items() if value is call), None)
    ways = {
        one.func.attr for one in calls if isinstance(one.func.value, ast.Name) and one.func.value.id == held
    }
    ways |= {
        one.func.attr
        for one in calls
        if any(isinstance(word, ast.Name) and word.id == held for word in one.args)
    }
    return ways or {"search"}


def text_of(node, names):
    """Give the text of a pattern; what is put into it as it runs stands as a letter."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name) and node.id in names:
        return text_of(names[node.id], names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [text_of(side, names) for side in (node.left, node.right)]
        return None if None in sides else sides[0] + sides[1]
    if isinstance(node, ast.JoinedStr):
        return "".join(str(text_of(part, names)) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        found = text_of(node.value, names)
        return "x" if found is None else found
    return None


def characters(parsed):
    """Give some characters of each kind that a pattern names."""
    found = set()
    for kind, value in parsed:
        if kind in {codes.LITERAL, codes.NOT_LITERAL}:
            found.add(chr(value))
        elif kind is codes.RANGE:
            found |= {chr(value[0]), chr(value[1])}
        elif kind is codes.CATEGORY:
            found.add(NAMED[value])
        elif kind is codes.ANY:
            found.add("a")
        elif isinstance(value, list | tuple | parser.SubPattern):
            inner = (
                [value]
                if isinstance(value, parser.SubPattern)
                else [item for item in _flat(value) if isinstance(item, parser.SubPattern)]
            )
            found |= set().union(*(characters(each) for each in inner)) if inner else set()
            if kind is codes.IN:
                found |= characters([item for item in value if item[0] is not codes.NEGATE])
    return found


def _flat(value):
    for item in value:
        if isinstance(item, list | tuple) and not isinstance(item, parser.SubPattern):
            yield from _flat(item)
        else:
            yield item


@contextmanager
def within(most_s, what):
    """Stop what takes more processor time: a pattern may take hours."""

    def stop(*_):
        pytest.fail(f"{what}: more than {most_s} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, most_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


FOUND = patterns()


def test_the_patterns_of_the_house_are_found():
    assert len(FOUND) > 60
    assert {where.split("/")[0] for where in FOUND} >= {"words", "loaders", "tracking", "server", "pages"}


@pytest.mark.parametrize("where", FOUND)
def test_a_pattern_is_linear(where):
    text, flags, ways = FOUND[where]
    compiled = re.compile(text, flags)
    named = sorted(characters(parser.parse(text, flags)) | {" ", "7", "a", "\n"})
    whole = ways <= {"fullmatch", "match"}
    for run in [*named, *("".join(pair) for pair in itertools.permutations(named[:6], 2))]:
        for start, end in (("", "\x00"), ("", "a"), ("7", "\x00")):
            long = start + run * (LONG // len(run)) + end
            given = long.encode("latin-1", "ignore") if isinstance(text, bytes) else long
            with within(MOST_S, f"{where}: {text!r} on runs of {run!r}"):
                (compiled.fullmatch if whole else compiled.search)(given)
