"""The Inception features that "FID" is said of, by torch-fidelity, which is not installed with us.

Source: Heusel et al., GANs Trained by a Two Time-Scale Update Rule, 2017; the network is the one
of the original TensorFlow code, converted by torch-fidelity (Obukhov et al., 2020).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from ganvas.errors import DataError, UsageError
from ganvas.metrics.features import Features, digest

WIDTH = 2048


def inception(device: torch.device | str = "cpu") -> Features:
    """The 2,048 features of Inception's last pooling layer; grey pictures are taken as RGB.

    Raises:
        UsageError: torch-fidelity is not installed, or cannot be imported.
        DataError: its weights, 91 MB fetched once, cannot be had.
    """
    try:
        extractors: Any = import_module("torch_fidelity.feature_extractor_inceptionv3")
    except (ImportError, RuntimeError) as error:  # a torchvision of another torch: RuntimeError
        raise UsageError(
            "The features 'inception' come with torch-fidelity, which cannot be imported here "
            f"({error}); pip install 'ganvas[metrics]', or choose other --features."
        ) from None
    try:
        net = extractors.FeatureExtractorInceptionV3("inception", [str(WIDTH)])
    except OSError as error:
        raise DataError(
            f"The weights of Inception could not be downloaded: {error}. Connect to the network "
            "once, or choose other --features."
        ) from None
    net = net.to(device)

    def of(x: Tensor) -> Tensor:
        features: Tensor = net(x.expand(-1, 3, -1, -1))[0]
        return features

    return Features(
        name="inception",
        hash=digest(net),
        width=WIDTH,
        resizer="299 x 299, bilinear as in TensorFlow 1",
        of=of,
        device=device,
    )
