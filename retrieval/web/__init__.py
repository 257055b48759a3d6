"""Sources from the web: fetched within limits, kept as they came, watched, and never invented."""
