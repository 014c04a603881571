"""The command `samspil`, and `python -m samspil`."""

import gc


def main() -> None:
    """Run the command line."""
    # A command is one short process. Looking for cycles among what it has imported takes a third of the time that does
    # not depend on the data, at the start and once more at the end.
    gc.disable()
    try:
        from samspil import cli  # noqa: PLC0415

        cli.main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
