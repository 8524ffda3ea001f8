"""What only those run who make the course: weights, pictures and studies. Not part of what students get."""
