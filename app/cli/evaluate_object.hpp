#pragma once
// `evaluate --object FILE --records FILE`: one classifier on labelled records. Main thread only.

#include <string>

#include "base/result.hpp"

namespace tributary::app {

struct EvaluateObjectOptions {
    std::string object;
    std::string records;
    double threshold = 0;
    bool json = false;
};

/// Prints accuracy, F1, MCC, rates, AUC, recall by type, size and drift.
/// @return the exit code
/// @error of reading the object and the records; mismatch (schema)
Result<int> run_evaluate_object(const EvaluateObjectOptions& options);

}  // namespace tributary::app
