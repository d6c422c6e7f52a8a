# SPDX-License-Identifier: Apache-2.0
import csv
import io
import math
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import multilabel as ml
from multilabel import training

# Most tests here look at the loop and not at the model, and validate on what they train on.
pytestmark = pytest.mark.filterwarnings("ignore:training.Trainer.fit. validation must hold pictures")

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "examples/data/openclipart/labels.csv"


@pytest.fixture(scope="module")
def data():
    return ml.data.read_csv(TABLE)[:48]


def loader(data, *, shuffle=False, workers=1, labels=None):
    return ml.data.DataLoader(
        data,
        data.vocabulary if labels is None else labels,
        ml.augmentation.restrained(size=16) if shuffle else ml.augmentation.evaluation(size=16),
        batch_size=16,
        workers=workers,
        shuffle=shuffle,
        seed=3,
    )


def network(labels, dropout=0.2):
    generator = torch.Generator().manual_seed(1)
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, 2),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(24, labels),
    )
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2)
    return net


def trainer(net, callbacks=(), **options):
    options = {"learning_rate": 0.01, "schedule": training.cosine(warmup=0.1), "ema_decay": 0.9, "seed": 5} | options
    return training.Trainer(net, ml.loss.BCEWithLogits(), callbacks=callbacks, **options)


def rows(history):
    return [{**row.to_dict(), "seconds": 0} for row in history.epochs]


class Stop:
    def __init__(self, *, steps=None, epochs=None):
        self.steps, self.epochs = steps, epochs

    def on_step_end(self, state):
        if (state.epoch - 1) * state.steps + state.step == self.steps:
            return training.Flow.stop
        return None

    def on_epoch_end(self, state):
        return training.Flow.stop if state.epoch == self.epochs else training.Flow.proceed


def test_fit_equals_a_loop_in_torch(data):
    # The peer: torch's own fused AdamW with two groups, a Python loop over the same batches. Same kernels, same numbers.
    train, validation = loader(data, shuffle=True), loader(data)
    ours, theirs = network(len(data.vocabulary), dropout=0.0), network(len(data.vocabulary), dropout=0.0)
    t = training.Trainer(ours, nn.BCEWithLogitsLoss(), learning_rate=0.01, weight_decay=0.1, memory_format="contiguous")
    history = t.fit(train, validation, epochs=2)

    matrices = [p for p in theirs.parameters() if p.dim() > 1]
    vectors = [p for p in theirs.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}], lr=0.01, fused=True
    )
    best, best_state = -1.0, None
    for epoch in range(2):
        theirs.train()
        for images, targets in train.epoch(epoch):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(
                theirs(torch.from_numpy(images)), torch.from_numpy(targets)
            )
            loss.backward()
            optimizer.step()
        theirs.eval()
        with torch.no_grad():
            parts = [(theirs(torch.from_numpy(images)), targets) for images, targets in validation.epoch(0)]
        scores = torch.cat([logits for logits, _ in parts]).sigmoid().numpy()
        targets = np.concatenate([part for _, part in parts])
        value = ml.metrics.average_precision_score(targets, scores, average="macro")
        assert history.epochs[epoch].mean_average_precision == value
        if value > best:
            best, best_state = value, {name: tensor.clone() for name, tensor in theirs.state_dict().items()}
    for name, tensor in ours.state_dict().items():
        assert torch.equal(tensor, best_state[name]), name


def test_fit_gives_the_same_numbers_with_one_loader_thread_or_two(data):
    def run(workers):
        net = network(len(data.vocabulary))
        history = trainer(net).fit(loader(data, shuffle=True, workers=workers), loader(data, workers=workers), epochs=2)
        return rows(history), net.state_dict()

    (rows_one, state_one), (rows_two, state_two) = run(1), run(2)
    assert rows_one == rows_two
    assert all(torch.equal(state_one[name], state_two[name]) for name in state_one)


@pytest.mark.parametrize("stop", [{"steps": 1}, {"steps": 5}, {"epochs": 2}], ids=str)
def test_resume_is_bit_equal(data, tmp_path, stop):
    train, validation = loader(data, shuffle=True), loader(data)
    whole = network(len(data.vocabulary))
    expected = trainer(whole).fit(train, validation, epochs=4)
    first = trainer(network(len(data.vocabulary)), [training.ModelCheckpoint(tmp_path), Stop(**stop)])
    assert first.fit(train, validation, epochs=4).stopped == "by_callback"
    resumed = network(len(data.vocabulary))
    history = trainer(resumed).fit(train, validation, epochs=4, resume=tmp_path)
    assert rows(history) == rows(expected)
    assert all(
        torch.equal(a, b) for a, b in zip(resumed.state_dict().values(), whole.state_dict().values(), strict=True)
    )


CHILD = """
    import os, signal, sys
    sys.path.insert(0, {tests!r})
    import test_training as t
    from multilabel import training
    data = t.ml.data.read_csv(t.TABLE)[:48]

    class Now:
        def {event}(self, state):
            if state.epoch == 2 and state.step == {step}:
                os.kill(os.getpid(), signal.{signal})

    run = t.trainer(t.network(len(data.vocabulary)), [training.ModelCheckpoint({folder!r}), Now()])
    try:
        run.fit(t.loader(data, shuffle=True), t.loader(data), epochs=4)
    except KeyboardInterrupt:
        print("interrupted", run.history.stopped, len(run.history.epochs))
"""


