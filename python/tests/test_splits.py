# SPDX-License-Identifier: Apache-2.0
from collections import UserList

import numpy as np
import pytest

from multilabel import ArgumentError, ShapeError
from multilabel.data import Dataset, KFold, RepeatedKFold, ShuffleSplit, train_test_split


def labelled(samples, labels, seed):
    random = np.random.default_rng(seed)
    rate = np.minimum(0.5, 0.8 / (1 + np.arange(labels)))
    return (random.random((samples, labels)) < rate).astype(int)


def peer_folds(labels, shares, random):
    """Iterative stratification (Sechidis et al. 2011) as iterative-stratification 0.1.9 runs it, draw for draw."""
    labels = labels.astype(bool)
    fold = np.zeros(len(labels), int)
    room, wish = shares * len(labels), np.outer(shares, labels.sum(0))
    waiting = np.ones(len(labels), bool)

    def pick(among):
        return among[random.choice(len(among))] if len(among) > 1 else among[0]

    while waiting.any():
        left = labels[waiting].sum(0)
        if left.sum() == 0:
            for i in np.flatnonzero(waiting):
                fold[i] = pick(np.flatnonzero(room == room.max()))
                room[fold[i]] -= 1
            break
        label = pick(np.flatnonzero(left == left[left > 0].min()))
        for i in np.flatnonzero(labels[:, label] & waiting):
            among = np.flatnonzero(wish[:, label] == wish[:, label].max())
            fold[i] = pick(among[room[among] == room[among].max()])
            waiting[i] = False
            wish[fold[i], labels[i]] -= 1
            room[fold[i]] -= 1
    return fold


@pytest.mark.parametrize("seed", [0, 1, 42])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("samples", "labels", "folds"), [(30, 3, 2), (300, 10, 5), (211, 25, 3)])
def test_folds_are_those_of_iterative_stratification(samples, labels, folds, shuffle, seed):
    targets = labelled(samples, labels, seed)
    random = np.random.RandomState(seed)
    order = np.arange(samples)
    if shuffle:
        random.shuffle(order)
    expected = peer_folds(targets[order], np.full(folds, 1 / folds), random)[np.argsort(order)]
    for fold, (train, test) in enumerate(
        KFold(folds, shuffle=shuffle, random_state=seed).split(np.zeros(samples), targets)
    ):
        np.testing.assert_array_equal(test, np.flatnonzero(expected == fold))
        np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), np.arange(samples))


def test_against_the_package_where_it_is_installed():
    peer = pytest.importorskip("iterstrat.ml_stratifiers")
    for seed in range(5):
        y = labelled(150, 8, seed)
        X = np.zeros(150)
        pairs = [
            (
                KFold(4, shuffle=True, random_state=seed),
                peer.MultilabelStratifiedKFold(4, shuffle=True, random_state=seed),
            ),
            (
                RepeatedKFold(3, n_repeats=2, random_state=seed),
                peer.RepeatedMultilabelStratifiedKFold(3, n_repeats=2, random_state=seed),
            ),
            (
                ShuffleSplit(3, test_size=0.2, random_state=seed),
                peer.MultilabelStratifiedShuffleSplit(3, test_size=0.2, random_state=seed),
            ),
        ]
        for ours, theirs in pairs:
            for mine, expected in zip(ours.split(X, y), theirs.split(X, y), strict=True):
                np.testing.assert_array_equal(mine[0], expected[0])
                np.testing.assert_array_equal(mine[1], expected[1])


def test_shuffle_splits_and_repeats_go_on_from_one_stream():
    targets = labelled(120, 6, 3)
    random = np.random.RandomState(7)
    splits = list(ShuffleSplit(3, test_size=0.3, random_state=7).split(None, targets))
    for _, test in splits:
        order = np.arange(120)
        random.shuffle(order)
        expected = peer_folds(targets[order], np.array([84, 36]) / 120, random)[np.argsort(order)]
        np.testing.assert_array_equal(test, np.flatnonzero(expected == 1))
    shared = np.random.RandomState(7)
    again = [next(ShuffleSplit(1, test_size=0.3, random_state=shared).split(None, targets)) for _ in range(3)]
    for (_, mine), (_, expected) in zip(again, splits, strict=True):
        np.testing.assert_array_equal(mine, expected)
    assert len(list(RepeatedKFold(3, n_repeats=2, random_state=0).split(None, targets))) == 6


def test_every_fold_has_its_share_of_a_rare_label():
    targets = np.zeros((100, 3), int)
    targets[:50, 0] = 1
    targets[::20, 1] = 1
    for _, test in KFold(5, random_state=0).split(None, targets):
        assert targets[test].sum(0).tolist() == [10, 1, 0]


