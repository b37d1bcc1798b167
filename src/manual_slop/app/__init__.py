"""What the window shows, as plain state: events go in, panels read it, nothing here draws or waits."""
