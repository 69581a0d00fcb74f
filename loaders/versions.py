"""Which version of the files a frame was read from."""

from collections.abc import Iterator
from pathlib import Path


def stamp(*paths: Path) -> tuple[tuple[str, int, int], ...]:
    """Tell one version of some files from another without reading them.

    Parameters
    ----------
    *paths
        Files, or folders whose files all count but the hidden ones; one that does not exist counts as nothing.
    """
    files = [file for path in paths for file in (_shown(path) if path.is_dir() else [path])]
    seen = [(str(file), file.stat()) for file in sorted(set(files)) if file.is_file()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen)


def _shown(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _shown(path)
        else:
            yield path
