"""Commands: how they are started, confined, watched and ended, with nothing left behind."""
