"""The one command line, `strawline`: each capability adds its commands here."""

from __future__ import annotations

import click


@click.group()
@click.version_option(package_name="strawline")
def main() -> None:
    """Plan, check and show a county's straw season."""


if __name__ == "__main__":
    main()
