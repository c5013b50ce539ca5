"""From a dropped photo to published copies: load, find, match, decide, cover, render, publish."""
