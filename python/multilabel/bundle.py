# SPDX-License-Identifier: Apache-2.0
"""A trained model as one folder, and the predictor that such a folder becomes, the same in C++ and in Python.

The folder holds ``config.json``, ``preprocessor_config.json``, ``model.safetensors``, ``multilabel.json`` (labels,
thresholds, checksums) and ``README.md`` (a model card). Nothing in it is code or a pickle.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np
import torch

from . import _torch_check  # noqa: F401  (says what is wrong before the loader does)
from . import threshold as _threshold
from ._arguments import real, reals, whole
from ._core import ArgumentError
from ._tables import in_lines
from ._torch import bundle as _bundle
from .augmentation import Preprocessing
from .calibration import IsotonicCalibration, PlattScaling, TemperatureScaling
from .data import _label_names, read_image
from .data._images import in_memory
from .model import Classifier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .encoding import Vocabulary

__all__ = ["Prediction", "Predictor", "load", "save"]

PathLike = str | os.PathLike[str]
Threshold = _threshold.ThresholdRule | float | Sequence[float]
Calibrator = TemperatureScaling | PlattScaling | IsotonicCalibration


class Prediction(NamedTuple):
    """A label that an image is predicted to have.

    Examples
    --------
    >>> from multilabel.bundle import Prediction
    >>> label, score = Prediction("cat", 0.9)  # unpacks, or by name
    >>> Prediction("cat", 0.9).label
    'cat'
    """

    label: str
    score: float


class Predictor:
    """Answers for images, with the pixels, numbers and thresholds of training. Made by :func:`load`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import multilabel as ml
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "model"
    >>> model = ml.model.create("efficientnet_lite0", labels=2, bias_prior=0.9)
    >>> format = ml.augmentation.evaluation(size=32).preprocessing
    >>> ml.bundle.save(folder, model=model, vocabulary=["cat", "dog"], preprocessing=format, threshold=[0.5, 1.0])
    >>> predictor = ml.bundle.load(folder)
    >>> predictor
    Predictor(2 labels, images 32 x 32)
    >>> image = np.zeros((40, 50, 3), np.uint8)  # any size
    >>> [label for label, score in predictor(image)]  # scores near the prior of 0.9, and a dog needs 1
    ['cat']
    >>> predictor.scores([image, image]).shape
    (2, 2)
    """

    def __init__(self, native: Any) -> None:
        self._native = native

    @overload
    def __call__(
        self, images: PathLike | bytes | np.ndarray, *, threshold: Threshold | None = None, top_k: int | None = None
    ) -> list[Prediction]: ...
    @overload
    def __call__(
        self, images: Sequence[Any], *, threshold: Threshold | None = None, top_k: int | None = None
    ) -> list[list[Prediction]]: ...

    def __call__(self, images: Any, *, threshold: Threshold | None = None, top_k: int | None = None) -> Any:
        """Return the labels whose score reaches their threshold, best first.

        Parameters
        ----------
        images
            One image: a path, the bytes of a file, a Pillow image of any mode, or uint8 ``[height, width, 3]`` in RGB
            order. Many: a list or an array of those, or uint8 ``[n, height, width, 3]``; then one list an image. Tensors
            are planar as torch has them: uint8 ``[3, height, width]``, or ``[n, 3, height, width]`` for many.
        threshold
            Instead of the bundle's: one for all labels, one a label, or a rule.
        top_k
            At most so many labels an image, the best ones; without ``threshold`` whatever their scores.
        """
        many, paths, arrays = _images(images)
        rule = None if threshold is None else _rule("bundle.Predictor", threshold)
        most = 0 if top_k is None else whole("bundle.Predictor", "top_k", top_k, 1)
        if paths is not None:
            rows = self._native.predict_paths(paths, rule, most)
        else:
            rows = self._native.predict_images(arrays, rule, most)
        predictions = [[Prediction(*pair) for pair in row] for row in rows]
        return predictions if many else predictions[0]

    def scores(self, images: Any) -> NDArray[np.float32]:
        """Return scores ``[images, labels]`` of a list of images, or of one batch as loaders give it.

        Parameters
        ----------
        images
            As for a call, or float ``[n, 3, height, width]`` that is preprocessed already, as tensor or array.
        """
        if _is_preprocessed(images):
            return self._native.scores_of_batch(torch.as_tensor(images)).numpy()
        _, paths, arrays = _images(images)
        if paths is not None:
            return self._native.scores_of_paths(paths)
        return self._native.scores_of_images(arrays)

    def require_vocabulary(self, vocabulary: Vocabulary | Sequence[str]) -> None:
        """Raise LabelError unless the labels are these, in this order; names the first difference."""
        self._native.require_labels(_label_names(vocabulary))

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels, in the order of the scores' columns."""
        from .encoding import Vocabulary

        return Vocabulary(self._native.labels)

    @property
    def preprocessing(self) -> Preprocessing:
        """The format of the images that the model takes."""
        return self._native.preprocessing

    @property
    def threshold(self) -> _threshold.ThresholdRule:
        """From which score on a label counts as present."""
        return self._native.threshold

    @property
    def calibrator(self) -> Calibrator | None:
        """What the logits go through before the thresholds; None: the sigmoid."""
        return self._native.calibrator

    @property
    def metadata(self) -> dict[str, str]:
        """What was given to :func:`save`."""
        return self._native.metadata

    @property
    def model(self) -> Classifier:
        """The network, an ``nn.Module``."""
        return Classifier(self._native.model)

    def __str__(self) -> str:
        return in_lines(self)

    def __repr__(self) -> str:
        size = self.preprocessing
        return f"Predictor({len(self._native.labels)} labels, images {size.width} x {size.height})"


