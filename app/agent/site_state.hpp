#pragma once
// What a site keeps for itself between runs: the labelled records that it holds out from training,
// from which its thresholds come. They never leave the state folder. Any thread.

#include <filesystem>
#include <mutex>

#include "base/result.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

class SiteState {
 public:
    /// Most rows kept; the oldest go first.
    static constexpr std::size_t kHeldOutLimit = 50'000;

    /// @error corrupt, mismatch (kept under another schema), io
    static Result<std::unique_ptr<SiteState>> open(const std::filesystem::path& folder,
                                                   const datasets::Schema& schema);
    SiteState(std::filesystem::path file, datasets::LabelledRecords held_out);

    /// Adds held-out rows and writes the file atomically.
    /// @error mismatch (another schema), limit_exceeded, io
    Status hold_out(const datasets::LabelledRecords& rows);

    [[nodiscard]] datasets::LabelledRecords held_out() const;

 private:
    std::filesystem::path file_;
    mutable std::mutex mutex_;
    datasets::LabelledRecords held_out_;  ///< under mutex_
};

}  // namespace tributary::app
