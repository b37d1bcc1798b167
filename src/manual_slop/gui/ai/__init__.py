"""The parts of AI Settings: model, parameters, instructions, tools, and the presets that hold all four."""
