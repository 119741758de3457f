"""The verdict in words: every sentence is computed, none says more than its interval; a template says how it reads."""
