# SPDX-License-Identifier: Apache-2.0
"""Networks from images to one logit a label, and the weight files they come from.

:func:`create` makes a :class:`Classifier`: the C++ network behind a real :class:`torch.nn.Module`, whose parameters and
buffers are the very tensors of the C++ side, under timm's names. Any other ``nn.Module`` that returns logits
``[n, labels]`` can be trained as well.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, NoReturn

import torch
from torch import Tensor, nn

from . import _fork, _torch_check  # noqa: F401  (says what is wrong before the loader does)
from ._arguments import label_numbers, reals
from ._core import ArgumentError
from ._torch import model as _model

__all__ = ["Classifier", "SafeTensors", "backbone_names", "create", "load_safetensors", "save_safetensors"]

_OWN_PARTS = (
    "For another number of labels use create(labels=...); for parts of your own call model.features(images) or "
    "model.feature_map(images) in an nn.Module of yours."
)
HeadName = Literal["linear", "csra"]
PathLike = str | os.PathLike[str]


class _Mirror(nn.Module):
    """One module of the C++ tree: its own tensors registered here, its mode passed on.

    Nothing that the C++ side would not notice is taken: neither other tensors nor other modules.
    """

    _open: bool

    def __init__(self, native: _model.Classifier, path: str) -> None:
        nn.Module.__init__(self)
        self._native = native
        self._path = path
        self._own: dict[str, Tensor] = {}
        self._open = True  # while it is built, or torch puts values in that are taken over afterwards

    def _refuse(self, got: str, mend: str) -> NoReturn:
        raise ArgumentError(
            f"model.Classifier: {self._path or 'the network'} must stay as it was made, for a C++ network computes it; "
            f"got {got}. {mend}"
        )

    def _is_foreign(self, name: str, value: Any) -> bool:
        """Whether ``value`` under ``name`` would be ignored by the C++ side."""
        if self._open or (name in self._own and value is self._own[name]):
            return False
        if name in self._own or isinstance(self._modules.get(name), _Part):
            return True
        return not self._takes_more() and isinstance(value, (nn.Module, nn.Parameter))

    def _takes_more(self) -> bool:
        """Whether there is a forward pass that could use more modules."""
        return False

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "_open" and self.__dict__.get("_open") is False and self._is_foreign(name, value):
            if isinstance(value, Tensor):
                self._refuse(
                    f"another tensor for {name!r}",
                    f"Write into the one it has: with torch.no_grad(): model.{f'{self._path}.{name}'.lstrip('.')}.copy_(...).",
                )
            self._refuse(f"another module {name!r}", _OWN_PARTS)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if not self._open and (name in self._own or isinstance(self._modules.get(name), _Part)):
            self._refuse(f"del {name}", _OWN_PARTS)
        super().__delattr__(name)

    def add_module(self, name: str, module: nn.Module | None) -> None:
        """Refuse another part; see :class:`Classifier`."""
        if self._is_foreign(name, module):
            self._refuse(f"another module {name!r}", _OWN_PARTS)
        super().add_module(name, module)

    def register_parameter(self, name: str, param: nn.Parameter | None) -> None:
        """Refuse another parameter; see :class:`Classifier`."""
        if self._is_foreign(name, param):
            self._refuse(f"another parameter {name!r}", _OWN_PARTS)
        super().register_parameter(name, param)

    def _adopt(self, name: str, tensor: Tensor, *, parameter: bool) -> None:
        self._own[name] = tensor
        if parameter:
            tensor._is_param = True  # what isinstance(tensor, nn.Parameter) looks at; the tensor stays the C++ one
            self.register_parameter(name, tensor)  # type: ignore[arg-type]
        else:
            self.register_buffer(name, tensor)

    def _take_back(self) -> None:
        """Put the C++ tensors back where torch has set others in their place, with the new values in them."""
        for name, own in self._own.items():
            registered = self._parameters if name in self._parameters else self._buffers
            current = registered[name]
            if current is not own:
                own.data = current.data  # type: ignore[union-attr]
                registered[name] = own  # type: ignore[assignment]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> _Mirror:
        super()._apply(fn, recurse)
        self._take_back()
        return self

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        before, self._open = self._open, True
        try:
            super()._load_from_state_dict(*args, **kwargs)
            self._take_back()
        finally:
            self._open = before

    def train(self, mode: bool = True) -> _Mirror:
        """Switch this part of the network to training or evaluation, on both sides."""
        super().train(mode)
        self._native.set_training(self._path, mode)
        return self


class _Part(_Mirror):
    """A module within the network. Its numbers, its mode and its type are real; it is not computed alone."""

    def forward(self, *_: Any) -> Tensor:
        """Refuse: a part is not computed alone."""
        self._refuse(
            "a call of this part alone", "Call the whole model, model.features(images) or model.feature_map(images)."
        )

    def _refuse_hook(self, *_: Any, **__: Any) -> NoReturn:
        self._refuse(
            "a hook on this part, which would never be called",
            "Put it on the whole model, or look at model.features(images) and model.feature_map(images).",
        )

    register_forward_hook = register_forward_pre_hook = _refuse_hook
    register_full_backward_hook = register_full_backward_pre_hook = register_backward_hook = _refuse_hook


class _Conv2d(_Part, nn.Conv2d):
    """A convolution of the network."""


class _BatchNorm2d(_Part, nn.BatchNorm2d):
    """A batch normalisation of the network."""


class _Linear(_Part, nn.Linear):
    """The linear layer of a head."""


_KINDS: dict[str, type[_Part]] = {"Conv2d": _Conv2d, "BatchNorm2d": _BatchNorm2d, "Linear": _Linear}


def _part_of(native: _model.Classifier, path: str) -> _Part:
    kind, attributes = native.layer(path)
    made = _KINDS.get(kind, _Part)(native, path)
    vars(made).update(attributes)
    return made


class Classifier(_Mirror):
    """A backbone with a head: images ``[n, 3, height, width]`` to logits ``[n, labels]``. Made by :func:`create`.

    A real ``nn.Module``: ``state_dict`` (timm's names), optimizers, ``to``, ``copy.deepcopy``, ``pickle``, hooks on the
    whole, ``torch.func.functional_call`` and ``torch.export`` work. Its parts are of torch's types (``nn.Conv2d``,
    ``nn.BatchNorm2d``, ``nn.Linear``), so they are found, frozen and switched to evaluation by type; their tensors are
    the C++ network's. The computation is the C++ network's as a whole: putting another module or tensor in the place of
    one, hooks on parts and calls of parts are refused with an ArgumentError that names the way. A subclass with a
    ``forward`` of its own may have more modules.

    Attributes
    ----------
    native
        The C++ network, which the C++ training loop takes.
    config : dict
        The arguments of :func:`create` that make the same network again, without ``pretrained``.

    Examples
    --------
    >>> import multilabel as ml
    >>> import torch
    >>> model = ml.model.create("efficientnet_lite0", labels=3).eval()
    >>> model
    Classifier('efficientnet_lite0', labels=3, head='linear')
    >>> images = torch.zeros(2, 3, 64, 64)
    >>> model(images).shape, model.features(images).shape, model.feature_map(images).shape
    (torch.Size([2, 3]), torch.Size([2, 1280]), torch.Size([2, 1280, 2, 2]))
    """

    def __init__(self, native: _model.Classifier) -> None:
        super().__init__(native, "")
        buffers = set(native.buffer_names())
        for name, tensor in native.named_state():
            self._mirror(name)._adopt(name.rpartition(".")[2], tensor, parameter=name not in buffers)
        self.training = native.is_training()
        for module in (self, *(part for part in self.modules() if isinstance(part, _Part))):
            module._open = False
        self._places = [(module, name) for module in self.modules() for name in module._own]  # type: ignore[union-attr]
        self._tensors = self._state()

    def _mirror(self, name: str) -> _Mirror:
        module: _Mirror = self
        for part in name.split(".")[:-1]:
            if part not in module._modules:
                module.add_module(part, _part_of(self._native, f"{module._path}.{part}".lstrip(".")))
            module = module._modules[part]  # type: ignore[assignment]
        return module

    def _state(self) -> list[Tensor]:
        return [
            module._parameters[name] if name in module._parameters else module._buffers[name]  # type: ignore[misc]
            for module, name in self._places
        ]

    def _takes_more(self) -> bool:
        return type(self).forward is not Classifier.forward

    @property
    def computes_natively(self) -> bool:
        """Whether a call is the C++ network's alone: no ``forward`` of a subclass, no hooks."""
        hooks = (self._forward_hooks, self._forward_pre_hooks, self._backward_hooks, self._backward_pre_hooks)
        return not self._takes_more() and not any(hooks)

    @property
    def native(self) -> _model.Classifier:
        return self._native

    @property
    def config(self) -> dict[str, Any]:
        return self._native.config

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits ``[n, labels]`` of ``images`` ``[n, 3, height, width]``."""
        state = self._state()
        if all(map(operator.is_, state, self._tensors)):
            return self._native.forward(images)
        return self._native.forward_with(state, images)  # functional_call and tracing put other tensors in

    def features(self, images: Tensor) -> Tensor:
        """Return the pooled features ``[n, channels]`` that a linear head sees."""
        return self._native.features(images)

    def feature_map(self, images: Tensor) -> Tensor:
        """Return the backbone's map ``[n, channels, height', width']``."""
        return self._native.feature_map(images)

    def extra_repr(self) -> str:
        """Name the backbone, the head and the number of labels."""
        config = self.config
        return f"{config['name']!r}, labels={config['labels']}, head={config['head']!r}"

    def __repr__(self) -> str:
        return f"Classifier({self.extra_repr()})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Classifier:
        copy = Classifier(self._native.clone())
        memo[id(self)] = copy
        return copy

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        frozen = [name for name, parameter in self.named_parameters() if not parameter.requires_grad]
        return _rebuild, (self.config, dict(self.state_dict()), frozen, self.training)


