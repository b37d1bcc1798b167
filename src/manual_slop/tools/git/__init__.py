"""A reader of git repositories that runs nothing: no git, no hook, no filter; each file comes through the workspace."""
