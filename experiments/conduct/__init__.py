"""One experiment from settings to its folder."""
