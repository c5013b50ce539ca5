"""What the command line does before anything else."""

from __future__ import annotations

import subprocess
import sys


def test_one_thread_is_asked_for_before_numpy_is_there_to_take_more() -> None:
    asked = (
        "import cli, os, sys; early = 'numpy' not in sys.modules; "
        "os.environ.pop('OPENBLAS_NUM_THREADS', None); sys.argv = ['photogate', '--version'];\n"
        "try: cli.main()\n"
        "finally: print(early, os.environ['OPENBLAS_NUM_THREADS'])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["True", "1"]
