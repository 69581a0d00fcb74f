"""What a visitor's bytes are read in: processes that can harm nothing but themselves."""
