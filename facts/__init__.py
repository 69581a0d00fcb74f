"""The figures of the atlas, each said once, and the columns that state them."""
