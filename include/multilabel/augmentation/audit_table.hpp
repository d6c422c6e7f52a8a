// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an audit found: for each operation and label how much of the score survived, which labels are destroyed, and the worst
// cases by number, so that their pictures can be looked at.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct AuditOptions {
  std::uint64_t seed = 0;
  int draws = 2;              ///< of each image, at least 1
  double min_score = 0.3;     ///< above 0: an image in which the model does not see the label says nothing about it
  double min_survival = 0.8;  ///< 0 ... 1: an operation that leaves less of a label's score destroys it
  int min_images = 10;        ///< of a label, below which nothing is said about it alone
  std::size_t worst = 12;     ///< how many cases to keep
};

/// One label of one image under one draw and one operation.
struct AuditCase {
  std::size_t sample = 0;
  std::size_t draw = 0;
  std::size_t operation = 0;  ///< as in `Audit::operations`
  std::size_t label = 0;
  double before = 0;  ///< score
  double after = 0;
};

/// How a label, or all labels together, fare under an operation.
struct AuditCell {
  std::size_t images = 0;  ///< that say something
  double before = 0;       ///< mean score
  double after = 0;        ///< mean score
  double survival = 0;     ///< after / before; NaN without images
  double error = 0;        ///< standard error of `survival`, from image to image
  double lost = 0;         ///< share of the cases that keep less than half of their score
  bool destroyed = false;  ///< `survival` is below `min_survival` by more than two standard errors
};

/// The result of `audit`.
struct Audit {
  std::vector<std::string> operations;  ///< the last one is "all together"
  std::vector<std::string> labels;
  std::vector<AuditCell> overall;             ///< one an operation, over all labels
  std::vector<std::vector<AuditCell>> cells;  ///< [operations][labels]
  std::vector<AuditCase> worst;               ///< least survival first; each image once an operation
  AuditOptions options;

  /// The labels that operation `i` destroys, the worst first.
  [[nodiscard]] std::vector<std::size_t> destroyed(std::size_t i) const {
    std::vector<std::size_t> result;
    for (std::size_t label = 0; label < labels.size(); ++label)
      if (cells[i][label].destroyed) result.push_back(label);
    std::stable_sort(result.begin(), result.end(),
                     [&](std::size_t a, std::size_t b) { return cells[i][a].survival < cells[i][b].survival; });
    return result;
  }

  /// True if operation `i` destroys labels: some label of its own, or the score of all of them together.
  [[nodiscard]] bool destroys(std::size_t i) const { return overall[i].destroyed || !destroyed(i).empty(); }

  /// True if no operation destroys a label, nor all of them together.
  [[nodiscard]] bool safe() const {
    for (std::size_t i = 0; i < operations.size(); ++i)
      if (destroys(i)) return false;
    return true;
  }

  /// A table of one line an operation, and a verdict.
  [[nodiscard]] std::string text() const {
    std::size_t width = 9;
    for (const auto& name : operations) width = std::max(width, shortened(name).size());
    std::ostringstream out;
    out << std::left << std::setw(static_cast<int>(width)) << "operation" << "  survival   lost  images  destroys\n";
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const AuditCell& all = overall[i];
      out << std::left << std::setw(static_cast<int>(width)) << shortened(operations[i]) << std::right << std::fixed;
      if (all.images == 0)
        out << std::setw(10) << "-" << std::setw(7) << "-";
      else
        out << std::setw(10) << std::setprecision(2) << all.survival << std::setw(6) << std::setprecision(0) << 100 * all.lost
            << '%';
      out << std::setw(8) << all.images << "  " << listed(i) << '\n';
    }
    out << (safe() ? "No operation destroys a label."
                   : "Labels are destroyed: look at the worst pictures, and give crops boxes "
                     "or a larger share of the image.");
    return out.str();
  }

 private:
  static std::string shortened(const std::string& name) { return name.size() <= 60 ? name : name.substr(0, 57) + "..."; }

  [[nodiscard]] std::string listed(std::size_t i) const {
    const auto names = destroyed(i);
    std::ostringstream out;
    out << std::fixed << std::setprecision(2);
    for (std::size_t k = 0; k < std::min<std::size_t>(3, names.size()); ++k)
      out << (k ? ", " : "") << labels[names[k]] << ' ' << cells[i][names[k]].survival;
    if (names.size() > 3) out << ", " << names.size() - 3 << " more";
    if (names.empty()) out << (overall[i].destroyed ? "the score of all labels" : "-");
    return out.str();
  }
};

