"""Streamlit widgets and French formats that several pages share."""
