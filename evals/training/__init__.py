"""How the embedded models were made; needs the extra `training`."""
