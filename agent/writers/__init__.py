"""Writers: one module each; chosen by name in `agent.bootstrap`."""