def child(tmp_path, event, step, name):
    code = textwrap.dedent(CHILD).format(
        tests=str(Path(__file__).parent), event=event, step=step, signal=name, folder=str(tmp_path)
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize(
    ("event", "step", "name"), [("on_epoch_end", 3, "SIGKILL"), ("on_step_end", 2, "SIGINT")], ids=["kill", "ctrl-c"]
)
def test_a_killed_or_interrupted_program_resumes_bit_equal(data, tmp_path, event, step, name):
    done = child(tmp_path, event, step, name)
    if name == "SIGKILL":
        assert done.returncode == -signal.SIGKILL, done.stderr
    else:
        assert done.stdout.split() == ["interrupted", "interrupted", "1"], done.stderr
    train, validation = loader(data, shuffle=True), loader(data)
    whole, resumed = network(len(data.vocabulary)), network(len(data.vocabulary))
    expected = trainer(whole).fit(train, validation, epochs=4)
    history = trainer(resumed).fit(train, validation, epochs=4, resume=tmp_path)
    assert rows(history) == rows(expected)
    assert all(
        torch.equal(a, b) for a, b in zip(resumed.state_dict().values(), whole.state_dict().values(), strict=True)
    )


def test_ctrl_c_within_a_python_model_waits_for_the_step(data, tmp_path):
    class Interrupted(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net, self.calls, self.left = net, 0, 0

        def forward(self, images):
            self.calls += 1
            if self.calls == 2:
                signal.raise_signal(signal.SIGINT)
            logits = self.net(images)
            self.left += 1
            return logits

    net = Interrupted(network(len(data.vocabulary)))
    run = trainer(net, [training.ModelCheckpoint(tmp_path)])
    with pytest.raises(KeyboardInterrupt):
        run.fit(loader(data, shuffle=True), loader(data), epochs=2)
    assert net.left == 2  # the forward pass was not torn apart
    assert run.history.stopped == "interrupted"
    assert (tmp_path / "last.safetensors").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_handler_of_the_program_keeps_its_exception(data):
    class Alarm(Exception):
        pass

    def ring(number, frame):
        raise Alarm

    bell = threading.Timer(0, signal.raise_signal, [signal.SIGUSR1])

    class RingOnce:
        def on_step_end(self, state):
            if bell.ident is None:
                bell.start()

    previous = signal.signal(signal.SIGUSR1, ring)
    try:
        with pytest.raises(Alarm):
            trainer(network(len(data.vocabulary)), [RingOnce()]).fit(
                loader(data, shuffle=True), loader(data), epochs=50
            )
    finally:
        bell.join()  # a bell after this would end the process
        signal.signal(signal.SIGUSR1, previous)


def test_a_stop_token_ends_the_run_without_an_exception(data):
    token = training.StopToken()

    class Later:
        def on_epoch_end(self, state):
            token.request_stop()

    history = trainer(network(len(data.vocabulary)), [Later()]).fit(
        loader(data, shuffle=True), loader(data), epochs=9, stop=token
    )
    assert history.stopped == "interrupted"
    assert len(history.epochs) == 1


def test_the_best_weights_are_in_the_model_and_in_the_file(data, tmp_path):
    train, validation = loader(data, shuffle=True), loader(data)
    net = network(len(data.vocabulary))
    run = trainer(net, [training.ModelCheckpoint(tmp_path), training.CSVLogger(tmp_path / "logs" / "history.csv")])
    history = run.fit(train, validation, epochs=3)
    assert history.best.mean_average_precision == max(row.mean_average_precision for row in history.epochs)
    assert run.evaluate(validation).mean_average_precision == history.best.mean_average_precision
    tensors, metadata = ml.model.load_safetensors(tmp_path / "best.safetensors")
    assert set(tensors) == set(net.state_dict())
    assert all(torch.equal(tensors[name], tensor) for name, tensor in net.state_dict().items())
    assert metadata["fingerprint"] == data.vocabulary.fingerprint
    with open(tmp_path / "logs" / "history.csv", newline="") as file:
        read = list(csv.DictReader(file))
    assert [float(row["validation_loss"]) for row in read] == history.to_dict()["validation_loss"]
    assert history.to_dict()["epoch"] == [1, 2, 3]


def test_a_library_model_is_trained_in_place(data):
    model = ml.model.create("efficientnet_lite0", labels=len(data.vocabulary), seed=1)
    before = model.get_parameter("conv_stem.weight").clone()
    training.Trainer(model, ml.loss.Asymmetric(), learning_rate=1e-3).fit(loader(data), loader(data), epochs=1)
    assert not torch.equal(model.get_parameter("conv_stem.weight"), before)
    assert list(model.state_dict())  # still a whole nn.Module
    assert model.training


def test_callbacks_get_only_the_events_they_have(data):
    class Everything:
        def __init__(self):
            self.seen = []

        def on_fit_begin(self, state):
            self.seen.append(("fit_begin", state.epoch, len(state.history)))

        def on_epoch_begin(self, state):
            self.seen.append(("epoch_begin", state.epoch))

        def on_step_end(self, state):
            assert math.isfinite(state.loss)
            self.seen.append(("step", state.step, state.steps))

        def on_validation_step_end(self, state):
            self.seen.append(("validation", state.validation_step, state.validation_steps))

        def on_epoch_end(self, state):
            self.seen.append(("epoch_end", state.epoch, state.history.epochs[-1].epoch, state.is_best))

        def on_fit_end(self, state):
            self.seen.append(("fit_end", state.history.stopped))

    class OnlyTheEnd:
        ended = 0

        def on_fit_end(self, state):
            self.ended += 1

    everything, end = Everything(), OnlyTheEnd()
    small = data[:20]  # two batches
    labels = data.vocabulary
    trainer(network(len(labels)), [everything, end]).fit(
        loader(small, labels=labels), loader(small, labels=labels), epochs=1
    )
    assert everything.seen == [
        ("fit_begin", 1, 0),
        ("epoch_begin", 1),
        ("step", 1, 2),
        ("step", 2, 2),
        ("validation", 1, 2),
        ("validation", 2, 2),
        ("epoch_end", 1, 1, True),
        ("fit_end", "finished"),
    ]
    assert end.ended == 1


def test_a_callbacks_memory_goes_through_a_resume(data, tmp_path):
    class Counter:
        def __init__(self):
            self.count = 0

        def on_epoch_end(self, state):
            self.count += 1

        def state_dict(self):
            return {"count": self.count}

        def load_state_dict(self, state):
            self.count = int(state.get("count", 0))

    train, validation = loader(data, shuffle=True), loader(data)
    first = trainer(network(len(data.vocabulary)), [training.ModelCheckpoint(tmp_path), Counter(), Stop(epochs=2)])
    first.fit(train, validation, epochs=3)
    counter = Counter()
    trainer(network(len(data.vocabulary)), [counter]).fit(train, validation, epochs=3, resume=tmp_path)
    assert counter.count == 3


class Misspelt:
    def on_epoch_ends(self, state):
        pass


class Unknown:
    def on_fit_end(self, state):
        pass

    def on_moonrise(self, state):
        pass


class Silent:
    pass


@pytest.mark.parametrize(
    ("callback", "sentence"),
    [
        (Misspelt(), "got Misspelt.on_epoch_ends. Did you mean on_epoch_end"),
        (Unknown(), "got Unknown.on_moonrise. There are on_fit_begin"),
        (Silent(), "a callback must have one or more of on_fit_begin"),
        (training.EarlyStopping, "must be an object; got the class EarlyStopping"),
    ],
)
def test_a_callback_that_would_never_be_called_is_refused(callback, sentence):
    with pytest.raises(ml.ArgumentError, match=sentence):
        trainer(network(2), [callback])


def test_a_callback_of_the_library_cannot_be_derived_from():
    with pytest.raises(TypeError, match="not derived from one of the library's"):

        class Own(training.EarlyStopping):
            pass


def test_an_event_that_returns_something_else_is_refused(data):
    class Truth:
        def on_step_end(self, state):
            return True

    with pytest.raises(ml.ArgumentError, match="on_step_end must return None or a Flow; got True"):
        trainer(network(len(data.vocabulary)), [Truth()]).fit(loader(data), loader(data), epochs=1)


def test_exceptions_in_python_come_through_as_they_are(data):
    class Broken(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, images):
            raise KeyError("from the model")

    with pytest.raises(KeyError, match="from the model"):
        trainer(Broken()).fit(loader(data), loader(data), epochs=1)


def test_python_losses_and_autograd_functions_work(data):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 2

    calls = []

    def loss(logits, targets):
        calls.append(tuple(logits.shape))
        return nn.functional.binary_cross_entropy_with_logits(Double.apply(logits), targets)

    net = network(len(data.vocabulary))
    before = net[-1].weight.clone()
    history = training.Trainer(net, loss, learning_rate=0.01).fit(loader(data), loader(data), epochs=1)
    assert not torch.equal(net[-1].weight, before)
    assert calls[-1] == (48, len(data.vocabulary))  # validation: over all answers at once
    assert math.isfinite(history.epochs[0].validation_loss)


def test_a_part_that_is_set_aside_in_evaluation_mode_stays_so(data):
    net = network(len(data.vocabulary))
    net[1].eval()
    before = net[1].running_mean.clone()
    trainer(net).fit(loader(data), loader(data), epochs=2)
    assert torch.equal(net[1].running_mean, before)
    assert [net.training, net[1].training] == [True, False]


def test_tied_weights_move_once_a_step(data):
    class Tied(nn.Module):
        def __init__(self, labels):
            super().__init__()
            self.a = nn.Linear(labels, labels, bias=False)
            self.b = self.a
            self.first = nn.Linear(3 * 16 * 16, labels)

        def forward(self, images):
            return self.b(self.a(self.first(images.flatten(1))))

    torch.manual_seed(0)
    ours = Tied(len(data.vocabulary))
    start = ours.a.weight.detach().clone()
    training.Trainer(
        ours, nn.BCEWithLogitsLoss(), learning_rate=0.01, weight_decay=0.0, schedule=training.constant()
    ).fit(loader(data[:16], labels=data.vocabulary), loader(data, labels=data.vocabulary), epochs=1)
    # The first step of AdamW moves every weight by the learning rate at most.
    assert float((ours.a.weight.detach() - start).abs().max()) <= 0.0101


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"learning_rate": 0.0}, "learning_rate must be above 0; got 0"),
        ({"ema_decay": 1.5}, r"ema_decay must be in \[0, 1\)"),
        ({"accumulate": 0}, "accumulate must be at least 1"),
        ({"accumulate": -1}, "accumulate must not be negative"),
        ({"optimizer": "adamax"}, "optimizer must be one of 'adamw', 'adam', 'sgd'; got 'adamax'"),
        (
            {"monitor": "mAP"},
            "monitor must be one of 'f1_micro', 'f1_samples', 'mean_average_precision', 'training_loss', ",
        ),
        ({"memory_format": "nhwc"}, "memory_format must be 'channels_last' or 'contiguous'"),
    ],
)
def test_options_out_of_range_are_named(options, sentence):
    with pytest.raises(ml.ArgumentError, match=sentence):
        trainer(network(2), **options)


