"""Texts that a spreadsheet would run, made harmless and given back."""

from typing import Final

# Signs by which a spreadsheet takes a text for a formula.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK: Final = "'"


def neutralised(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula.

    Returns
    -------
    str
        The text, or the text after one apostrophe. A text that has apostrophes before its sign gets one more, so that
        `restored` always gives back the text.
    """
    return MARK + text if _runs(text) else text


def restored(text: str) -> str:
    """Give back a text as it was before `neutralised`.

    Returns
    -------
    str
        The text without the apostrophe that the atlas put there; other apostrophes stay.
    """
    return text[len(MARK) :] if text.startswith(MARK) and _runs(text) else text


def _runs(text: str) -> bool:
    return text.lstrip(MARK).startswith(FORMULA_SIGNS)
