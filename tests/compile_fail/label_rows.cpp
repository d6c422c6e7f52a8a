// SPDX-License-Identifier: Apache-2.0
// component: encoding
// must say: label_row
#include <multilabel/encoding/multi_label_binarizer.hpp>
#include <string>
#include <vector>

#ifdef BAD
using Rows = std::vector<std::string>;  // one name a row, not a list of names: every letter would be a label
#else
using Rows = std::vector<std::vector<std::string>>;
#endif

void learn(const Rows& rows) {
  multilabel::encoding::MultiLabelBinarizer<std::string> binarizer;
  binarizer.fit(rows);
}