def test_wrong_arguments_are_named(data):
    with pytest.raises(ml.ArgumentError, match=r"model must be a torch\.nn\.Module; got str"):
        training.Trainer("resnet", ml.loss.BCEWithLogits())
    with pytest.raises(ml.ArgumentError, match="loss must be a callable"):
        training.Trainer(network(2), "bce")
    with pytest.raises(
        ml.ArgumentError, match=r"train must be a multilabel\.data\.DataLoader, or an iterable.*; got str"
    ):
        trainer(network(2)).fit("data", loader(data))
    with pytest.raises(ml.ArgumentError, match="epochs must be at least 1; got 0"):
        trainer(network(len(data.vocabulary))).fit(loader(data), loader(data), epochs=0)
    with pytest.raises(ml.ShapeError, match=r"one logit for each of the \d+ labels"):
        trainer(network(2)).fit(loader(data), loader(data), epochs=1)
    with pytest.raises(ml.ArgumentError, match=r"the loss must return one torch\.Tensor; got float"):
        training.Trainer(network(len(data.vocabulary)), lambda logits, targets: 1.0).fit(
            loader(data), loader(data), epochs=1
        )
    with pytest.raises(ml.ArgumentError, match="patience must be at least 1; got 0"):
        training.EarlyStopping(patience=0)
    with pytest.raises(ml.ArgumentError, match="style must be one of"):
        training.ProgressBar(style="fancy")


