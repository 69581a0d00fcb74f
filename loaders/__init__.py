"""One module per source: read, validate, say what is wrong."""
