"""The words of the page: what a run was, and what to look at in each of its plots."""

from __future__ import annotations

import math
import re

from ganvas.recipe import BUDGET
from ganvas.report.record import Record

LOG2 = math.log(2)
LOG_LOSSES = ("minimax", "nonsaturating")
"""The losses of the 2014 paper, for which log 2 and D = ½ mean something."""
HALF = "½"

GROWTH = (
    "Every grid starts from the same noise, so one place in the grids is one sample growing up. "
    "Look for two things: does it get sharper, and do the samples stay different from each other? "
    "A grid that shows the same few samples again and again is mode collapse."
)
GROWTH_POINTS = (
    "Every picture starts from the same noise. Follow how the generated points find the real ones: "
    "do they spread to all of them, or rush from one place to the next? The latter is mode "
    "collapse."
)
BESIDE = (
    "Compare the two by what they have in common: thickness, grey tones, how varied they are. "
    "A single good sample proves little; sixty-four different good ones do."
)
BESIDE_POINTS = (
    "Both clouds in one frame. G has learned the data when the generated points lie where the real "
    "ones lie, everywhere, and equally dense."
)
STRIPS = "Each strip shows samples side by side, one view of the game above the other."
GROWTH_STRIPS = (
    "One place in the strips of a column is one sample, from the first step to the last."
)
JUDGEMENT = (
    "How real D finds the data, D(x), and the samples, D(G(z)): averages of its verdict, 0 for "
    f"fake and 1 for real. Far apart, D is winning; where both meet at {HALF}, it can only "
    "guess, which is where the theory says the game ends. A line that sticks to 0 or 1 means "
    "that one player has won and the other has little left to learn from."
)
COLOURS = (
    "A colour is three numbers from 0 to 1. The curves are its red, green and blue; the band above "
    "them is the colour itself."
)
GRADIENTS = (
    "The length of each player's gradient, before its optimizer makes the step. Slow changes are "
    "healthy. A curve that sinks to nothing belongs to a player with nothing left to learn from; "
    "one that keeps climbing, or jumps, announces trouble."
)
TERMS = {
    "real": "The loss on real samples.",
    "fake": "The loss on generated samples.",
    "r1": "The R1 penalty: how steep D is at real samples, times its weight. It keeps D smooth.",
    "r2": "The R2 penalty: how steep D is at generated samples, times its weight.",
    "gp": "The gradient penalty: how far the slope of D is from 1, times its weight.",
    "real, fake": "The loss on real and on generated samples: which of the two is harder for it.",
    "cycle": "How far A → B → A comes back from where it started.",
    "l1": "How far translations are from the right answers, pixel by pixel, times its weight.",
    "identity": "How much G changes what is in its own domain already, times its weight.",
    "features": "How far D's features of translations and of real samples are apart.",
    "class": "How wrong the predicted classes are.",
}
"""What is known of a term by its name."""


def beginning(record: Record, family: str) -> str:
    """What this run is, in one sentence."""
    config, env = record.config, record.env
    per = "points" if record.points else "images"
    device = {"cpu": "the processor", "cuda": "a GPU", "mps": "an Apple GPU"}
    name = str(env.get("device", "")).partition(":")[0]
    threads = env.get("threads") if name == "cpu" else None
    where = f" on {device.get(name, name)}" if name else ""
    where += f" with {plural(threads, 'thread')}" if isinstance(threads, int) else ""
    seconds = record.last("seconds") * record.step / record.last("step")
    took = f" in {duration(seconds)}" if math.isfinite(seconds) else ""
    passes = f" for {plural(record.epoch, 'epoch')}" if math.isfinite(record.epoch) else ""
    batch = f" of {plural(config['batch'], per[:-1])}" if "batch" in config else ""
    steps = f"{plural(record.step, 'step')}{batch}"
    return f"{family} trained on {record.data}{passes} ({steps}){took}{where}."


def ending(record: Record) -> str:
    """Why the run is shorter than it was meant to be; empty where it is not."""
    spent = {"steps": record.step, "epochs": record.epoch, "minutes": record.last("seconds") / 60}
    shares = [spent[name] / record.config[name] for name in BUDGET if record.config.get(name)]
    part = f", at {share(max(shares))} of its budget" if shares else ""
    if record.stopped is None:
        return (
            "The log of this run has no end: it is still training, or it was killed or failed. "
            f"What follows is how far it got: step {record.step:,}{part}."
        )
    step, reason = record.stopped
    if any(budget in reason for budget in BUDGET):
        return ""
    return f"This run was stopped early, at step {step:,} ({reason}){part}."


def judgement(record: Record, plot: str = "") -> str:
    """What D(x) and D(G(z)) were at the end, where both are known, in one of a run's games."""
    real, fake = (record.end(f"{plot}: {name}" if plot else name) for name in ("D(x)", "D(G(z))"))
    if not (math.isfinite(real) and math.isfinite(fake)):
        return ""
    where = f"{plot[0].upper()}{plot[1:]}, over" if plot else "Over"
    return (
        f"{where} the last tenth of this run D(x) is {real:.2f} and D(G(z)) is {fake:.2f}: "
        f"{_verdict(real, fake, record)}"
    )


