"""The built-in data sets by name, kept free of torch so that `ganvas list` stays quick."""

from __future__ import annotations

NAMES = {
    "digits": "1,797 handwritten digits, 8x8 grey, 10 classes; comes with scikit-learn",
    "mnist": "60,000 handwritten digits, 28x28 grey, 10 classes; 12 MB, fetched once",
    "mnist:test": "the 10,000 digits held out of mnist",
    "fashion-mnist": "60,000 pieces of clothing, 28x28 grey, 10 classes; 31 MB, fetched once",
    "fashion-mnist:test": "the 10,000 pieces held out of fashion-mnist",
    "stacked-mnist": "128,000 triples of mnist's digits as red, green and blue: 1,000 kinds",
    "stacked-mnist:test": "26,000 triples of the digits held out of mnist",
    "red": "pure red, one pixel a picture and all the same; the lectures' worked example",
    "shapes": "two domains of 5,000 drawn shapes each, 32x32 colour, with a truth to measure by",
    "shapes:a": "domain a of shapes alone: filled, on dark ground",
    "shapes:b": "domain b of shapes alone: outlines, on light ground",
    "toy:gaussian": "100,000 numbers from one bell curve, mean 4, standard deviation 1.25",
    "toy:ring8": "100,000 points in 8 small heaps on a circle of radius 1",
    "toy:5to10": "two domains of points: 5 heaps on one circle, 10 on another; DiscoGAN's toy",
    "toy:ring5": "domain a of toy:5to10 alone",
    "toy:ring10": "domain b of toy:5to10 alone",
    "toy:grid25": "100,000 points in 25 small heaps on a 5x5 grid",
    "toy:swissroll": "100,000 points on a noisy spiral",
    "toy:moons": "100,000 points on two interleaved half circles",
}
"""Name -> what it is, in one line."""
TWO = {"shapes": ("shapes:a", "shapes:b"), "toy:5to10": ("toy:ring5", "toy:ring10")}
"""Those that are two domains, and what each of these is called."""
