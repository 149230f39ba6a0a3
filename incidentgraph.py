"""The command line: it only ties the rooms together."""


def main() -> None:
    """Run the `incidentgraph` command."""
