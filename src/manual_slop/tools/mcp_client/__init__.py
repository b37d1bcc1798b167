"""Tools of MCP servers that the person named in their settings: connected, checked, pinned and offered beside ours."""
