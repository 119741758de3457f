"""Settings as people write them: files, overrides, names and languages."""
