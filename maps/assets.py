"""The scripts and styles of the maps, copied from installed packages and from this folder to what is served.

No map ever asks a public CDN: behind a town hall's proxy a refused script leaves an empty frame without a word.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xstatic.pkg import leaflet

from maps import symbols
from maps.files import write_once

FOLDER: Final = "carte"
SCRIPTS: Final = ("texts.js", "signs.js", "address.js", "atlas.js")
_HERE: Final = Path(__file__).parent / "atlas"
#: From a page of the app, and from the component's frame (component/streamlit_folium.st_folium/index.html), to the folder
#: that is served; relative, so that the app may live under any base path.
STATIC_FROM_PAGE: Final = "app/static/"
STATIC_FROM_FRAME: Final = "../../app/static/"


@dataclass(frozen=True)
class Assets:
    """What a map loads."""

    script: str
    style: str


def install(static_dir: Path) -> Assets:
    """Copy what maps load to the folder that is served, if it is not there yet.

    Returns
    -------
    Assets
        One script and one style: each more would be one more wait before the first map.
    """
    folder = static_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    script, style = bundle()
    return Assets(
        script=f"{FOLDER}/{write_once(folder, FOLDER, '.js', script.encode())}",
        style=f"{FOLDER}/{write_once(folder, FOLDER, '.css', style.encode())}",
    )


def bundle() -> tuple[str, str]:
    """Join what maps load."""
    packaged = Path(leaflet.BASE_DIR)
    return (
        ";\n".join(
            [_read(packaged / "leaflet.js"), symbols.script(), *(_read(_HERE / name) for name in SCRIPTS)]
        ),
        "\n".join([_read(packaged / "leaflet.css"), _read(_HERE / "atlas.css")]),
    )


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
