"""The proof: what the program promises, tried through its own doors at sizes anybody can repeat."""
