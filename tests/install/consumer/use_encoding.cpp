// SPDX-License-Identifier: Apache-2.0
#include <multilabel/encoding.hpp>
#include <string>
#include <vector>

int main() {
  multilabel::encoding::MultiLabelBinarizer<std::string> binarizer;
  const std::vector<std::vector<std::string>> rows{{"cat", "dog"}, {"dog"}};
  const auto targets = binarizer.fit_transform(rows);
  return targets(0, 0) == 1 && targets(1, 0) == 0 && targets(1, 1) == 1 ? 0 : 1;
}
