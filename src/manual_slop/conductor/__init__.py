"""The orchestra: tracks are planned, worked on by tiers of models, reviewed, and merged when a person says so."""
