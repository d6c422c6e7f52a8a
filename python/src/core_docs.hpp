// SPDX-License-Identifier: Apache-2.0
#pragma once

// The docstrings of the public classes of multilabel._core. python/tests/test_docstrings.py runs their examples.

namespace multilabel::python {

inline constexpr const char* preprocessing_doc =
    R"doc(The format that a model takes: an image resized to `height` x `width`, then (x / 255 - mean) / std as planes of float
[3, height, width] in RGB order, or measured by each image's own values. A loader and a pipeline have one as
``preprocessing``; a bundle stores it.

Parameters
----------
height, width : int
    Pixels, at least 0; 0: not fixed.
mean, std : three floats
    Of values divided by 255; `std` above 0.
interpolation : str
    How images are resized; by default by averages of areas.
normalization : str
    ``"standard"``, or as in ``Normalize``: then `mean` and `std` are without effect.

Examples
--------
>>> from multilabel.augmentation import evaluation
>>> stored = evaluation(size=96).preprocessing
>>> stored.height, stored.width, stored.mean, stored.interpolation.name
(96, 96, [0.5, 0.5, 0.5], 'area')
>>> evaluation(stored).preprocessing == stored
True
>>> stored
Preprocessing(height=96, width=96, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), interpolation='area', normalization='standard'))doc";

inline constexpr const char* cache_statistics_doc = R"doc(How the cache of a ``DataLoader`` fares: its ``cache_statistics``.

Attributes
----------
images, bytes : int
    In the cache now.
limit : int
    Bytes they may take.
hits, misses : int
    Samples served from the cache, and those read because they came for the first time or did not fit.

Examples
--------
>>> import multilabel as ml
>>> data = ml.data.read_csv("examples/data/openclipart/labels.csv")[:3]
>>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=32), cache="decoded")
>>> for epoch in range(2):
...     batches = list(loader)
>>> found = loader.cache_statistics
>>> found.images, found.misses, found.hits
(3, 3, 3))doc";

inline constexpr const char* inspection_doc =
    R"doc(What ``inspect`` found: ``print`` it for a page of text, ``to_dict()`` gives plain values for programs.

Positions are those of the data set that was inspected.

Attributes
----------
samples : int
cardinality, density : float
    Mean number of labels a sample, and that over the number of labels.
most_labels, label_sets : int
    Labels of one sample at most, and distinct combinations of labels.
imbalance : float
    The most frequent label's count over the rarest's.
labels : list
    Sorted by name, each with ``label``, ``count`` and ``per_split``.
splits : list of (str, int)
    Values of the split column, and their samples.
rare : list of str
    Labels with fewer samples than asked for.
missing : list of (str, str)
    A label, and a split that has no sample of it.
similar, inseparable : list of (str, str)
    Labels that differ only in case or blanks, and those that only come together, in at least two samples.
together : list
    Pairs of labels that some sample has, the most frequent first, each with ``first``, ``second`` and ``count``.
empty : list of int
    Samples without any label, present or unknown.
unreadable : list
    Files that are no whole image, each with ``path``, ``sample`` and ``reason``.
duplicates, near_duplicates : list of list of int
    Groups whose files are equal byte for byte, and those that look the same though their files differ.
duplicates_across_splits, near_duplicates_across_splits : int
    Groups that lie in more than one split.
contradictory : list of int
    First samples of the groups of equal files whose labels differ.
smallest, largest : (int, int)
    Least and greatest height and width of JPEG and PNG files.
files_read, pixels_read : bool
looks_multi_class : bool
    Every sample has exactly one label: a softmax may be the better model.

Examples
--------
>>> from multilabel.data import Dataset, inspect
>>> found = inspect(Dataset(["a.png", "b.png"], [["cat", "Dog"], ["cat", "dog"]]), files="none")
>>> found.cardinality, found.similar
(2.0, [('Dog', 'dog')])
>>> [(pair.first, pair.second, pair.count) for pair in found.together]
[('Dog', 'cat', 1), ('cat', 'dog', 1)])doc";

}  // namespace multilabel::python
