#pragma once
// An evaluation as the JSON that `evaluate`, `experiment` and the quickstart share. Any thread.

#include <string>

#include "app/service/evaluation.hpp"

namespace tributary::app {

/// {"schema","n","accuracy","f1","mcc","fpr","tpr_at_1pct_fpr","auc","recall","recall_by_type",
///  "union_fpr","false_alerts","false_alerts_per_hour","hours","rows":[per class]} as text.
std::string evaluation_json(const Evaluation& evaluation);

}  // namespace tributary::app
