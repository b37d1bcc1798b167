"""One module a panel: what it is called, and a function that draws it."""
