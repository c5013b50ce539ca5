"""The web console and the interface for programs: pages, and nothing that decides."""
