# SPDX-License-Identifier: Apache-2.0
"""The binarizer, the vocabulary and the label statistics, beside scikit-learn wherever it has the same thing."""

from __future__ import annotations

import doctest
import json
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MultiLabelBinarizer as Peer

import multilabel
from multilabel import MultiLabelBinarizer, Vocabulary, encoding

ROWS = [
    [["dog", "cat"], [], ["bird", "dog", "dog"]],
    [{"b", "a"}, ("c",), frozenset(), ["a"]],
    [(3, 1), (2,), (), (1, 1)],
    [(True, False), (True,)],
    [(1, True, 1.0), (2,)],
    [(1.5, 2), (0.5,)],
    [[("a", 1), ("b", 2)], [("a", 1)]],
    [np.array([1, 2]), np.array([3])],
    [[], []],
    [],
]


def generated(seed: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    names = [f"label {k}" for k in range(30)]
    return [list(rng.choice(names, size=rng.integers(0, 6))) for _ in range(int(rng.integers(0, 40)))]


@pytest.mark.parametrize("rows", [*ROWS, *(generated(seed) for seed in range(10))])
@pytest.mark.parametrize("sparse_output", [False, True])
def test_fit_transform_equals_scikit_learn(rows, sparse_output):
    peer, ours = Peer(sparse_output=sparse_output), MultiLabelBinarizer(sparse_output=sparse_output)
    expected, actual = peer.fit_transform(rows), ours.fit_transform(rows)
    assert list(ours.classes_) == list(peer.classes_)
    assert ours.classes_.dtype == peer.classes_.dtype
    assert type(actual) is type(expected)
    assert actual.dtype == expected.dtype
    if sparse_output:
        assert actual.indices.dtype == expected.indices.dtype
        expected, actual = expected.toarray(), actual.toarray()
    assert actual.shape == expected.shape
    assert (actual == expected).all()
    assert ours.inverse_transform(actual) == peer.inverse_transform(expected)
    again = MultiLabelBinarizer(sparse_output=sparse_output).fit(rows).transform(rows)
    assert ((again.toarray() if sparse_output else again) == expected).all()


def test_classes_keep_their_order_and_rows_are_not_looked_at_in_fit():
    ours = MultiLabelBinarizer(classes=[2, "a", 1]).fit(object())
    assert ours.transform([["a"], [1, 2]]).tolist() == [[0, 1, 0], [1, 0, 1]]
    assert list(ours.classes_) == list(Peer(classes=[2, "a", 1]).fit(None).classes_)


def test_a_generator_is_read_once():
    assert MultiLabelBinarizer().fit_transform(row for row in [["a"], ["b"]]).tolist() == [[1, 0], [0, 1]]


def test_unknown_labels_warn_with_the_text_of_scikit_learn():
    peer, ours = Peer().fit([[1, 2]]), MultiLabelBinarizer().fit([[1, 2]])
    rows = [[3, 1], ["y", 3], ["z"]]
    with pytest.warns(UserWarning, match="will be ignored") as expected:
        peer.transform(rows)
    with pytest.warns(UserWarning, match="will be ignored") as actual:
        matrix = ours.transform(rows)
    assert str(actual[0].message) == str(expected[0].message) == "unknown class(es) [3, 'y', 'z'] will be ignored"
    assert actual[0].filename == __file__
    assert matrix.tolist() == [[1, 0], [0, 0], [0, 0]]
    assert ours.unknown_counts_ == {3: 2, "y": 1, "z": 1}


def test_unknown_labels_can_be_an_error_or_pass_in_silence():
    with pytest.raises(multilabel.LabelError, match=r"labels must be among the 2 classes; got \['c'\]"):
        MultiLabelBinarizer(unknown="error").fit([["a", "b"]]).transform([["c"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert MultiLabelBinarizer(unknown="ignore").fit([["a"]]).transform([["c"]]).tolist() == [[0]]


@pytest.mark.parametrize("rows", [["dog", "cat"], "dog", [b"dog"], [["dog"], "cat"]])
def test_a_string_is_not_a_row_of_labels(rows):
    with pytest.raises(
        ValueError, match=r"each row must be a collection of labels, such as a list; got the string b?'"
    ):
        MultiLabelBinarizer().fit(rows)


@pytest.mark.parametrize(
    ("parameters", "rows"),
    [
        ({"classes": ["a", "b", "a"]}, [["a"]]),
        ({"classes": "abc"}, [["a"]]),
        ({"classes": 3}, [["a"]]),
        ({"classes": [["a"], ["b"]]}, [["a"]]),
        ({"sparse_output": "yes"}, [["a"]]),
        ({}, [["a", 1]]),
        ({}, [["a", None]]),
        ({}, [[["a"]]]),
        ({}, [3]),
        ({}, 3),
    ],
)
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_errors_have_the_kind_that_scikit_learn_gives(parameters, rows, method):
    with pytest.raises(Exception) as expected:
        getattr(Peer(**parameters), method)(rows)
    with pytest.raises(Exception) as actual:
        getattr(MultiLabelBinarizer(**parameters), method)(rows)
    builtin = (ValueError, TypeError, OverflowError)
    assert [isinstance(actual.value, kind) for kind in builtin] == [
        isinstance(expected.value, kind) for kind in builtin
    ]


def test_parameters_are_keyword_only():
    with pytest.raises(TypeError):
        MultiLabelBinarizer(["a"])


def test_transform_before_fit_is_the_error_of_both_libraries():
    for method, argument in (("transform", [["a"]]), ("inverse_transform", np.zeros((1, 1)))):
        with pytest.raises(SklearnNotFittedError) as expected:
            getattr(Peer(), method)(argument)
        with pytest.raises(SklearnNotFittedError) as actual:
            getattr(MultiLabelBinarizer(), method)(argument)
        assert str(actual.value) == str(expected.value)
        assert isinstance(actual.value, multilabel.NotFittedError)


def test_inverse_transform_takes_zero_and_one_of_any_type():
    ours = MultiLabelBinarizer().fit([["a", "b"]])
    for dtype in (bool, np.uint8, np.int64, np.float32, np.float64):
        assert ours.inverse_transform(np.array([[1, 0], [1, 1]], dtype)) == [("a",), ("a", "b")]
    assert ours.inverse_transform([[0, 1]]) == [("b",)]
    assert ours.inverse_transform(pd.DataFrame([[0, 1]])) == [("b",)]


def test_inverse_transform_of_stored_zeros_gives_no_labels():
    ours, peer = MultiLabelBinarizer().fit([["a", "b"]]), Peer().fit([["a", "b"]])
    stored = sparse.csr_matrix((np.array([0, 1]), np.array([0, 1]), np.array([0, 2])), shape=(1, 2))
    assert ours.inverse_transform(stored) == [("b",)]
    assert [tuple(row) for row in peer.inverse_transform(stored)] == [("a", "b")]  # the peer's defect, for the record


@pytest.mark.parametrize("matrix", [np.zeros((1, 1)), np.array([[2, 0]]), np.array([[np.nan, 0]])])
def test_inverse_transform_refuses_with_the_texts_of_scikit_learn(matrix):
    peer, ours = Peer().fit([["a", "b"]]), MultiLabelBinarizer().fit([["a", "b"]])
    with pytest.raises(ValueError) as expected:
        peer.inverse_transform(matrix)
    with pytest.raises(ValueError) as actual:
        ours.inverse_transform(matrix)
    assert str(actual.value) == str(expected.value)


def test_scikit_learn_can_clone_set_print_and_pickle_it():
    ours = MultiLabelBinarizer(classes=["b", "a"], sparse_output=True)
    copy = clone(ours)
    assert copy.get_params() == {"classes": ["b", "a"], "sparse_output": True, "unknown": "warn"}
    assert not hasattr(copy, "classes_")
    assert repr(ours) == "MultiLabelBinarizer(classes=['b', 'a'], sparse_output=True)"
    assert repr(MultiLabelBinarizer()) == repr(Peer())
    assert ours.set_params(sparse_output=False).fit([]).transform([["a"]]).tolist() == [[0, 1]]
    assert pickle.loads(pickle.dumps(ours)).transform([["b"]]).tolist() == [[1, 0]]
    with pytest.raises(ValueError, match="Invalid parameter 'wrong'"):
        ours.set_params(wrong=1)


def test_it_works_in_a_pipeline_with_names():
    pipeline = Pipeline([("labels", MultiLabelBinarizer()), ("same", "passthrough")])
    assert pipeline.fit_transform([["a"], ["b", "a"]]).tolist() == [[1, 0], [1, 1]]
    assert pipeline.transform([["b"]]).tolist() == [[0, 1]]
    assert list(pipeline[:1].get_feature_names_out()) == ["a", "b"]


def test_a_data_set_is_not_taken_for_rows_of_labels():
    data = multilabel.data.read_csv("examples/data/openclipart/labels.csv")
    train, validation = data.split_by("split", ["train", "val"])
    binarizer = MultiLabelBinarizer().fit(train.labels)
    for call in (MultiLabelBinarizer().fit, MultiLabelBinarizer().fit_transform, binarizer.transform):
        with pytest.raises(
            ValueError, match=r"got a Dataset. Pass its .labels; fit on those of the training split only"
        ):
            call(validation)


def test_columns_of_a_binarizer_that_was_fitted_anew_on_validation_rows_are_refused():
    data = multilabel.data.read_csv("examples/data/openclipart/labels.csv")
    train, validation = data.split_by("split", ["train", "val"])
    first = MultiLabelBinarizer().fit(train.labels).vocabulary
    again = MultiLabelBinarizer().fit(validation[:30].labels).vocabulary
    with pytest.raises(
        multilabel.LabelError, match="Use the vocabulary that was fitted on the training labels everywhere"
    ):
        encoding.require_same(first, again, "Trainer.fit")
    with pytest.raises(multilabel.LabelError):
        train.targets(again)


def test_it_works_in_a_column_transformer_with_names():
    frame = pd.DataFrame({"tags": [["a", "b"], ["b"]], "size": [1.0, 2.0]})
    transformer = ColumnTransformer([("tags", MultiLabelBinarizer(), "tags")], remainder="passthrough")
    assert transformer.fit_transform(frame).tolist() == [[1, 1, 1.0], [0, 1, 2.0]]
    assert list(transformer.get_feature_names_out()) == ["tags__a", "tags__b", "remainder__size"]


def test_set_output_gives_a_data_frame():
    output = MultiLabelBinarizer().set_output(transform="pandas").fit_transform([["a"], ["b"]])
    assert list(output.columns) == ["a", "b"]
    assert output.to_numpy().tolist() == [[1, 0], [0, 1]]


def test_sparse_output_follows_the_configuration_of_scikit_learn():
    with sklearn.config_context(sparse_interface="sparray"):
        assert isinstance(MultiLabelBinarizer(sparse_output=True).fit_transform([["a"]]), sparse.csr_array)


def test_labels_that_change_their_row_do_no_harm():
    class Shrinking(str):
        __slots__ = ()

        def __hash__(self):
            row.clear()
            return 1

    row = [Shrinking("a"), "b", "c"]
    MultiLabelBinarizer().fit_transform([row])


def test_labels_that_live_no_longer_than_their_row_are_not_taken_for_others():
    numbers = np.random.default_rng(0).integers(0, 300, (3000, 3))
    expected = Peer().fit_transform([[f"label {k}" for k in row] for row in numbers])
    binarizer = MultiLabelBinarizer()  # each string dies with the map's list, and the next may lie where it lay
    assert (binarizer.fit_transform([map("label {}".format, row) for row in numbers]) == expected).all()
    assert (binarizer.transform([map("label {}".format, row) for row in numbers]) == expected).all()


@pytest.mark.parametrize("kind", [str, int, float])
def test_the_same_objects_again_and_again_equal_scikit_learn(kind):
    names = [kind(k) for k in range(10_000)]  # more than the binarizer remembers by address
    rng = np.random.default_rng(1)
    rows = [[names[k] for k in row] for row in rng.integers(0, 10_000, (4000, 5))]
    rows += [[names[k] for k in row] for row in rng.integers(0, 50, (4000, 5))]
    ours, peer = MultiLabelBinarizer(sparse_output=True), Peer(sparse_output=True)
    for a, b in ((ours.fit_transform(rows), peer.fit_transform(rows)), (ours.transform(rows), peer.transform(rows))):
        assert (a != b).nnz == 0
    assert list(ours.classes_) == list(peer.classes_)


def test_labels_that_change_their_hash_are_asked_each_time():
    class Fickle(str):
        __slots__ = ("turn",)

        def __hash__(self):
            return hash(str(self)) if self.turn % 2 == 0 else 1

    label = Fickle("a")
    label.turn = 0
    binarizer = MultiLabelBinarizer(unknown="ignore").fit([["a"]])
    assert binarizer.transform([[label]]).tolist() == [[1]]
    label.turn = 1
    assert binarizer.transform([["a", label]]).tolist() == [[1]]
    assert binarizer.unknown_counts_ == {label: 1}


def test_vocabulary_is_ordered_named_and_hashable():
    vocabulary = MultiLabelBinarizer().fit([["dog", "cat"]]).vocabulary
    assert list(vocabulary) == vocabulary.labels == ["cat", "dog"]
    assert vocabulary[-1] == "dog"
    assert "cat" in vocabulary
    assert vocabulary.find("cow") is None
    assert vocabulary == Vocabulary(["cat", "dog"]) != Vocabulary(["dog", "cat"])
    assert len({vocabulary, Vocabulary(["cat", "dog"])}) == 1
    assert pickle.loads(pickle.dumps(vocabulary)) == vocabulary
    assert repr(vocabulary) == "Vocabulary(['cat', 'dog'])"
    assert vocabulary.fingerprint == Vocabulary(["cat", "dog"]).fingerprint != Vocabulary(["dog", "cat"]).fingerprint


def test_vocabulary_is_the_json_list_that_cpp_writes_and_python_reads():
    vocabulary = Vocabulary(["traffic light", 'a "b"', "köter", "猫", "\n"])
    assert vocabulary.to_json() == json.dumps(vocabulary.labels, separators=(",", ":"), ensure_ascii=False)
    assert json.loads(vocabulary.to_json()) == vocabulary.labels
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    assert Vocabulary.from_json(json.dumps(vocabulary.labels, indent=2)) == vocabulary  # with other blanks and escapes


def test_vocabulary_refuses_doubles_and_strings_and_offers_the_nearest_name():
    with pytest.raises(multilabel.LabelError, match="'a' at positions 0 and 1"):
        Vocabulary(["a", "a"])
    with pytest.raises(ValueError, match="labels must be a collection of names"):
        Vocabulary("ab")
    with pytest.raises(multilabel.LabelError, match="Did you mean 'zebra'"):
        Vocabulary(["zebra"]).index("zerba")
    with pytest.raises(
        multilabel.LabelError, match=r"loader: vocabularies must be in the same order; got 'b' in column 0"
    ):
        encoding.require_same(Vocabulary(["a", "b"]), Vocabulary(["b", "a"]), "loader")


def test_label_statistics_by_hand():
    targets = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 1, -1]])
    assert encoding.label_counts(targets).tolist() == [1, 3, 0]
    assert encoding.label_cardinality(targets) == 1.0
    assert encoding.label_density(targets) == pytest.approx(1 / 3)
    assert encoding.co_occurrence(sparse.csr_matrix(targets == 1)).tolist() == [[1, 1, 0], [1, 3, 0], [0, 0, 0]]
    assert encoding.imbalance_ratio(targets).tolist() == [3.0, 1.0, np.inf]
    with pytest.raises(ValueError, match="got 2 in row 0, column 1"):
        encoding.label_counts([[0, 2]])


def test_the_examples_of_the_docstrings_run():
    assert doctest.testmod(encoding).failed == 0


def test_pandas_output_has_the_index_of_the_rows():
    pd = pytest.importorskip("pandas")
    rows = pd.Series([["a"], ["b", "a"], []], index=[10, 20, 30])
    binarizer = MultiLabelBinarizer().set_output(transform="pandas")
    assert binarizer.fit_transform(rows).index.tolist() == [10, 20, 30]
    assert binarizer.transform(rows).index.tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["cat"], [None, "dog"]], "got None in row 1. Leave a missing label out"),
        ([[1.0], [2.0, float("nan")]], "got nan in row 1"),
        ([["cat"], [], [b"dog"]], "got b'dog' in row 2 beside 'cat' in row 0"),
        ([["cat", 3]], "got 3 in row 0 beside 'cat' in row 0"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_what_is_no_label_or_has_no_order_is_named_with_its_row(rows, sentence, method):
    with pytest.raises(TypeError, match=sentence):
        getattr(MultiLabelBinarizer(), method)(rows)


def test_a_missing_class_is_refused_and_a_long_number_is_kept():
    with pytest.raises(TypeError, match="got nan in position 1 of classes"):
        MultiLabelBinarizer(classes=["cat", float("nan")]).fit([["cat"]])
    binarizer = MultiLabelBinarizer().fit([[2**63 + 5], [1]])
    assert binarizer.classes_.tolist() == [1, 2**63 + 5]
