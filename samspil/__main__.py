"""The command `samspil`, and `python -m samspil`."""

import gc


def main() -> None:
    """Run the command line."""
    # A command is one short process. Looking for cycles among what it has just imported takes a quarter of its start.
    gc.disable()
    from samspil import cli  # noqa: PLC0415

    cli.main()


if __name__ == "__main__":
    main()
