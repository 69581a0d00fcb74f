"""What runs under the pages: the application on its socket, what it answers by itself, sign-in and rights.

What it touches of Streamlit's insides is listed in `docs/streamlit.md`.
"""
