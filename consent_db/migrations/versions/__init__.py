"""One file for each step; a step that was shipped is never changed."""
