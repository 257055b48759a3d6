"""How the embedded models were made; needs packages that the product does not."""
