"""The command line, and the only place where the parts are wired together."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

FOR_WORKERS = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**28),
    "MALLOC_TRIM_THRESHOLD_": str(2**28),
}
"""Set before NumPy is imported, here and in the worker processes, which inherit it. Each judges
with one thread: those of matrix products would spin on the cores of the others. Memory that a photo
gave back (bytes, to glibc) is kept for the next: asking anew took a tenth of the time of a photo.
"""


def main() -> None:
    """Run the command line."""
    for name, value in FOR_WORKERS.items():
        os.environ.setdefault(name, value)
    from cli.app import app

    with reporting_mistakes():
        app()


@contextmanager
def reporting_mistakes() -> Iterator[None]:
    """A mistake that somebody can mend ends the program with its sentence and code 1."""
    from cli.output import complain
    from gate.errors import PhotogateError

    try:
        yield
    except PhotogateError as error:
        complain(str(error))
        sys.exit(1)
    except BrokenPipeError:
        # Somebody looked at the first lines only, as with head.
        sys.stderr.close()
        sys.exit(1)
