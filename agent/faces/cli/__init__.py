"""`verdict …`: the command line."""
