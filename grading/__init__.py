"""The instructor's side: builds the notebooks, hands them out, takes them back and grades them."""
