"""What sets up and tries out this checkout: standard library only, as nothing is installed yet."""
