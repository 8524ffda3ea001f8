"""The pictures of the notebooks, one function each; every one returns its Figure."""
