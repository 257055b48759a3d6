"""Cases from files: ours, labelled pairs, published benchmarks."""
