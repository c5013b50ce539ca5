"""The command line, and the only place where the parts are wired together."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def main() -> None:
    """Run the command line."""
    # Before NumPy is imported, here and in the workers, which inherit it: each judges with one
    # thread, and threads of its products would spin on the cores of the others.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