def test_vocabularies_that_differ_are_refused(data):
    names = list(data.vocabulary.labels)
    other = ml.data.DataLoader(data, names[::-1], ml.augmentation.evaluation(size=16))
    with pytest.raises(ml.LabelError, match="same order"):
        trainer(network(len(names))).fit(loader(data), other, epochs=1)


def test_a_checkpoint_of_another_vocabulary_is_refused(data, tmp_path):
    names = list(data.vocabulary.labels)
    trainer(network(len(names)), [training.ModelCheckpoint(tmp_path)]).fit(loader(data), loader(data), epochs=1)
    other = ml.data.DataLoader(data, names[::-1], ml.augmentation.evaluation(size=16), batch_size=16)
    with pytest.raises(ml.LabelError, match="same order"):
        trainer(network(len(names))).fit(other, other, epochs=2, resume=tmp_path)


def test_a_loss_that_is_not_finite_is_named(data):
    class Nan(nn.Module):
        def forward(self, logits, targets):
            return logits.sum() * float("nan")

    with pytest.raises(ml.ArgumentError, match="the loss must be finite; got nan in epoch 1, batch 1 of 3"):
        training.Trainer(network(len(data.vocabulary)), Nan()).fit(loader(data), loader(data), epochs=1)


def test_the_progress_bar_writes_lines_to_a_file_and_one_bar_to_a_terminal(data):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def run(stream):
        bar = training.ProgressBar(stream=stream, seconds=0.0)
        trainer(network(len(data.vocabulary)), [bar]).fit(loader(data), loader(data), epochs=2)
        return stream.getvalue()

    lines = run(io.StringIO()).splitlines()
    assert lines[0].startswith("epoch 1/2 step 1/3, loss ")
    assert lines[-1].startswith("done after ")
    assert not any("\r" in line for line in lines)
    bar = run(Terminal())
    assert "\r" in bar
    assert bar.count("\n") == 3  # one an epoch and one at the end


def test_held_out_comes_back_from_its_file(data, tmp_path):
    held_out = trainer(network(len(data.vocabulary))).predict(loader(data))
    assert held_out.scores.shape == held_out.targets.shape == (48, len(data.vocabulary))
    assert held_out.images == data.images
    np.testing.assert_array_equal(held_out.targets, data.targets(data.vocabulary))
    np.testing.assert_allclose(held_out.scores, 1 / (1 + np.exp(-held_out.logits.astype(float))), atol=1e-6)
    held_out.save(tmp_path / "deeper" / "held_out.safetensors")
    loaded = training.HeldOut.load(tmp_path / "deeper" / "held_out.safetensors")
    np.testing.assert_array_equal(loaded.logits, held_out.logits)
    assert loaded.images == held_out.images
    assert loaded.vocabulary == held_out.vocabulary
    (tmp_path / "other.safetensors").write_bytes(b"no")
    with pytest.raises(ml.BundleError, match=r"other\.safetensors"):
        training.HeldOut.load(tmp_path / "other.safetensors")


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path):
    code = textwrap.dedent(
        """
        import resource, sys
        sys.path.insert(0, {tests!r})
        import test_training as t
        from multilabel import training
        data = t.ml.data.read_csv(t.TABLE)[:48]

        class Fill:
            def on_epoch_end(self, state):
                if state.epoch == 2:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

        run = t.trainer(t.network(len(data.vocabulary)), [Fill(), training.ModelCheckpoint({folder!r})])
        try:
            run.fit(t.loader(data, shuffle=True), t.loader(data), epochs=4)
        except t.ml.BundleError as error:
            print("caught", "File too large" in str(error), "safetensors" in str(error))
        """
    ).format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.split() == ["caught", "True", "True"], done.stderr
    data = ml.data.read_csv(TABLE)[:48]
    history = trainer(network(len(data.vocabulary))).fit(
        loader(data, shuffle=True), loader(data), epochs=2, resume=tmp_path
    )
    assert [row.epoch for row in history.epochs] == [1, 2]


