#pragma once
// The option --ndpi: labels by the applications that nDPI recognizes, through its plug-in.
// Main thread only.

#include <memory>

#include "base/result.hpp"
#include "datasets/application/application_watcher.hpp"
#include "datasets/label/application_labels.hpp"

namespace tributary::app {

struct Applications {
    std::unique_ptr<datasets::ApplicationWatcher> watcher;
    std::unique_ptr<datasets::ApplicationLabels> labels;
};

/// Loads the plug-in that lies beside this program.
/// @error not_found, mismatch, corrupt
Result<Applications> load_applications();

}  // namespace tributary::app
