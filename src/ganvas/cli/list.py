"""`ganvas list`: what there is, a line each, at once."""

from __future__ import annotations

from ganvas import data, families, recipes


def main(argv: list[str]) -> int:
    """Prints the families, recipes and data sets."""
    from dataclasses import dataclass

    from ganvas import flags

    @dataclass(frozen=True)
    class List:
        """The families, recipes and data sets there are."""

    flags.parse(List, argv, "list")
    groups = {
        "Families": families.names(),
        "Recipes": recipes.names(),
        "Data": data.names() | {"FOLDER": "your own images; sub-folders are classes"},
    }
    for title, rows in groups.items():
        width = max(map(len, rows))
        print(title)
        print("".join(f"  {name:<{width}}  {line}\n" for name, line in rows.items()))
    return 0
