// SPDX-License-Identifier: Apache-2.0
#pragma once

// The docstrings of multilabel.training's compiled classes. python/tests/test_docstrings.py runs their examples.

namespace multilabel::python {

inline constexpr const char* epoch_row_doc = R"doc(One epoch's numbers: a row of a ``History``. Made by ``Trainer.fit``.

Scores are in [0, 1], of the validation images, by the weights that ``fit`` would return.

Attributes
----------
epoch : int
    Counted from 1.
training_loss : float
    Mean over the epoch's samples, while the weights were moving.
validation_loss : float
    Mean over the validation samples.
mean_average_precision : float
    Macro average over the labels that have positives.
f1_samples, f1_micro : float
    Mean over the images, and over all cells, both predicted at a score of 0.5.
learning_rate : float
    Of the epoch's last step.
seconds : float
    Wall time, validation included; the one number that differs from run to run.

Examples
--------
>>> import multilabel as ml
>>> import numpy as np
>>> import torch
>>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
>>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
>>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
>>> row = ml.training.Trainer(model, ml.loss.BCEWithLogits()).fit(loader, loader, epochs=1).epochs[0]
>>> row.epoch, row.mean_average_precision  # equal images cannot be ranked: the share of positives is left
(1, 0.5)
>>> list(row.to_dict())[:3]
['epoch', 'training_loss', 'validation_loss'])doc";

inline constexpr const char* history_doc =
    R"doc(The rows of a run, oldest first, and why it ended. Made by ``Trainer.fit``; ``len`` is the number of epochs.

Attributes
----------
epochs : list of EpochRow
best_epoch : int or None
    Counted from 1; of the weights that ``fit`` leaves in the model. Of equal epochs the first. None before the first ends.
best : EpochRow or None
    Its row.
stopped : str
    ``"finished"``, ``"by_callback"`` or ``"interrupted"``.

Examples
--------
>>> import multilabel as ml
>>> import numpy as np
>>> import torch
>>> white, black = np.full((4, 4, 3), 255, np.uint8), np.zeros((4, 4, 3), np.uint8)
>>> data = ml.data.Dataset([white, black] * 2, [["cat"], [], ["cat"], []])
>>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
>>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
>>> _ = torch.nn.init.constant_(model[1].weight, 0.01)  # the whiter, the more a cat
>>> history = ml.training.Trainer(model, ml.loss.BCEWithLogits()).fit(loader, loader, epochs=2)
>>> history
History(2 epochs, best_epoch=1, stopped='finished')
>>> history.to_dict()["mean_average_precision"]  # one list a column, as pandas.DataFrame takes them
[1.0, 1.0]
>>> history.to_csv().splitlines()[0]
'epoch,training_loss,validation_loss,mean_average_precision,f1_samples,f1_micro,learning_rate,seconds')doc";

inline constexpr const char* flow_doc =
    R"doc(What an event of a callback answers: ``proceed``, the same as returning None, or ``stop`` after the current step.

Examples
--------
>>> import multilabel as ml
>>> import numpy as np
>>> import torch
>>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
>>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
>>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
>>> class OneEpoch:
...     def on_epoch_end(self, state):
...         return ml.training.Flow.stop
>>> trainer = ml.training.Trainer(model, ml.loss.BCEWithLogits(), callbacks=[OneEpoch()])
>>> trainer.fit(loader, loader, epochs=9)
History(1 epochs, best_epoch=1, stopped='by_callback'))doc";

inline constexpr const char* training_state_doc = R"doc(Where a run stands: what each event of a callback gets.

It may be kept; only ``save_checkpoint(path)`` and ``save_weights(path)`` need the run they belong to, and raise
ArgumentError after it. They write a .safetensors file, whole or not at all: everything needed to resume, or the weights
alone (in ``on_epoch_end`` those that were just measured).

Attributes
----------
epoch, epochs : int
    The epoch at work, counted from 1, and how many the run is to have.
step, steps : int
    Steps of the optimiser done in this epoch, and those of one epoch.
