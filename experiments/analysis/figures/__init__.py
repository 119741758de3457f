"""The figures of the analyses, in the house style."""
