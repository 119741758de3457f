"""Outcomes, and the statistics that every reader of tables shares."""
