"""The recipe of the verifier's cross-encoder: data, training, export."""
