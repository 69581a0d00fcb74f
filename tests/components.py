"""Streamlit's components, looked for among the installed packages once a process and not with every page opened."""

from functools import cache

from streamlit.components.v2 import manifest_scanner


def scan_once(replace):
    """Keep what the first search finds; `replace` is `setattr`, or the one of a monkeypatch."""
    replace(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