def _rebuild(config: dict[str, Any], state: dict[str, Tensor], frozen: list[str], training: bool) -> Classifier:
    classifier = Classifier(_model.create(**config))
    classifier.load_state_dict(state, assign=True)
    for name in frozen:
        classifier.get_parameter(name).requires_grad_(False)
    return classifier.train(training)  # type: ignore[return-value]


def backbone_names() -> list[str]:
    """Return the names that :func:`create` knows, sorted.

    Examples
    --------
    >>> import multilabel as ml
    >>> "efficientnet_lite0" in ml.model.backbone_names()
    True
    """
    return _model.backbone_names()


def create(
    name: str,
    *,
    labels: int,
    head: HeadName = "linear",
    pretrained: PathLike | None = None,
    seed: int = 0,
    dropout: float = 0.0,
    drop_path: float = 0.0,
    bias_prior: float | Sequence[float] | None = None,
    csra_lambda: float = 0.1,
    csra_temperatures: Iterable[float] = (1.0,),
) -> Classifier:
    """Return a classifier of the backbone called ``name``, ready to train.

    Parameters
    ----------
    name
        One of :func:`backbone_names`.
    labels
        Width of the logits, at least 1.
    head
        ``"linear"`` (mean over the map, one linear layer) or ``"csra"`` (class-specific residual attention).
    pretrained
        A .safetensors file with timm's names. The backbone must be in it whole; a head of another width, such as
        ImageNet's 1000, is left aside on purpose. None: weights are drawn from ``seed``.
    seed
        Of the drawn weights; equal seeds give equal numbers, and torch's generator is not touched.
    dropout
        Share of the features before the head that is dropped while training, in [0, 1).
    drop_path
        Stochastic depth: share of images for which the last residual block is left out while training, in [0, 1);
        earlier blocks are left out less often. Against learning a small data set by heart.
    bias_prior
        Share of positives of each label, or one for all, in (0, 1): the last bias starts at its logit.
    csra_lambda, csra_temperatures
        Weight of the attention beside the mean; one attention head a temperature, 99 or more taking the maximum.

    Raises
    ------
    ArgumentError
        For a name that is not known (the message lists those that are) or an argument out of range.
    BundleError
        For a weight file that cannot be read or does not fit.

    Examples
    --------
    >>> import multilabel as ml, torch
    >>> model = ml.model.create("efficientnet_lite0", labels=46, seed=7)
    >>> model(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 46])
    """
    if bias_prior is None:
        priors: list[float] = []
    elif isinstance(bias_prior, (int, float)):
        priors = [float(bias_prior)]
    else:
        priors = label_numbers("model.create", "bias_prior", bias_prior)
    native = _model.create(
        name,
        labels=labels,
        head=head,
        pretrained="" if pretrained is None else os.fspath(pretrained),
        seed=seed,
        dropout=dropout,
        drop_path=drop_path,
        bias_prior=priors,
        csra_lambda=csra_lambda,
        csra_temperatures=reals("model.create", "csra_temperatures", csra_temperatures),
    )
    return Classifier(native)