def _rule(where: str, threshold: Threshold) -> _threshold.ThresholdRule:
    if isinstance(threshold, _threshold.ThresholdRule):
        return threshold
    if isinstance(threshold, (int, float)):
        return _threshold.ThresholdRule([real(where, "threshold", threshold)])
    return _threshold.ThresholdRule(reals(where, "threshold", threshold))


def _is_preprocessed(images: Any) -> bool:
    """Whether they are floats as a loader gives them; whole numbers are never taken for those."""
    if isinstance(images, torch.Tensor):
        return images.is_floating_point()
    return isinstance(images, np.ndarray) and images.ndim == 4 and images.dtype.kind == "f"


def _images(images: Any) -> tuple[bool, list[Path] | None, list[np.ndarray] | None]:
    """Return whether many were given, and either their paths or their arrays."""
    if isinstance(images, (str, os.PathLike)):
        return False, [Path(images)], None
    if in_memory(images):
        return False, None, [read_image(images)]
    if isinstance(images, torch.Tensor):
        if images.dtype != torch.uint8 or images.ndim not in (3, 4):
            raise ArgumentError(
                "bundle.Predictor: a tensor must be uint8 [3, height, width] or [n, 3, height, width]; got "
                f"{images.dtype} {list(images.shape)}. scores() takes floats that are preprocessed already"
            )
        rows = images.detach().cpu().movedim(-3, -1).contiguous().numpy()
        return (True, None, list(rows)) if rows.ndim == 4 else (False, None, [rows])
    if hasattr(images, "__array_interface__") and np.ndim(images) != 1:
        array = np.asarray(images)
        return (True, None, list(array)) if array.ndim == 4 else (False, None, [array])
    if not isinstance(images, Iterable):
        raise ArgumentError(
            "bundle.Predictor: images must be a path, an array or a list of these, or bytes or Pillow images in their place; "
            f"got {type(images).__name__}"
        )
    listed = list(images)
    if all(isinstance(image, (str, os.PathLike)) for image in listed):
        return True, [Path(image) for image in listed], None
    readable = [isinstance(image, (str, os.PathLike)) or in_memory(image) for image in listed]
    return True, None, [read_image(image) if read else np.asarray(image) for image, read in zip(listed, readable)]


def save(
    directory: PathLike,
    *,
    model: Classifier,
    vocabulary: Vocabulary | Sequence[str],
    preprocessing: Preprocessing,
    threshold: Threshold = 0.5,
    calibrator: Calibrator | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a bundle, whole or not at all; an older one in its place is replaced.

    Parameters
    ----------
    directory
        The folder; it must be new, empty or a bundle.
    model
        Made by :func:`multilabel.model.create`.
    vocabulary
        The labels, as many as the model is wide.
    preprocessing
        ``loader.preprocessing``.
    threshold
        A rule of :mod:`multilabel.threshold`, one number for all labels, or one a label.
    calibrator
        A fitted one of :mod:`multilabel.calibration`: the predictor's scores are then its probabilities, so tune the
        thresholds on them. None: scores are the sigmoid of the logits.
    metadata
        Anything that people should know: data, licence, contact.

    Raises
    ------
    LabelError
        When model and vocabulary are not of the same width.
    BundleError
        For thresholds of another length, a full disk, or a folder that holds something else.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import multilabel as ml
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "model"
    >>> model = ml.model.create("efficientnet_lite0", labels=2, bias_prior=0.9)
    >>> format = ml.augmentation.evaluation(size=32).preprocessing
    >>> ml.bundle.save(folder, model=model, vocabulary=["cat", "dog"], preprocessing=format, threshold=[0.5, 1.0])
    >>> sorted(path.name for path in folder.iterdir())
    ['README.md', 'config.json', 'model.safetensors', 'multilabel.json', 'preprocessor_config.json']
    >>> ml.bundle.save(folder, model=model, vocabulary=["cat"], preprocessing=format)
    Traceback (most recent call last):
        ...
    multilabel.LabelError: bundle::save: the vocabulary must have one label for each of the model's 2 outputs; ...
    """
    if not isinstance(model, Classifier):
        raise ArgumentError(
            f"bundle.save: model must be made by multilabel.model.create; got {type(model).__name__}. A bundle holds no "
            "code, so it can only be of a network that the library can build; "
            "multilabel.model.save_safetensors keeps the weights of any other"
        )
    rule = _rule("bundle.save", threshold)
    if calibrator is not None and not isinstance(calibrator, Calibrator):
        raise ArgumentError(
            f"bundle.save: calibrator must be one of multilabel.calibration; got {type(calibrator).__name__}"
        )
    words = {str(key): str(value) for key, value in (metadata or {}).items()}
    _bundle.save(Path(directory), model.native, _label_names(vocabulary), preprocessing, rule, words, calibrator)


def load(directory: PathLike, *, device: str | torch.device = "cpu") -> Predictor:
    """Return the predictor of the bundle in ``directory``, its model on ``device`` (as for a ``Trainer``).

    Raises
    ------
    BundleError
        Naming file and field when one is missing, changed, damaged, contradicts another or is of a newer release.
    LabelError
        When the labels do not fit the model.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import multilabel as ml
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "model"
    >>> model = ml.model.create("efficientnet_lite0", labels=2, bias_prior=0.9)
    >>> format = ml.augmentation.evaluation(size=32).preprocessing
    >>> ml.bundle.save(folder, model=model, vocabulary=["cat", "dog"], preprocessing=format, threshold=[0.5, 1.0])
    >>> predictor = ml.load(folder)
    >>> predictor.vocabulary.labels, predictor.threshold
    (['cat', 'dog'], ThresholdRule(2 thresholds))
    """
    return Predictor(_bundle.load(Path(directory), str(device)))
