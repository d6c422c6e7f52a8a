// SPDX-License-Identifier: Apache-2.0
#include <multilabel/compat/xtensor.hpp>
#include <xtensor/xarray.hpp>

int main() {
  const xt::xarray<double> tensor{{1.0, 2.0}, {3.0, 4.0}};
  return multilabel::compat::from_xtensor(tensor).view()(1, 0) == 3.0 ? 0 : 1;
}
