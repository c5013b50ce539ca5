"""The sentences of the screens, a file for each."""
