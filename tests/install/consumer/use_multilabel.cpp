// SPDX-License-Identifier: Apache-2.0
#include <multilabel/multilabel.hpp>
#include <vector>

int main() {
  multilabel::MultiLabelBinarizer<int> binarizer;
  const std::vector<std::vector<int>> rows{{1, 2}, {2}};
  return binarizer.fit(rows).size() == 2 ? 0 : 1;
}
