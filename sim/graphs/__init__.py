"""Graphs of friendships: how they are stored, drawn, read from files and described."""