def test_losses_hear_of_the_epochs(data):
    class Listening:
        def __init__(self):
            self.epochs = []

        def on_epoch_begin(self, epoch):
            self.epochs.append(epoch)

        def __call__(self, logits, targets):
            return ml.loss.BCEWithLogits()(logits, targets)

    loss = Listening()
    ml.training.Trainer(network(len(data.vocabulary)), loss).fit(loader(data), loader(data), epochs=2)
    assert loss.epochs == [1, 2]
    splc = ml.loss.SPLC(change_epoch=1)
    cell = torch.tensor([[3.0]]), torch.zeros(1, 1)
    before = splc(*cell)
    ml.training.Trainer(network(len(data.vocabulary)), splc).fit(loader(data), loader(data), epochs=2)
    assert splc(*cell) < before  # the trainer's loss is this one, and it corrects by now


def pictures(n=32):
    random = np.random.default_rng(0)
    images = torch.from_numpy(random.normal(0, 1, (n, 3, 8, 8)).astype(np.float32))
    return torch.utils.data.TensorDataset(images, (images.mean(dim=(2, 3))[:, :2] > 0).float())


def small(seed=0, drop=0.0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.BatchNorm1d(16), nn.Dropout(drop), nn.Linear(16, 2))


def batches(n=32, **options):
    return torch.utils.data.DataLoader(pictures(n), batch_size=8, **options)


def small_trainer(model, loss=None, **options):
    loss = ml.loss.BCEWithLogits() if loss is None else loss
    return training.Trainer(model, loss, vocabulary=["red", "blue"], **options)


class StopAfter:
    def __init__(self, steps):
        self.steps = steps

    def on_step_end(self, state):
        self.steps -= 1
        return training.Flow.stop if self.steps == 0 else None


def losses(history):
    return [row.training_loss for row in history.epochs]


def test_a_torch_loader_and_a_list_are_loaders():
    history = small_trainer(small()).fit(batches(shuffle=True), [next(iter(batches()))], epochs=2)
    assert len(history) == 2
    assert np.isfinite(history.best.mean_average_precision)
    held_out = small_trainer(small()).predict(batches())
    np.testing.assert_array_equal(held_out.targets, pictures().tensors[1].numpy())
    assert held_out.images == []


def test_a_loader_without_labels_or_length_is_named():
    with pytest.raises(ml.ArgumentError, match=r"train must have a vocabulary; got none"):
        training.Trainer(small(), ml.loss.BCEWithLogits()).fit(batches())
    with pytest.raises(ml.ArgumentError, match=r"an iterable with a length.*got generator"):
        small_trainer(small()).fit(batch for batch in batches())
    with pytest.raises(ml.ArgumentError, match=r"a batch must be \(images, targets\).*got Tensor"):
        small_trainer(small()).fit([torch.zeros(2, 3, 8, 8)])
    with pytest.raises(ml.ShapeError, match=r"targets must be \[2, 2\]; got \[2, 3\]"):
        small_trainer(small()).fit([(torch.zeros(2, 3, 8, 8), torch.zeros(2, 3))])


def test_a_sample_weight_reaches_the_loss():
    images, targets = pictures().tensors
    weight = torch.cat([torch.ones(16), torch.zeros(16)])
    seen = []

    def loss(logits, targets, sample_weight=None):
        seen.append(sample_weight)
        return nn.functional.binary_cross_entropy_with_logits(logits, targets)

    small_trainer(small(), loss).fit([(images, targets, weight)], epochs=1)
    assert torch.equal(seen[0], weight)


def test_without_validation_the_last_weights_stay():
    history = small_trainer(small()).fit(batches(), epochs=2)
    assert (history.best_epoch, list(history.to_dict())) == (2, ["epoch", "training_loss", "learning_rate", "seconds"])
    with pytest.raises(AttributeError, match="no column 'f1_micro'"):
        _ = history.epochs[0].f1_micro


def test_measures_of_ones_own_are_columns_and_monitored():
    counted = []
    falls = ml.evaluation.Measure("falls", lambda held_out: counted.append(held_out) or -len(counted))
    run = small_trainer(small(), measures=["f1_micro", falls], monitor="falls")
    history = run.fit(batches(), batches(), epochs=3)
    assert history.best_epoch == 1
    assert list(history.to_dict())[2:5] == ["validation_loss", "f1_micro", "falls"]
    assert counted[0].vocabulary.labels == ["red", "blue"]
    assert run.evaluate(batches()).to_dict().keys() == {"loss", "f1_micro", "falls"}


