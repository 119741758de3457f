"""The market once more, written plainly from docs/model.md alone: objects and loops, one platform, a list of ties.

Nothing of ``sim`` is used but the declarations of the parameters, which are the configuration. Section numbers in
the docstrings are those of docs/model.md. It is slow and meant to be read next to the text.
"""
