"""Run the benchmarks and print one table."""

import argparse
import importlib
import pkgutil

import benchmarks
from benchmarks.measure import Row

WIDTH = 62


def modules() -> list[str]:
    """List the modules that measure something: those with a function `rows`."""
    names = [found.name for found in pkgutil.iter_modules(benchmarks.__path__)]
    return [
        name
        for name in names
        if name != "__main__" and hasattr(importlib.import_module(f"benchmarks.{name}"), "rows")
    ]


def line(row: Row) -> str:
    """Lay out one row."""
    return (
        f"{row.question:<{WIDTH}}{row.obvious:>12,.2f}{row.better:>12,.2f} {row.unit:<3}"
        f"{row.ratio:>9,.2f}{row.rounds:>9}"
    )


def main() -> None:
    """Run the modules asked for, or all."""
    known = modules()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("name", nargs="*", help=f"modules to run, all by default: {', '.join(known)}")
    asked = parser.parse_args().name or known
    if unknown := sorted(set(asked) - set(known)):
        parser.error(f"no such benchmark: {', '.join(unknown)} (there are {', '.join(known)})")
    print(
        "Medians of interleaved rounds; the ratio is the median of each round's, the worst of the series.\n"
    )
    print(f"{'question':<{WIDTH}}{'obvious':>12}{'atlas':>12}    {'ratio':>9}{'rounds':>9}")
    for name in asked:
        for row in importlib.import_module(f"benchmarks.{name}").rows():
            print(line(row), flush=True)


if __name__ == "__main__":
    main()
