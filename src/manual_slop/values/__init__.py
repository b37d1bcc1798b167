"""Plain values that every room shares: frozen dataclasses, standard library only, no I/O but `paths`."""
