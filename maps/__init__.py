"""The layer registry and the Folium maps that are drawn from it."""
