"""photogate in a process of its own, as tests start it; its networks are remembering ones.

Worker processes come past here, too: they import the main module of whoever starts them.
"""

from __future__ import annotations

from cli import main
from tests.remembered import remember

remember()

if __name__ == "__main__":
    main()