def test_groups_stay_together_and_labels_keep_their_share():
    targets = labelled(600, 5, 1)
    groups = np.random.default_rng(0).integers(0, 120, 600)
    for train, test in KFold(4, shuffle=True, random_state=2).split(None, targets, groups):
        assert not set(groups[train]) & set(groups[test])
        np.testing.assert_allclose(targets[test].sum(0) / targets.sum(0), 0.25, atol=0.06)
    alone = KFold(4, random_state=2).split(None, targets, np.arange(600))
    for (_, mine), (_, expected) in zip(alone, KFold(4, random_state=2).split(None, targets), strict=True):
        np.testing.assert_array_equal(mine, expected)


def test_unknown_cells_count_as_absent_and_sparse_is_as_dense():
    sparse = pytest.importorskip("scipy.sparse")
    targets = labelled(80, 4, 2)
    expected = [test.tolist() for _, test in KFold(3, random_state=0).split(None, targets)]
    hidden = np.where(targets == 0, np.nan, targets)
    hidden[:40] = targets[:40]
    assert [test.tolist() for _, test in KFold(3, random_state=0).split(None, hidden)] == expected
    assert [test.tolist() for _, test in KFold(3, random_state=0).split(None, sparse.csr_array(targets))] == expected


@pytest.mark.parametrize(
    "splitter",
    [
        KFold(3, shuffle=True, random_state=0),
        RepeatedKFold(3, n_repeats=2, random_state=0),
        ShuffleSplit(4, test_size=0.3, random_state=0),
    ],
)
def test_works_as_a_scikit_learn_splitter(splitter):
    model_selection = pytest.importorskip("sklearn.model_selection")
    neighbors = pytest.importorskip("sklearn.neighbors")
    random = np.random.default_rng(0)
    y, groups = labelled(90, 3, 4), np.arange(90) // 3
    model = neighbors.KNeighborsClassifier(3)
    scores = model_selection.cross_val_score(model, random.random((90, 2)), y, cv=splitter, groups=groups)
    assert scores.shape == (splitter.get_n_splits(),)
    for train, test in splitter.split(np.zeros(90), y, groups):
        assert set(groups[train]).isdisjoint(groups[test])
        assert len(train) + len(test) == 90
    search = model_selection.GridSearchCV(model, {"n_neighbors": [1, 3]}, cv=splitter)
    assert search.fit(random.random((90, 2)), y, groups=groups).best_params_["n_neighbors"] in (1, 3)


def test_train_test_split_takes_frames_and_sparse_matrices():
    pandas = pytest.importorskip("pandas")
    sparse = pytest.importorskip("scipy.sparse")
    y = labelled(60, 4, 1)
    frame = pandas.DataFrame({"row": np.arange(60)})
    plain = train_test_split(np.arange(60), y, test_size=0.25, random_state=0)
    framed = train_test_split(frame, pandas.DataFrame(y), test_size=0.25, random_state=0)
    assert framed[1]["row"].tolist() == plain[1].tolist()
    assert framed[3].to_numpy().tolist() == plain[3].tolist()
    thin = train_test_split(sparse.csr_array(y), test_size=0.25, random_state=0)
    assert thin[1].toarray().tolist() == plain[3].tolist()


def test_train_test_split_takes_data_sets_and_arrays():
    rows = [["cat"], ["dog"], ["cat", "dog"], []] * 10
    dataset = Dataset([f"{i}.png" for i in range(40)], rows)
    train, test = train_test_split(dataset, test_size=0.25, random_state=0)
    assert (len(train), len(test)) == (30, 10)
    assert {label for row in test.labels for label in row} == {"cat", "dog"}
    names, targets = [f"{i}" for i in range(40)], dataset.targets(["cat", "dog"])
    a, b, c, d = train_test_split(names, targets, random_state=0)
    assert [f"{name}.png" for name in b] == test.images
    np.testing.assert_array_equal(d, test.targets(["cat", "dog"]))
    assert len(a) == len(c) == 30


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match=r"folds must be from 2 to the number of samples \(or groups\), 4; got 5"):
        list(KFold(5).split(None, np.eye(4)))
    with pytest.raises(ShapeError, match="groups must have 4 numbers"):
        list(KFold(2).split(None, np.eye(4), groups=[1, 2]))
    with pytest.raises(ArgumentError, match="test_size must be a share"):
        list(ShuffleSplit(1, test_size=1.5).split(None, np.eye(4)))
    with pytest.raises(ArgumentError, match="both sides must have samples, 4 in all; got 3 and 2"):
        list(ShuffleSplit(1, test_size=2, train_size=3).split(None, np.eye(4)))
    with pytest.raises(ArgumentError, match="unless X is a Dataset"):
        list(KFold(2).split(np.zeros(4)))
    with pytest.raises(ArgumentError, match="at least one array"):
        train_test_split()
    with pytest.raises(ArgumentError, match=r"n_splits must be a whole number from 2 .*got -1"):
        list(KFold(-1).split(None, np.eye(4)))
    with pytest.raises(ArgumentError, match=r"n_splits must be a whole number .*got '2'"):
        list(ShuffleSplit("2").split(None, np.eye(4)))
    with pytest.raises(ArgumentError, match="shuffle must be True or False; got 'yes'"):
        list(KFold(2, shuffle="yes").split(None, np.eye(4)))
    with pytest.raises(ArgumentError, match=r"n_repeats must be a whole number .*got 0"):
        list(RepeatedKFold(2, n_repeats=0).split(None, np.eye(4)))
    with pytest.raises(ArgumentError, match="random_state must be a whole number from 0 to 4294967295; got -1"):
        list(KFold(2, random_state=-1).split(None, np.eye(4)))
    with pytest.raises(ArgumentError, match=r"test_size must be a share .*got 'half'"):
        list(ShuffleSplit(1, test_size="half").split(None, np.eye(4)))


