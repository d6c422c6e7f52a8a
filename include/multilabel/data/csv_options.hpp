// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a table is read: which column is what, and what its cells mean.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "multilabel/data/label_meaning.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// What several rows of one image are, in a table with lists of labels.
enum class Repeated {
  keep,  ///< as many samples
  join,  ///< one sample with the labels of all; further columns list the cells that differ, "a|b"
};

struct ReadCsvOptions {
  std::string image = "image";    ///< column with the image file; empty: the first one without a name
  std::string labels = "labels";  ///< column with the labels
  /// Between labels; blanks around a label and empty labels are dropped. A list as Python writes it, ['cat', 'dog'], is read as
  /// one.
  char delimiter = '|';
  char separator = ',';                            ///< between cells; a blank stands for any number of them
  std::optional<std::filesystem::path> root = {};  ///< where relative files start; default: the table's own folder
  EmptyLabels empty = EmptyLabels::none;           ///< what it means that no label is named
  /// What a label means that a row does not name, or whose own column is blank there. Default: absent in a list, unknown in a
  /// column of its own.
  std::optional<Unnamed> unnamed = {};
  std::string unknown_mark = {};  ///< a label that begins with this is unknown, "?dog" for "?"; empty: no mark
  /// One column a label, in place of `labels`; `code_target` says what cells mean. {"*"} stands for every column with a name
  /// but `image` and `others`. The vocabulary is these columns, in this order. In a table in which all of their cells are 1 or
  /// -1, -1 is absent.
  std::vector<std::string> label_columns = {};
  std::vector<std::string> others = {};  ///< columns that "*" leaves out
  std::string suffix = {};    ///< what the names of the files lack, ".jpg"; else such files are found by their names alone
  LabelMeaning meaning = {};  ///< what codes and numbers in this table stand for
  /// Column that says of the label in its row whether the image has it, where the table has such a column and `labels`:
  /// OpenImages' 0 is verified to be absent. Empty: no such column.
  std::string confidence = "Confidence";
  std::optional<Repeated> repeated = {};  ///< default: `join` where there is a `confidence`, or else `keep`
  std::size_t skip_rows = 0;              ///< rows above the header
  OnBad on_bad = OnBad::raise;            ///< what becomes of a row that is wrong
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
