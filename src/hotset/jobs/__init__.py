"""One module per job; none of them knows another. May import only hotset's public names."""