def _verdict(real: float, fake: float, record: Record) -> str:
    if real > 0.95 and fake < 0.05:
        cure = (
            " Under the minimax loss that leaves G almost without a gradient."
            if record.game.get("loss") == "minimax"
            else ""
        )
        return f"D is nearly always right, far ahead of G.{cure}"
    if abs(real - fake) < 0.05 and not 0.1 < real < 0.9:
        return "D says the same of everything, so its verdict teaches G nothing."
    if abs(real - fake) < 0.1 and abs(real + fake - 1) < 0.3:
        return (
            "D can hardly tell them apart. Either G is good or D is weak; the samples above show "
            "which."
        )
    if real > fake and real - fake < 0.3:
        return "D leans to the right side without being sure: a balanced game."
    if real > fake:
        return "D still tells them apart, which is how most runs look, good ones too."
    return "D takes fakes for more real than the data; G has just fooled it, which seldom lasts."


def losses(record: Record) -> str:
    """How to read the losses."""
    general = (
        "The losses say who is ahead, not how good the samples are: each is measured against an "
        "opponent that changes. So watch for balance, and judge by the pictures."
    )
    if record.game.get("loss") not in LOG_LOSSES:
        return general
    saturating = record.game["loss"] == "minimax"
    coin = record.game.get("feed") == "coin"
    g = "log(1 − D(G(z)))" if saturating else "−log D(G(z))"
    zero = "that D takes every fake for real, and has nothing left to teach"
    if saturating:
        zero = "the same, seen from G: D(G(z)) is near 0, where this loss has no slope"
    halved = " (each counted when the coin chose it, so half of the usual sum)" if coin else ""
    words = (
        f"d_loss = −log D(x) − log(1 − D(G(z))){halved} adds D's loss on real and on fake "
        f"samples; some lectures print half of it. g_loss = {g}. The dashed lines are where they "
        f"stand when D can only guess: {levels(record)}.\n\n"
        "They should not go to 0. d_loss near 0 means that D sees through every fake, and G has "
        f"lost; g_loss near 0 means {zero}. Between equals both stay near their lines. And they "
        "only say who is ahead, not how good the samples are."
    )
    return words + _apart(record, coin)


def _apart(record: Record, coin: bool) -> str:
    d_loss = (record.end("D/real") + record.end("D/fake")) * (2 if coin else 1)
    if not d_loss < 2 * LOG2:
        return ""
    return (
        "\n\nBy the paper's proof the Jensen–Shannon divergence between data and samples is at "
        f"least (log 4 − d_loss) / 2, here {LOG2 - d_loss / 2:.2f} at the end; it is 0 when they "
        "are the same and log 2 = 0.69 when they share nothing. (A D that knows its training data "
        "by heart shows too much.)"
    )


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


def term(name: str) -> str:
    """What the terms `D/r1` or `D/real, D/fake` measure, where known; else empty."""
    terms = [re.sub(" [ab]$", "", part.rpartition("/")[2]) for part in name.split(", ")]
    return TERMS.get(", ".join(terms), "")


def pixels(
    low: tuple[float, float], between: tuple[float, float], high: tuple[float, float]
) -> str:
    """How to read the histograms; each pair is the share of real and of generated pixels."""
    haze = ""
    if between[1] > 1.15 * between[0]:
        haze = (
            f" Between the two lie {share(between[0])} and {share(between[1])}: G's pictures have "
            "more grey than the data, a haze where there should be plain ground or ink."
        )
    elif between[1] < 0.85 * between[0]:
        haze = (
            f" Between the two lie {share(between[0])} and {share(between[1])}: G's pictures are "
            "harder than the data, with too few tones between dark and bright."
        )
    return (
        "How often each pixel value occurs; every line of the scale is ten times the one below. "
        "A good G has the same histogram as the data, though the same histogram alone does not "
        f"make a good G.\n\nIn the darkest 64th of the scale lie {share(low[0])} of the real "
        f"pixels and {share(low[1])} of G's, in the brightest {share(high[0])} and "
        f"{share(high[1])}.{haze}"
    )


def points(dims: int, outside: int, count: int) -> str:
    """How to read the density or the scatter of points."""
    shape = (
        "The density of the data and of G's samples: a narrower one has too little variety."
        if dims == 1
        else "Real and generated points in one frame."
        if dims == 2
        else f"The first two of {dims} coordinates of real and generated points."
    )
    lost = f" {outside:,} of {count:,} generated points lie outside the frame." if outside else ""
    return (
        f"{shape} A real peak or cluster without generated points is a mode that G has dropped; "
        "generated points where the data have none are its mistakes, often bridges between "
        f"clusters.{lost}"
    )


def plural(n: float, one: str) -> str:
    """`1 epoch`, `2.5 epochs`, `1,407 steps`."""
    text = f"{n:,.0f}" if n >= 1000 or abs(n - round(n)) < 0.005 * max(n, 1) else f"{n:.3g}"
    return f"{text} {one}" if text == "1" else f"{text} {one}s"


def duration(seconds: float) -> str:
    """`36 seconds`, `12 minutes`, `3.4 hours`."""
    if seconds < 90:
        return plural(round(seconds) or 1, "second")
    if seconds < 90 * 60:
        return plural(round(seconds / 60), "minute")
    return plural(round(seconds / 3600, 1), "hour")


def share(part: float) -> str:
    """`81 %`, `0.4 %`."""
    percent = 100 * part
    return f"{percent:.0f} %" if percent >= 9.5 or percent == 0 else f"{percent:.1f} %"
