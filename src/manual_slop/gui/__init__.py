"""The window: panels that read the state and call commands. Dear ImGui is spoken here and nowhere else."""