def test_both_sizes_leave_the_other_samples_out():
    y = (np.random.default_rng(0).random((400, 4)) < 0.4).astype(int)
    for train_size, test_size, expected in ((20, 100, (20, 100)), (0.2, 0.2, (80, 80)), (0.5, 50, (200, 50))):
        train, test = train_test_split(np.arange(400), y, train_size=train_size, test_size=test_size, random_state=0)[
            :2
        ]
        assert abs(len(train) - expected[0]) <= 2
        assert abs(len(test) - expected[1]) <= 2
        assert not set(train) & set(test)
        share = y.mean(axis=0)
        np.testing.assert_allclose(y[np.concatenate([train, test])].mean(axis=0), share, atol=0.03)
    groups = np.repeat(np.arange(100), 4)
    train, test = next(ShuffleSplit(1, train_size=100, test_size=100, random_state=0).split(None, y, groups))
    assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize("rows", [range(8), UserList(range(8)), tuple(range(8))])
def test_train_test_split_takes_any_sequence(rows):
    y = np.tile([[1, 0], [0, 1]], (4, 1))
    train, test = train_test_split(rows, y, test_size=0.5, random_state=0)[:2]
    assert sorted([*train, *test]) == list(range(8))


@pytest.mark.parametrize("missing", [np.array([0.0, np.nan, 1.0, 1.0]), ["a", None, "b", "b"]])
def test_samples_without_a_group_are_named(missing):
    with pytest.raises(ArgumentError, match=r"groups must hold one number or name a sample; got .* for sample 1"):
        list(KFold(2).split(None, np.eye(4), groups=missing))


def test_samples_beside_other_targets_are_refused():
    with pytest.raises(ShapeError, match="X and y must have as many samples; got 5 and 8"):
        next(KFold(2).split(np.zeros((5, 1)), np.tile([[1, 0], [0, 1]], (4, 1))))


def test_groups_are_routed_where_scikit_learn_routes_metadata():
    import sklearn
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_validate
    from sklearn.multioutput import MultiOutputClassifier

    random = np.random.default_rng(0)
    X, Y, groups = random.normal(size=(60, 3)), (random.random((60, 2)) < 0.5).astype(int), np.repeat(np.arange(20), 3)
    for splitter in (KFold(3), RepeatedKFold(3, n_repeats=2), ShuffleSplit(2)):
        with sklearn.config_context(enable_metadata_routing=True):
            found = cross_validate(
                MultiOutputClassifier(LogisticRegression()),
                X,
                Y,
                params={"groups": groups},
                cv=splitter,
                return_indices=True,
            )
            renamed = splitter.set_split_request(groups="of")
            cross_validate(MultiOutputClassifier(LogisticRegression()), X, Y, params={"of": groups}, cv=renamed)
        for train, test in zip(found["indices"]["train"], found["indices"]["test"], strict=True):
            assert not set(groups[train]) & set(groups[test])


def test_splitters_serve_meta_estimators_that_pass_one_column_on():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.multioutput import ClassifierChain

    random = np.random.default_rng(0)
    X, Y = random.normal(size=(60, 3)), (random.random((60, 2)) < 0.5).astype(int)
    assert ClassifierChain(LogisticRegression(), cv=KFold(3)).fit(X, Y).predict(X).shape == (60, 2)
    names = np.array(["cat", "dog", "eel"])[random.integers(0, 3, 60)]
    assert CalibratedClassifierCV(LogisticRegression(), cv=KFold(3)).fit(X, names).classes_.tolist() == [
        "cat",
        "dog",
        "eel",
    ]
    for _, test in KFold(3, random_state=0).split(X, names):  # a class is divided evenly
        assert all(abs((names[test] == name).sum() - (names == name).sum() / 3) <= 1 for name in names)


def test_one_number_a_sample_that_is_no_class_is_refused():
    with pytest.raises(ShapeError, match="two dimensions"):
        next(KFold(2).split(np.zeros(4), [0.1, 0.2, 0.3, 0.4]))


def test_any_kind_of_sparse_matrix_is_split():
    from scipy import sparse

    Y = np.tile([[1, 0], [0, 1]], (4, 1))
    for kind in (sparse.coo_matrix, sparse.csc_array):
        first, second = train_test_split(kind(np.eye(8)), Y, test_size=0.5, random_state=0)[:2]
        assert first.shape == second.shape == (4, 8)
