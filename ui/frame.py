"""What surrounds every page: the language, the skip link, errors in French, the footer."""

from html import escape
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from errors import AtlasError
from exports.naming import CONTRAT, TERRITORY
from ui import startup
from ui.formats import typographie
from ui.page import CONTENT_ID

ICON: Final = str(Path(__file__).with_name("icon.svg"))
# Streamlit's page says lang="en", starts with its menus and names the button of its uploader in English, which the style
# sheet replaces for the eye alone: say French, offer to skip the menus, and name the button for those who hear it.
_SCRIPT: Final = f"""<script>
document.documentElement.lang = "fr";
if (!document.querySelector(".evitement")) {{
  const link = document.createElement("a");
  link.className = "evitement";
  link.href = "#{CONTENT_ID}";
  link.textContent = "Aller au contenu";
  link.addEventListener("click", (event) => {{
    const heading = document.querySelector("h1");
    if (!heading) return;
    event.preventDefault();
    heading.tabIndex = -1;
    heading.focus();
    heading.scrollIntoView();
  }});
  document.body.prepend(link);
  const name = () => document.querySelectorAll('[data-testid="stFileUploaderDropzone"] button:not([aria-label])')
    .forEach((button) => button.setAttribute("aria-label", "Choisir un fichier"));
  new MutationObserver(name).observe(document.body, {{ childList: true, subtree: true }});
  name();
}}
</script>"""


def speak_french() -> None:
    """Give the page its language and a first link that skips the menus."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)


def run(page: StreamlitPage) -> None:
    """Run a page; a fault of the data is said in French, with its mend, in place of the figures.

    Parameters
    ----------
    page
        The page that the navigation chose.
    """
    try:
        startup.ready()
        page.run()
    except AtlasError as error:
        st.error(f"Cette page ne peut pas être affichée.\n\n{error}", icon=":material/error:")


def footer() -> None:
    """Close the page with what binds every figure on it."""
    st.divider()
    st.html(
        f'<p class="atlas-note">{escape(typographie(f"Atlas des Possibles, {CONTRAT}, {TERRITORY}."))} '
        "Données ouvertes, chacune avec son producteur, son millésime et sa licence.</p>"
    )
    with st.container(horizontal=True):
        st.page_link("pages/donnees/page.py", label="Sources et licences")
        st.page_link("pages/methode/page.py", label="Méthode, mentions légales, accessibilité")
