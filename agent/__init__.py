"""Question in, checked page out."""
