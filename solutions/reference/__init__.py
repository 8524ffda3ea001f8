"""The reference solutions: every exercise of the course, written once.

Signatures and docstrings here are those of the stubs in labkit and of the cells in the notebooks:
`python -m grading build` copies them.
"""
