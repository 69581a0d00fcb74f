"""Files that users take away, as bytes."""
