"""Source code as symbols: what is defined where in a file, in every language there is a grammar for."""
