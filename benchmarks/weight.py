"""What the code weighs, printed by `make lint`: lines of code and of docstrings, modules per folder, the longest module."""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOT_CODE = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)
APART = ("tests", "benchmarks")


class Weight(NamedTuple):
    """Lines of one module: code (neither blank, comment nor docstring), docstrings, all."""

    code: int
    docstrings: int
    total: int


def weigh(text: str) -> Weight:
    """Weigh a module; a docstring's lines are those from its first quote to its last."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            docstrings.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NOT_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    return Weight(len(code - docstrings), len(docstrings), text.count("\n"))


def main() -> None:
    """Print the weight of what git knows, tests, benchmarks and migrations apart."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    modules = {name: weigh((ROOT / name).read_text("utf-8")) for name in files if name.endswith(".py")}
    house = {n: w for n, w in modules.items() if not n.startswith(APART) and "/migrations/" not in n}
    folders = Counter(str(Path(name).parent) for name in house)
    longest = max(house, key=lambda name: house[name].total)
    print(f"code {sum(w.code for w in house.values()):>21,} lines of Python, in {len(house)} modules")
    print(f"docstrings {sum(w.docstrings for w in house.values()):>15,} lines")
    print(f"tests, benchmarks {sum(w.code for n, w in modules.items() if n.startswith(APART)):>8,} lines")
    for suffix in (".js", ".css", ".typ", ".html", ".jinja"):
        lines = sum(
            (ROOT / n).read_text("utf-8").count("\n")
            for n in files
            if n.endswith(suffix) and not n.startswith(APART)
        )
        print(f"{suffix:17} {lines:>8,} lines")
    print("modules per folder: " + ", ".join(f"{folder} {n}" for folder, n in folders.most_common(8)))
    print(
        f"longest module: {longest}, {house[longest].total} lines; over 400: {sum(w.total > 400 for w in house.values())}"
    )


if __name__ == "__main__":
    main()
