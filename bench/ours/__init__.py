"""hotset's side of the works."""
