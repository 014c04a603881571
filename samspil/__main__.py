"""`python -m samspil` is the command `samspil`."""

from samspil.cli import main

main()