@pytest.mark.parametrize("kind", ["instance", "function", "scheduled"])
def test_torch_optimizers_learn_and_resume_bit_equal(tmp_path, kind):
    def run(*callbacks, **options):
        model = small(drop=0.3)
        optimizer, schedule = (lambda parameters: torch.optim.RMSprop(parameters, lr=0.01)), training.cosine()
        if kind != "function":
            optimizer = torch.optim.Adam(model.parameters(), lr=0.01, amsgrad=True)
        if kind == "scheduled":
            schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3, gamma=0.5)
        made = small_trainer(model, optimizer=optimizer, schedule=schedule, callbacks=callbacks)
        return made.fit(batches(shuffle=True), batches(), epochs=3, **options), model

    whole, expected = run()
    if kind == "scheduled":
        assert [row.learning_rate for row in whole.epochs] == [0.005, 0.0025, 0.00125]
    run(training.ModelCheckpoint(tmp_path), StopAfter(6))
    resumed, model = run(resume=tmp_path)
    assert losses(resumed) == losses(whole)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), expected.parameters(), strict=True))


def test_an_optimizer_that_is_none_is_named():
    with pytest.raises(ml.ArgumentError, match=r"optimizer must be a name, a torch.optim.Optimizer or a function"):
        small_trainer(small(), optimizer=3)
    with pytest.raises(ml.ArgumentError, match="optimizer must be one of 'adamw', 'adam', 'sgd'; got 'lion'"):
        small_trainer(small(), optimizer="lion")


def test_a_schedule_may_be_a_function():
    history = small_trainer(small(), learning_rate=0.1, schedule=lambda step, total: 1 - step / total).fit(
        batches(), epochs=1
    )
    assert history.epochs[0].learning_rate == pytest.approx(0.1 * 0.25)  # the last of four steps


def test_groups_have_rates_of_their_own():
    model = small()
    before = [parameter.detach().clone() for parameter in model.parameters()]
    group = training.ParameterGroup("1.", rate_factor=0.0, weight_decay=0.0)
    small_trainer(model, groups=[group]).fit(batches(), epochs=1)
    changed = [not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)]
    assert changed == [False, False, True, True, True, True]


def test_a_resume_names_what_differs(tmp_path):
    small_trainer(
        small(), schedule=training.cosine(), callbacks=[training.ModelCheckpoint(tmp_path), StopAfter(3)]
    ).fit(batches(), batches(), epochs=2)
    cases = [
        ({"learning_rate": 0.5}, {}, "learning_rate must be that of the checkpoint, 0.001; got 0.5"),
        ({"clip_norm": 1.0}, {}, "clip_norm must be that of the checkpoint, 0; got 1"),
        ({"schedule": training.linear()}, {}, "schedule.shape must be that of the checkpoint, cosine; got linear"),
        ({"loss": ml.loss.Focal()}, {}, "loss must be that of the checkpoint, BCEWithLogits; got Focal"),
        ({"loss": ml.loss.BCEWithLogits(pos_weight=[1, 2])}, {}, r"loss.pos_weight must be .*, \[\]; got \[1, 2\]"),
        ({}, {"batch_size": 16}, "train.batch_size must be that of the checkpoint, 8; got 16|train.batches"),
        ({}, {"shuffle": True}, "train.sampler must be that of the checkpoint, .*Sequential.*; got .*Random"),
    ]
    for options, loader, sentence in cases:
        options = {"schedule": training.cosine(), "loss": None, **options}
        loss = options.pop("loss")
        made = torch.utils.data.DataLoader(pictures(), **{"batch_size": 8} | loader)
        with pytest.raises(ml.BundleError, match=sentence):
            small_trainer(small(), loss, **options).fit(made, batches(), epochs=2, resume=tmp_path)


def test_a_resume_knows_the_data_and_the_order(data, tmp_path):
    def fit(dataset, **options):
        run = training.Trainer(
            network(len(data.vocabulary)), ml.loss.BCEWithLogits(), callbacks=options.pop("callbacks", ())
        )
        loader = ml.data.DataLoader(
            dataset, data.vocabulary, ml.augmentation.evaluation(size=32), batch_size=16, shuffle=True, **options
        )
        return run.fit(loader, loader, epochs=2, resume=None if run.callbacks else tmp_path)

    fit(data, seed=1, callbacks=[training.ModelCheckpoint(tmp_path), StopAfter(1)])
    with pytest.raises(ml.BundleError, match=r"seed must be that of the checkpoint, 1; got 2|train.order"):
        fit(data, seed=2)
    other = ml.data.Dataset(data.images, [list(labels) for labels in reversed(data.labels)], vocabulary=data.vocabulary)
    with pytest.raises(ml.BundleError, match=r"train.dataset must be that of the checkpoint"):
        fit(other, seed=1)


def test_soft_f1_resumes_in_the_middle_of_an_epoch(tmp_path):
    def run(*callbacks, **options):
        return losses(
            small_trainer(small(), ml.loss.SoftF1(), callbacks=callbacks).fit(batches(), batches(), epochs=2, **options)
        )

    whole = run()
    run(training.ModelCheckpoint(tmp_path), StopAfter(2))
    assert run(resume=tmp_path) == whole


def test_two_runs_in_two_threads_do_not_disturb_each_other():
    def fit(seed):
        return losses(small_trainer(small(seed, 0.5), seed=seed).fit(batches(shuffle=True), batches(), epochs=3))

    alone = {seed: fit(seed) for seed in (1, 2)}
    models = {seed: small(seed, 0.5) for seed in (1, 2)}
    before, together = torch.get_rng_state(), {}

    def work(seed):
        run = small_trainer(models[seed], seed=seed)
        together[seed] = losses(run.fit(batches(shuffle=True), batches(), epochs=3))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
    assert torch.equal(before, torch.get_rng_state())