validation_step, validation_steps : int
    Validation batches done in this epoch, and those of one epoch.
loss, training_loss : float
    Of the last step, and the mean of this epoch so far; NaN before the first step.
learning_rate : float
    Of the last step.
is_best : bool
    In ``on_epoch_end``: the epoch just measured is the best so far.
history : History
    All rows so far; in ``on_epoch_end`` with this epoch's.

Examples
--------
>>> import multilabel as ml
>>> import numpy as np
>>> import torch
>>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
>>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
>>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
>>> class Show:
...     def on_step_end(self, state):
...         print(f"epoch {state.epoch} of {state.epochs}, step {state.step} of {state.steps}")
>>> history = ml.training.Trainer(model, ml.loss.BCEWithLogits(), callbacks=[Show()]).fit(loader, loader, epochs=1)
epoch 1 of 1, step 1 of 2
epoch 1 of 1, step 2 of 2)doc";

inline constexpr const char* schedule_doc =
    R"doc(A factor on the learning rate for each step of a run. Made by ``constant``, ``cosine``, ``linear`` or ``step``.

``factor(step, total)`` is the factor, in [0, 1], of step 0 to ``total - 1``; later steps get the last one's.

Examples
--------
>>> from multilabel.training import linear
>>> schedule = linear(warmup=0.5)
>>> [round(schedule.factor(step, 4), 2) for step in range(4)]
[0.33, 0.67, 1.0, 0.5]
>>> schedule == linear(warmup=0.5)
True)doc";

inline constexpr const char* stop_token_doc =
    R"doc(Ends a run from elsewhere, such as another thread: give it to ``Trainer.fit`` as ``stop`` and call ``request_stop()``.

The step at work is completed, and ``fit`` leaves the best weights so far in the model. A request cannot be taken back;
``stop_requested`` says whether there was one.

Examples
--------
>>> import multilabel as ml
>>> import numpy as np
>>> import torch
>>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
>>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
>>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
>>> stop = ml.training.StopToken()
>>> stop.request_stop()
>>> stop.stop_requested
True
>>> ml.training.Trainer(model, ml.loss.BCEWithLogits()).fit(loader, loader, stop=stop).stopped
'interrupted')doc";

inline constexpr const char* evaluation_doc =
    R"doc(How good a model's answers are: what ``Trainer.evaluate`` returns. NaN where there is nothing to measure.

Attributes
----------
loss : float
    Mean over the samples.
mean_average_precision : float
    Macro average over the labels that have positives, in [0, 1].
f1_samples, f1_micro : float
    Mean over the images, and over all cells, both predicted at a score of 0.5.

Examples
--------
>>> import multilabel as ml
>>> import numpy as np
>>> import torch
>>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
>>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
>>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
>>> for parameter in model.parameters():
...     _ = torch.nn.init.zeros_(parameter)  # a score of 0.5 for everything
>>> found = ml.training.Trainer(model, ml.loss.BCEWithLogits()).evaluate(loader)
>>> round(found.loss, 4), found.mean_average_precision, round(found.f1_micro, 4)
(0.6931, 0.5, 0.6667))doc";

inline constexpr const char* parameter_group_doc =
    R"doc(Parameters with a learning rate, a weight decay or a begin of their own: those whose names begin with ``prefix``.

Of several groups that fit a parameter the first counts.

Parameters
----------
prefix : str
    ``"classifier."``, ``"blocks.0"``; names are those of ``model.named_parameters()``.
rate_factor : float
    On the learning rate.
weight_decay : float or None
    Instead of the trainer's, for weights of two dimensions and more; None: the trainer's.
frozen_epochs : int
    In the first so many epochs they are not learnt.

Examples
--------
>>> import multilabel as ml
>>> group = ml.training.ParameterGroup("blocks.", rate_factor=0.1, frozen_epochs=2)
>>> group.prefix, group.rate_factor
('blocks.', 0.1))doc";

}  // namespace multilabel::python
