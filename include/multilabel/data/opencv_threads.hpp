// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps OpenCV from starting threads of its own under threads of ours: with both, they wait for each other.

#include <mutex>
#include <opencv2/core/utility.hpp>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// While at least one of these lives, OpenCV works in the calling thread; the number of its threads is the process's only one,
/// and the last of these puts it back.
class SequentialOpenCV {
 public:
  explicit SequentialOpenCV(bool wanted = true) : active_(wanted) {
    if (!active_) return;
    const std::lock_guard lock(shared().mutex);
    if (shared().users++ > 0) return;
    shared().threads = cv::getNumThreads();
    cv::setNumThreads(0);
  }
  SequentialOpenCV(SequentialOpenCV&& other) noexcept : active_(other.active_) { other.active_ = false; }
  SequentialOpenCV& operator=(SequentialOpenCV&&) = delete;
  ~SequentialOpenCV() {
    if (!active_) return;
    const std::lock_guard lock(shared().mutex);
    if (--shared().users == 0) cv::setNumThreads(shared().threads);
  }

 private:
  struct Shared {
    std::mutex mutex;
    int users = 0;
    int threads = 0;
  };
  static Shared& shared() {
    static Shared instance;
    return instance;
  }

  bool active_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
