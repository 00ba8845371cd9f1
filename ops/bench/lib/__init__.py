"""What the benchmarks share: real servers, the program, its costs, tables."""
