"""Numbers and colours as the worked example writes them."""

from __future__ import annotations

from ganvas.lessons.worked import Numbers


def number(value: float) -> str:
    """A result: five decimals, or five digits where it is very small or large."""
    if value == 0:
        return "0"
    plain = 1e-4 <= abs(value) < 1e6
    return (f"{value:.5f}" if plain else f"{value:.4e}").replace("-", "−")


def given(value: float) -> str:
    """A number as it was given: 0.5, 1."""
    return f"{value:.6g}".replace("-", "−")


def vector(numbers: Numbers, decimals: int | None = None) -> str:
    """Numbers in brackets: results, or rounded ones with so many decimals, such as (0.54, 0)."""
    if decimals is None:
        return f"({', '.join(map(number, numbers))})"
    return f"({', '.join(given(round(each, decimals)) for each in numbers)})"


def given_vector(numbers: Numbers) -> str:
    """Given numbers in brackets: (1, 0, 0)."""
    return f"({', '.join(map(given, numbers))})"


def bracketed(shown: str) -> str:
    """A number as a factor: in brackets where it is negative."""
    return f"({shown})" if shown.startswith("−") else shown


def factor(value: float) -> str:
    """A given number as a factor."""
    return bracketed(given(value))


def swatch(g: Numbers) -> str:
    """The colour with its name on the web, such as (0.53743, 0.52498, 0.53743) #898689."""
    return f"{vector(g)} {web(g)}".rstrip()


def web(g: Numbers) -> str:
    """A colour of three channels as #rrggbb, beyond 0 and 1 cut off; else nothing."""
    if len(g) != 3:
        return ""
    return "#" + "".join(f"{round(255 * min(max(each, 0.0), 1.0)):02x}" for each in g)