def test_modes_are_looked_at_again_at_every_epoch():
    model, seen = small(drop=0.5), []
    model.register_forward_pre_hook(lambda m, a: seen.append(m.training) if torch.is_grad_enabled() else None)

    class Look:
        def on_epoch_end(self, state):
            model.eval()

    run = small_trainer(model, callbacks=[Look()])
    model.eval()
    run.fit(batches(), batches(), epochs=2)
    assert seen == [True] * 8
    expected = run.predict(batches()).logits
    model.train()
    np.testing.assert_array_equal(run.predict(batches()).logits, expected)


def test_parameters_that_cannot_be_learnt_are_named():
    lazy = nn.Sequential(nn.Flatten(), nn.LazyLinear(2))
    with pytest.raises(ml.ArgumentError, match=r"every parameter must have a shape; got a lazy one, '1.weight'"):
        small_trainer(lazy).fit(batches())
    expanded = nn.Sequential(nn.Flatten(), nn.Linear(192, 2))
    expanded[1].weight = nn.Parameter(torch.zeros(1).expand(2, 192))
    with pytest.raises(ml.ArgumentError, match=r"without gaps and overlaps; got .* in '1.weight'"):
        small_trainer(expanded).fit(batches())


def test_parameters_of_a_loss_are_learnt_and_resumed(tmp_path):
    class Learned(nn.Module):
        def __init__(self):
            super().__init__()
            self.s = nn.Parameter(torch.zeros(2))

        def forward(self, x, y):
            return (
                nn.functional.binary_cross_entropy_with_logits(x, y, reduction="none") * (-self.s).exp() + self.s
            ).mean()

    def run(*callbacks, **options):
        loss = Learned()
        history = small_trainer(small(), loss, callbacks=callbacks).fit(batches(), batches(), epochs=2, **options)
        return losses(history), loss.s.detach()

    whole, expected = run()
    assert bool((expected != 0).all())
    run(training.ModelCheckpoint(tmp_path), StopAfter(6))
    resumed, scale = run(resume=tmp_path)
    assert resumed == whole
    assert torch.equal(scale, expected)


def test_a_compiled_module_keeps_its_names(tmp_path):
    model = torch.compile(small(), backend="eager")
    small_trainer(model, callbacks=[training.ModelCheckpoint(tmp_path)]).fit(batches(), batches(), epochs=1)
    assert sorted(ml.model.load_safetensors(tmp_path / "best.safetensors").tensors) == sorted(small().state_dict())


def test_an_exception_keeps_history_and_best_weights():
    calls = []

    def loss(x, y):
        calls.append(1)
        value = nn.functional.binary_cross_entropy_with_logits(x, y)
        return value * float("nan") if len(calls) == 12 else value

    model, best = small(), {}

    class Keep:
        def on_epoch_end(self, state):
            if state.is_best:
                best.update({name: value.clone() for name, value in model.state_dict().items()})

    run = small_trainer(model, loss, callbacks=[Keep()])
    with pytest.raises(ml.ArgumentError, match="the loss must be finite"):
        run.fit(batches(), batches(), epochs=5)
    assert len(run.history) == 2
    assert all(torch.equal(best[name], value) for name, value in model.state_dict().items())


def test_a_callback_sees_the_average_that_was_measured():
    rows = []

    class Look:
        def on_epoch_end(self, state):
            rows.append((state.history.epochs[-1].validation_loss, run.evaluate(batches()).loss))

    run = small_trainer(small(), ema_decay=0.99, callbacks=[Look()])
    run.fit(batches(), batches(), epochs=2)
    for measured, seen in rows:
        assert measured == pytest.approx(seen, rel=1e-6)


def test_histories_pickle():
    history = small_trainer(small()).fit(batches(), batches(), epochs=2)
    again = pickle.loads(pickle.dumps(history))
    assert again.to_dict() == history.to_dict()
    assert (again.best_epoch, again.stopped, again.monitor) == (
        history.best_epoch,
        "finished",
        "mean_average_precision",
    )
    assert pickle.loads(pickle.dumps(history.epochs[0])).f1_micro == history.epochs[0].f1_micro


def test_activation_checkpointing_takes_the_shared_generator():
    from torch.utils.checkpoint import checkpoint

    class Checkpointed(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = small(drop=0.5)

        def forward(self, images):
            return checkpoint(self.inner, images, use_reentrant=False)

    with pytest.raises(RuntimeError, match=r"drawn in the forward pass alone.*randomness shared"):
        small_trainer(Checkpointed()).fit(batches())
    before = torch.get_rng_state()
    plain = small_trainer(small(drop=0.5), randomness="shared").fit(batches(), epochs=2)
    torch.set_rng_state(before)
    model = Checkpointed()
    torch.set_rng_state(before)
    history = small_trainer(model, randomness="shared").fit(batches(), epochs=2)
    assert torch.equal(torch.get_rng_state(), before)
    assert losses(history)[0] == pytest.approx(losses(plain)[0], rel=0.2)
    with pytest.raises(ml.ArgumentError, match="randomness must be 'own' or 'shared'; got 'mine'"):
        small_trainer(small(), randomness="mine")


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_the_forward_pass_has_the_precision_asked_for(precision):
    types = []

    class Seen(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = small()

        def forward(self, images):
            logits = self.inner(images)
            types.append(logits.dtype)
            return logits

    def loss(logits, targets):
        assert logits.dtype == torch.float32
        return nn.functional.binary_cross_entropy_with_logits(logits, targets)

    trainer = small_trainer(Seen(), loss, precision=precision, device="cpu")
    history = trainer.fit(batches(), batches(), epochs=2)
    assert set(types) == {getattr(torch, precision)}
    assert all(parameter.dtype == torch.float32 for parameter in trainer.model.parameters())
    assert losses(history)[1] < losses(history)[0]
    plain = losses(small_trainer(small()).fit(batches(), epochs=1))
    assert losses(history)[0] == pytest.approx(plain[0], rel=0.05)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"device": "gpu"}, "device must be auto, cpu, cuda, cuda:1, mps or another"),
        ({"precision": "half"}, "precision must be one of 'float32', 'bfloat16', 'float16'"),
        pytest.param(
            {"device": "cuda"},
            "device must be there",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device"),
        ),
    ],
)
def test_devices_and_precisions_that_are_none_are_refused(options, sentence):
    with pytest.raises(ml.ArgumentError, match=sentence):
        small_trainer(small(), **options).fit(batches())


