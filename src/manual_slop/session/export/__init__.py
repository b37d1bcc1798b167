"""A session for use elsewhere: as Markdown, as a page of HTML, or whole as JSON that can be read back."""
