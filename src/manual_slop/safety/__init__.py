"""What keeps a model inside the lines: the confined workspace."""
