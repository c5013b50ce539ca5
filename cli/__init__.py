"""The command line, and the only place where the parts are wired together."""


def main() -> None:
    """Run the command line."""
    from cli.app import app

    app()
