"""Menus of files as a click leaves them, open: closed, they hold nothing."""

from ui import downloads


def open_all(replace):
    """Open the menus of the pages that run from now on; `replace` is `setattr`, or the one of a monkeypatch."""
    expander = downloads.st.expander

    def opened(label, *, key=None, **options):
        if str(key).endswith(f"-{downloads.MENU}"):
            options["expanded"] = True
        return expander(label, key=key, **options)

    replace(downloads.st, "expander", opened)
