"""Read a PDF back: its text with ordinary spaces, its tags, its tables' rows."""

import io
import re
from functools import cache

from pypdf import PdfReader

A4 = (595.28, 841.89)
A3_LANDSCAPE = (1190.55, 841.89)


def reader(pdf):
    return PdfReader(io.BytesIO(pdf))


def plain(text):
    """Give a text with ordinary spaces and apostrophes, one between two words."""
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


@cache
def text_of(pdf):
    return plain(" ".join(page.extract_text() for page in reader(pdf).pages))


def bare(text):
    """Give a text without any space: cells and lines may be joined as they come."""
    return re.sub(r"\s+", "", text.replace("’", "'"))


@cache
def tags(pdf):
    """Give every element of the structure in reading order: its role, its depth, its alternative text."""
    found = []

    def walk(node, depth):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child, depth)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]).lstrip("/"), depth, node.get("/Alt")))
            if "/K" in node:
                walk(node["/K"], depth + 1)

    walk(reader(pdf).trailer["/Root"]["/StructTreeRoot"], 0)
    return found


def fonts(pdf):
    """Give the name of each font and whether the file holds it."""
    held = {}
    for page in reader(pdf).pages:
        for font in page["/Resources"]["/Font"].values():
            for part in font.get_object().get("/DescendantFonts", [font]):
                descriptor = part.get_object()["/FontDescriptor"].get_object()
                name = str(part.get_object()["/BaseFont"]).split("+", 1)[-1]
                held[name] = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return held
