"""The programs that are broken. Each is run as a process of its own."""
