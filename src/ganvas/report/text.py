"""The words of the page: what a run was, and what to look at in each of its plots."""

from __future__ import annotations

import math

from ganvas.recipe import BUDGET
from ganvas.report.record import DOMAINS, Record
from ganvas.report.series import of_domain

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
BESIDE_TRANSLATED = (
    "Compare each translation with the picture it was made from, and with real pictures of its "
    "domain: what stayed, and what changed? A single good one proves little."
)
GROWTH_TRANSLATED = (
    "Every grid shows the same pictures, so one place in the grids is one translation growing up. "
    "Look for two things: does it get sharper, and does it stay true to the picture that it was "
    "made from? Translations that all look alike, whatever they were made from, are mode collapse."
)
GROWTH_POINTS_TRANSLATED = (
    "Every picture shows the same points, translated. Follow how the translations find the real "
    "points: do they spread to all of them, or rush from one place to the next? The latter is mode "
    "collapse."
)
STRIPS = "Each strip shows samples side by side, one view of the game above the other."
GROWTH_STRIPS = (
    "One place in the strips of a column is one sample, from the first step to the last."
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
    "pair": "The loss on pairs of a real and a generated sample.",
    "cycle": "How far from its start {here} → {there} → {here} ends, times its weight.",
    "l1": "How far translations are from the right answers, pixel by pixel, times its weight.",
    "identity": "How much G changes what is in its own domain already, times its weight.",
    "features": "How far D's features of translations and of real samples are apart, times its "
    "weight.",
    "class": "How wrong the predicted classes are.",
    "category": "How wrong the categories are that Q reads back from samples, times the weight.",
    "codes": "How far the numbers that Q reads back are from those in the noise, times the weight.",
    "category read": "The share of the categories that Q reads back rightly.",
    "prior": "How unlike the categories' shares are to those that Q finds among real samples.",
    "kinds": "How many equally frequent categories would be as varied as those that G draws now.",
}
"""What is known of a term by its name, of the domain `here`."""


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
    each = " of each domain" if record.translates else ""
    batch = f" of {plural(config['batch'], per[:-1])}{each}" if "batch" in config else ""
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


def term(name: str) -> str:
    """What the terms `D/r1` or `D/real, D/fake` measure, where known; else empty."""
    terms = [of_domain(part.rpartition("/")[2]) for part in name.split(", ")]
    here = terms[0][1] or DOMAINS[0]
    there = next(domain for domain in DOMAINS if domain != here)
    return TERMS.get(", ".join(kind for kind, _ in terms), "").format(here=here, there=there)


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
    whole = n == 0 or abs(n - round(n)) < 0.005 * n
    text = f"{n:,.0f}" if n >= 1000 or whole else f"{n:.3g}"
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
