"""Tools of the maintainers: weights, pictures and studies. Not part of the student release."""
