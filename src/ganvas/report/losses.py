"""The section on the losses that the players play for: a plot for each domain, and its words."""

from __future__ import annotations

import math

from ganvas.pages import parts
from ganvas.report import charts
from ganvas.report.plots import Mark
from ganvas.report.record import Record
from ganvas.report.series import DUEL, Line, contest, of_domain, players, total

LOG2 = math.log(2)
LOG_LOSSES = ("minimax", "nonsaturating")
"""The losses of the 2014 paper, for which log 2 and D = ½ mean something."""
GENERAL = (
    "The losses say who is ahead, not how good the samples are: each is measured against an "
    "opponent that changes. So watch for balance, and judge by the pictures."
)


def section(record: Record) -> str:
    """The loss of each player over training; a plot for each domain that they meet in."""
    found = players(record.columns)
    games: dict[str, list[Line]] = {}
    for player, names in found.items():
        for domain, terms in contest(names).items():
            y, colour = total(record.columns, player, terms), charts.colour_of(player, list(found))
            games.setdefault(domain, []).append(Line(_name(player, terms), y, colour))
    shown: list[str] = []
    for domain, lines in games.items():
        place, marks = record.place(domain), _marks(record, domain, [line.label for line in lines])
        alt = "The losses over training" + (place and f", {place}")
        plot = charts.curves(record, f"losses{domain}", alt, lines, marks=marks, note=place)
        shown.append(parts.beside(plot, "" if shown else words(record)))
    return parts.section("The losses", *shown)


def words(record: Record) -> str:
    """How to read the losses."""
    found = players(record.columns)
    met = {of_domain(term) for names in found.values() for term in names}
    if len(found) == 1 and not DUEL & {kind for kind, _ in met}:
        (player,) = found
        return f"{player} has no opponent here: its loss says how far it is from its aim."
    if record.game.get("loss") not in LOG_LOSSES:
        general = GENERAL
    elif any(domain for kind, domain in met if kind in DUEL):
        general = _of_domains(record)
    else:
        general = _of_one(record) + _apart(record)
    return general + _beyond(found)


def _of_one(record: Record) -> str:
    """How to read the log losses of a game with one kind of samples."""
    saturating = record.game["loss"] == "minimax"
    coin = record.game.get("feed") == "coin"
    zero = "that D takes every fake for real, and has nothing left to teach"
    if saturating:
        zero = "the same, seen from G: D(G(z)) is near 0, where this loss has no slope"
    halved = " (each counted when the coin chose it, so half of the usual sum)" if coin else ""
    return (
        f"d_loss = {_d_loss(record)}{halved} adds D's loss on real and on fake samples; some "
        f"lectures print half of it. g_loss = {_g_loss(record)}. The dashed lines are where they "
        f"stand when D can only guess: {levels(record)}.\n\n"
        "They should not go to 0. d_loss near 0 means that D sees through every fake, and G has "
        f"lost; g_loss near 0 means {zero}. Between equals both stay near their lines. And they "
        "only say who is ahead, not how good the samples are."
    )


def _of_domains(record: Record) -> str:
    """How to read the log losses of a game in domains, where G's may have any weight."""
    return (
        f"d_loss = {_d_loss(record)} adds D's loss on real samples and on translations. The dashed "
        f"line is where it stands when D can only guess: 2 log 2 = {2 * LOG2:.3f}. Near 0 D sees "
        "through every fake.\n\n"
        f"g_loss = {_g_loss(record)}, times its weight in the sum that G minimises. It falls when "
        "D takes more fakes for real. Both only say who is ahead, not how good the translations "
        "are."
    )


def _d_loss(record: Record) -> str:
    return f"−log D(x) − log(1 − D({record.made}))"


def _g_loss(record: Record) -> str:
    d = f"D({record.made})"
    return f"log(1 − {d})" if record.game["loss"] == "minimax" else f"−log {d}"


def _apart(record: Record) -> str:
    """What d_loss proves of the distance between data and samples, where it proves something."""
    if record.game.get("network") == "dcgan" and record.game.get("norm") == "both":
        return ""  # a D that sees whole batches is no function of a sample, which the proof needs
    coin = record.game.get("feed") == "coin"
    d_loss = (record.end("D/real") + record.end("D/fake")) * (2 if coin else 1)
    if not d_loss < 2 * LOG2:
        return ""
    pairs = ", each with its class," if "condition" in record.game else ""
    return (
        f"\n\nBy the paper's proof the Jensen–Shannon divergence between data and samples{pairs} "
        f"is at least (log 4 − d_loss) / 2, here {LOG2 - d_loss / 2:.2f} at the end; it is 0 when "
        "they are the same and log 2 = 0.69 when they share nothing. (A D that knows its training "
        "data by heart shows too much.)"
    )


def _beyond(found: dict[str, list[str]]) -> str:
    """Names the terms that the curves leave out."""
    left = {}
    for player, names in found.items():
        drawn = [term for terms in contest(names).values() for term in terms]
        left[player] = dict.fromkeys(of_domain(n)[0] for n in names if n not in drawn)
    said = [f"{player}'s {', '.join(kinds)}" for player, kinds in left.items() if kinds]
    return f"\n\nNot in these curves, but drawn below: {'; '.join(said)}." if said else ""


def levels(record: Record) -> str:
    """The losses at D = ½, in words."""
    d, g = even(record)
    sign = "−" if g < 0 else ""
    name = "2 log 2" if d > 1 else "log 2"
    return f"{name} = {d:.3f} for d_loss, {sign}log 2 = {sign}{abs(g):.3f} for g_loss"


def even(record: Record) -> tuple[float, float]:
    """d_loss and g_loss where D = ½ everywhere."""
    d = LOG2 if record.game.get("feed") == "coin" else 2 * LOG2
    return d, -LOG2 if record.game.get("loss") == "minimax" else LOG2


def _marks(record: Record, domain: str, labels: list[str]) -> list[Mark]:
    """Where the losses stand when D can only guess; in a domain D's alone, G's having a weight."""
    if record.game.get("loss") not in LOG_LOSSES:
        return []
    d, g = even(record)
    if d == g:
        return [Mark(d, "log 2")]
    known = {"d_loss": Mark(d, "2 log 2" if d > 1 else "log 2", "d")}
    if not domain:
        known["g_loss"] = Mark(g, "−log 2" if g < 0 else "log 2", "g")
    return [known[label] for label in labels if label in known]


def _name(player: str, terms: list[str]) -> str:
    kinds = {of_domain(term)[0] for term in terms}
    duel = kinds == {"pair"} or ("fake" in kinds and (player == "G" or "real" in kinds))
    if player in ("D", "G") and duel:
        return f"{player.lower()}_loss"
    return f"{player}: " + " + ".join(terms)