class SafeTensors(NamedTuple):
    """What a .safetensors file holds.

    Examples
    --------
    >>> from multilabel.model import SafeTensors
    >>> tensors, metadata = SafeTensors({}, {"made by": "an example"})  # unpacks, or by name
    >>> metadata["made by"]
    'an example'
    """

    tensors: dict[str, Tensor]
    metadata: dict[str, str]


def load_safetensors(path: PathLike) -> SafeTensors:
    """Return the tensors (on the CPU, in the order of their bytes) and the metadata of a .safetensors file.

    Raises
    ------
    BundleError
        For a file that is missing, cut short or malformed; nothing is allocated before every length is checked.

    Examples
    --------
    >>> import multilabel as ml, torch
    >>> ml.model.save_safetensors("out/two.safetensors", {"a": torch.ones(2)}, metadata={"made by": "an example"})
    >>> tensors, metadata = ml.model.load_safetensors("out/two.safetensors")
    >>> tensors["a"]
    tensor([1., 1.])
    """
    tensors, metadata = _model.load_safetensors(os.fspath(path))
    return SafeTensors(dict(tensors), metadata)


def save_safetensors(
    path: PathLike, tensors: Mapping[str, Tensor], *, metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors by name, whole or not at all: a full disk or a crash leaves the old file as it was.

    The folder of ``path`` is made where it is missing.

    Raises
    ------
    BundleError
        With the system's reason where the file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import multilabel as ml
    >>> import torch
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "new folder" / "one.safetensors"
    >>> ml.model.save_safetensors(path, {"scale": torch.ones(2, dtype=torch.float16)})
    >>> ml.model.load_safetensors(path).tensors["scale"].dtype
    torch.float16
    """
    for name, tensor in tensors.items():
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"save_safetensors: {name!r} must be a torch.Tensor; got {type(tensor).__name__}")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    _model.save_safetensors(os.fspath(path), list(tensors.items()), dict(metadata or {}))