@pytest.mark.skipif(not (torch.cuda.is_available() or torch.backends.mps.is_available()), reason="there is no GPU")
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_a_run_on_a_gpu_is_the_run_on_the_cpu(precision, tmp_path):
    def run(device, **fit):
        trainer = small_trainer(
            small(), ema_decay=0.9, device=device, precision=precision, callbacks=[training.ModelCheckpoint(tmp_path)]
        )
        return losses(trainer.fit(batches(), batches(), epochs=3, **fit))

    assert run("auto") == pytest.approx(run("cpu"), rel=1e-3 if precision == "float32" else 0.05)
    assert run("cpu", resume=tmp_path)[2] == pytest.approx(run("auto")[2], rel=0.05)


TORCH = torch.optim.lr_scheduler


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (training.cosine(), lambda o, n: TORCH.CosineAnnealingLR(o, n)),
        (training.cosine(end=0.1, cycles=4), lambda o, n: TORCH.CosineAnnealingWarmRestarts(o, n // 4, eta_min=0.1)),
        (training.linear(end=0.2), lambda o, n: TORCH.LinearLR(o, 1.0, 0.2, n)),
        (training.step(every=0.25, multiplier=0.3), lambda o, n: TORCH.StepLR(o, n // 4, 0.3)),
        (training.exponential(end=0.02), lambda o, n: TORCH.ExponentialLR(o, 0.02 ** (1 / n))),
        (training.polynomial(power=1.7), lambda o, n: TORCH.PolynomialLR(o, n, 1.7)),
        (training.one_cycle(), lambda o, n: TORCH.OneCycleLR(o, 1.0, n)),
        (
            training.one_cycle(rise=0.4, start=0.1, end=0.001),
            lambda o, n: TORCH.OneCycleLR(o, 1.0, n, pct_start=0.4, div_factor=10, final_div_factor=100),
        ),
    ],
)
@pytest.mark.parametrize("total", [20, 400])
def test_schedules_are_torchs_at_every_step(ours, theirs, total):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = theirs(optimizer, total)
    for step in range(total):
        assert ours.factor(step, total) == pytest.approx(optimizer.param_groups[0]["lr"], rel=0, abs=1e-9)
        optimizer.step()
        scheduler.step()


def test_plateau_drops_where_torchs_does(tmp_path):
    def run(callbacks=(), **fit):
        trainer = small_trainer(
            small(),
            learning_rate=0.5,
            schedule=training.plateau(multiplier=0.5, patience=1, cooldown=1, end=0.01),
            monitor="validation_loss",
            callbacks=callbacks,
        )
        return trainer.fit(batches(), batches(16), epochs=14, **fit).to_dict()

    history = run()
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    scheduler = TORCH.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, cooldown=1, min_lr=0.005)
    for rate, value in zip(history["learning_rate"], history["validation_loss"], strict=True):
        assert rate == pytest.approx(optimizer.param_groups[0]["lr"])
        scheduler.step(value)
    assert history["learning_rate"][-1] < 0.5
    run([training.ModelCheckpoint(tmp_path), StopAfter(30)])
    assert run(resume=tmp_path)["learning_rate"] == history["learning_rate"]


def test_a_plateau_needs_something_to_watch():
    with pytest.raises(ml.ArgumentError, match="must have validation, or training_loss to watch"):
        small_trainer(small(), schedule=training.plateau()).fit(batches())


def test_layers_far_from_the_head_learn_slower():
    model = ml.model.create("resnet18", labels=2)
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    trainer = small_trainer(
        model, optimizer="sgd", weight_decay=0.0, learning_rate=1e-3, groups=training.layer_decay(model, 0.001)
    )
    trainer.fit([(torch.randn(4, 3, 32, 32), torch.ones(4, 2))], epochs=1)
    moved = {name: float((value.detach() - before[name]).abs().max()) for name, value in model.named_parameters()}
    assert moved["fc.weight"] > 1e-5
    assert moved["conv1.weight"] < 1e-8
    thawing = training.layer_decay(model, epochs_a_block=1)
    assert [group.frozen_epochs for group in thawing[-2:]] == [2, 1]
    with pytest.raises(ml.ArgumentError, match="must number its blocks"):
        training.layer_decay(nn.Linear(2, 2))
