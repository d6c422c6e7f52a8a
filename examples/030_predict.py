# SPDX-License-Identifier: Apache-2.0
"""Serves a trained bundle: prints the labels of each image with their scores, best first, separated by tabs.

Usage: python examples/030_predict.py [--exact] <bundle> <image>...

``--exact`` prints the score of every label with all its digits, to compare with another machine or with 030_predict.cpp.
"""

import sys

import multilabel as ml

arguments = sys.argv[1:]
exact = "--exact" in arguments
arguments = [argument for argument in arguments if argument != "--exact"]
if len(arguments) < 2:
    sys.exit("usage: 030_predict.py [--exact] <bundle> <image>...")
try:
    predictor = ml.load(arguments[0])
    images = arguments[1:]
    if exact:
        scores = predictor.scores(images)
        for image, row in zip(images, scores):
            for label, score in zip(predictor.vocabulary.labels, row):
                print(image, label, f"{score:.9g}", sep="\t")
    else:
        for image, predictions in zip(images, predictor(images)):
            for label, score in predictions:
                print(image, label, f"{score:.3f}", sep="\t")
except ml.Error as error:
    sys.exit(str(error))
