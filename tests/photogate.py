"""photogate in a process of its own, as tests start it; its networks are remembering ones."""

from __future__ import annotations

from cli import main
from tests.remembered import remember

if __name__ == "__main__":
    remember()
    main()
