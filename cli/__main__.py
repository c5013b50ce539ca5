"""python -m cli: the same as the command photogate."""

from cli import main

main()