inline void require_audit(std::string_view where, const AuditOptions& options) {
  if (options.draws < 1) fail<ArgumentError>({where, "draws must be at least 1", join_text(options.draws)});
  if (!(options.min_score > 0 && options.min_score <= 1))
    fail<ArgumentError>({where, "min_score must be above 0 and at most 1", join_text(options.min_score)});
  if (!(options.min_survival >= 0 && options.min_survival <= 1))
    fail<ArgumentError>({where, "min_survival must be between 0 and 1", join_text(options.min_survival)});
  if (options.min_images < 2) fail<ArgumentError>({where, "min_images must be at least 2", join_text(options.min_images)});
}

namespace detail {

/// Sums up the cases of an audit.
class AuditTally {
 public:
  AuditTally(std::vector<std::string> operations, std::vector<std::string> labels, const AuditOptions& options) {
    audit_.operations = std::move(operations);
    audit_.operations.emplace_back("all together");
    audit_.labels = std::move(labels);
    audit_.options = options;
  }

  [[nodiscard]] const std::string& label(std::size_t i) const { return audit_.labels[i]; }

  void add(const AuditCase& one) { cases_.push_back(one); }

  [[nodiscard]] Audit finish() {
    const std::size_t operations = audit_.operations.size();
    const std::size_t labels = audit_.labels.size();
    std::vector<std::vector<const AuditCase*>> all(operations);
    std::vector<std::vector<const AuditCase*>> each(operations * labels);
    for (const auto& one : cases_) {
      all[one.operation].push_back(&one);
      each[one.operation * labels + one.label].push_back(&one);
    }
    for (std::size_t i = 0; i < operations; ++i) {
      audit_.overall.push_back(cell(all[i]));
      auto& row = audit_.cells.emplace_back();
      for (std::size_t label = 0; label < labels; ++label) row.push_back(cell(each[i * labels + label]));
    }
    keep_worst();
    return std::move(audit_);
  }

 private:
  // Cases of one image belong together: the error is that of a ratio of means over images.
  [[nodiscard]] AuditCell cell(const std::vector<const AuditCase*>& cases) const {
    AuditCell result;
    result.survival = result.error = std::numeric_limits<double>::quiet_NaN();
    if (cases.empty()) return result;
    std::map<std::size_t, std::pair<double, double>> images;
    double lost = 0;
    for (const auto* one : cases) {
      auto& [before, after] = images[one->sample];
      before += one->before;
      after += one->after;
      result.before += one->before;
      result.after += one->after;
      lost += one->after < 0.5 * one->before ? 1 : 0;
    }
    const auto n = static_cast<double>(cases.size());
    result.survival = result.after / result.before;
    double squares = 0;
    for (const auto& [sample, sums] : images) squares += std::pow(sums.second - result.survival * sums.first, 2);
    const auto count = static_cast<double>(images.size());
    if (images.size() > 1) result.error = std::sqrt(squares * count / (count - 1)) / result.before;
    result.before /= n;
    result.after /= n;
    result.lost = lost / n;
    result.images = images.size();
    result.destroyed = images.size() >= static_cast<std::size_t>(audit_.options.min_images) &&
                       result.survival + 2 * result.error < audit_.options.min_survival;
    return result;
  }

  void keep_worst() {
    std::erase_if(cases_, [](const AuditCase& one) { return !(one.before > 0) || !(one.after < one.before); });
    std::stable_sort(cases_.begin(), cases_.end(),
                     [](const AuditCase& a, const AuditCase& b) { return a.after * b.before < b.after * a.before; });
    std::vector<std::pair<std::size_t, std::size_t>> seen;
    for (const auto& one : cases_) {
      if (audit_.worst.size() >= audit_.options.worst) break;
      const std::pair key(one.sample, one.operation);
      if (one.operation + 1 == audit_.operations.size() || std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
      seen.push_back(key);
      audit_.worst.push_back(one);
    }
  }

  Audit audit_;
  std::vector<AuditCase> cases_;
};

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::augmentation
