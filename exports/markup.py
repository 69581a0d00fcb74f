"""HTML by Jinja2: whatever a template names is escaped, and put in French typography by the filter `t`."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from words.formats import typographie


def environment(*folders: Path) -> Environment:
    """Read the templates of some folders."""
    made = Environment(
        autoescape=True,
        loader=FileSystemLoader(folders),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters["t"] = typographie
    return made
