"""The terminal: what a person on the command line types and sees. Events come in as values and leave as lines."""
