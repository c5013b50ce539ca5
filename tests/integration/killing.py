"""Killing a command at any instant: around one step of its work, or by the clock.

To try another verb, give ``Verb`` its words and steps, and list it in ``test_kill_after_release``.
What must hold after the next command is in ``tests/fake_site.py``.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

from gate.errors import PhotogateError
from tests.command_line import verbs
from tests.fake_site import School
from tests.integration.test_kill import Fate, _nothing

Step = tuple[ModuleType | type, str]
Words = Callable[[School, random.Random], tuple[str, ...]]
ENDED = "ended"
BETWEEN = "between"


@dataclass(frozen=True)
class Verb:
    """A verb of the command line, with the steps of its work that a kill must hit.

    ``then`` are the words of the command that comes after a kill. ``calls``: how often a step is
    done in one command at most, as far as it matters.
    """

    name: str
    words: Words
    steps: tuple[Step, ...]
    then: Callable[[School], tuple[str, ...]] = lambda _school: ("takedowns",)
    calls: int = 2


@dataclass
class Killer:
    """Runs a verb on a school again and again, and kills it."""

    school: School
    verb: Verb
    chance: random.Random
    killed_in: Counter[str] = field(default_factory=Counter)
    longest: float = 0.2

    def run(self, number: int) -> None:
        """Run the verb once and kill it: by turns around each step, and by the clock."""
        context = multiprocessing.get_context("fork")
        by_step = number % 2 == 0
        step, calls = self._next_step() if by_step else (0, -1)
        fate = Fate(context.RawValue("i", len(self.verb.steps)), step, calls)
        words = self.verb.words(self.school, self.chance)
        child = context.Process(target=self._child, args=(words, fate))
        begun = time.monotonic()
        child.start()
        if by_step:
            child.join(30)
        else:
            child.join(self.chance.uniform(0, self.longest))
        child.kill()
        child.join()
        if child.exitcode == -signal.SIGKILL:
            phase, steps = fate.phase.value, self.verb.steps
            self.killed_in[steps[phase][1] if phase < len(steps) else BETWEEN] += 1
        else:
            assert child.exitcode == 0, f"{words} ended with {child.exitcode}"
            self.killed_in[ENDED] += 1
            self.longest = time.monotonic() - begun
        child.close()

    def missed(self) -> set[str]:
        """The steps in which no kill fell yet."""
        return {name for _, name in self.verb.steps} - set(self.killed_in)

    def _next_step(self) -> tuple[int, int]:
        """A step that was hit least, because not every command comes by each; and how many calls.

        A step is left by a kill before or after it.
        """
        hits = [self.killed_in[name] for _, name in self.verb.steps]
        least = [step for step, count in enumerate(hits) if count == min(hits)]
        most = 2 * self.verb.calls if min(hits) else 2
        return self.chance.choice(least), self.chance.randint(1, most)

    def _child(self, words: tuple[str, ...], fate: Fate) -> None:
        os.fsync = _nothing
        for number, (owner, name) in enumerate(self.verb.steps):
            plain = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
            setattr(owner, name, fate.around(number, plain))
        code = command(self.school, *words)
        os._exit(code)

    def next_command(self) -> None:
        """What comes after a kill."""
        assert command(self.school, *self.verb.then(self.school)) == 0


def command(school: School, *words: str) -> int:
    """Run a verb in this process; its exit code."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            verbs()(["--site", str(school.site.root), *words])
        except SystemExit as ended:
            return int(ended.code or 0)
        except PhotogateError as error:
            said.write(str(error))
            return 1
        finally:
            LAST_WORDS[:] = [said.getvalue()]
    return 0


LAST_WORDS: list[str] = []
"""What the last command of this process said."""
