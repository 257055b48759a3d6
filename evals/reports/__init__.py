"""What a run came to, for people: a table in the terminal, one HTML file, a log."""
