#include "app/cli/evaluate_object.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/service/object_evaluation.hpp"
#include "app/service/object_files.hpp"
#include "app/service/record_files.hpp"
#include "app/service/site_drift.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

/// Vectors that travel in the object: those of the model and the records that wait for a class.
std::size_t vectors_of(const classifier::ClassifierObject& object) {
    return object.model.vectors.rows() + object.model.pending.features.rows();
}

std::string drift_text(const std::optional<classifier::Drift>& drift) {
    if (!drift) return "not trained yet: it scores every record alike";
    return fmt::format("{}: {:.4f} of the records, {} on the card ({})",
                       drift->strange ? "strange to it" : "within the margin", drift->share,
                       drift->known ? fmt::format("{:.4f}", drift->expected) : "unknown",
                       drift->is_low() ? "drift is low" : "drift");
}

Json result_json(const classifier::ClassifierObject& object, const ObjectEvaluation& result,
                 std::size_t bytes) {
    const classifier::Card& card = result.card;
    return {{"schema", 1},
            {"object", object.id},
            {"version", object.version},
            {"kind", classifier::to_string(object.model.kind)},
            {"n", card.count},
            {"accuracy", card.accuracy},
            {"f1", card.f1},
            {"mcc", card.mcc},
            {"fpr", card.fpr},
            {"tpr_at_1pct_fpr", card.tpr_at_1pct_fpr},
            {"auc", card.auc},
            {"recall", result.recall},
            {"recall_by_type", card.recall},
            {"vectors", vectors_of(object)},
            {"object_bytes", bytes},
            {"drift", result.drift ? Json::parse(drift_json(*result.drift)) : Json()}};
}

void print_result_text(const classifier::ClassifierObject& object, const ObjectEvaluation& result,
                       std::size_t bytes) {
    const classifier::Card& card = result.card;
    std::cout << fmt::format(
        "{} version {}: {} records, accuracy {:.4f}, f1 {:.4f}, mcc {:.4f}, fpr {:.4f}, "
        "recall {:.4f} (at 1 % fpr {:.4f}), auc {:.4f}\n",
        object.id, object.version, card.count, card.accuracy, card.f1, card.mcc, card.fpr,
        result.recall, card.tpr_at_1pct_fpr, card.auc);
    for (const auto& [type, recall] : card.recall) {
        std::cout << fmt::format("  {:24} {:.4f}\n", type, recall);
    }
    std::cout << fmt::format("{} vectors, {} bytes; {}\n", vectors_of(object), bytes,
                             drift_text(result.drift));
}

}  // namespace

Result<int> run_evaluate_object(const EvaluateObjectOptions& options) {
    TRIBUTARY_TRY(const ObjectFile read, load_object(options.object));
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(read.object.schema));
    TRIBUTARY_TRY(const datasets::LabelledRecords records, load_records(options.records, *schema));
    TRIBUTARY_TRY(const ObjectEvaluation result,
                  evaluate_object(read.object, records, options.threshold));
    if (options.json) {
        std::cout << result_json(read.object, result, read.bytes.size()).dump() << "\n";
    } else {
        print_result_text(read.object, result, read.bytes.size());
    }
    return kExitDone;
}

}  // namespace tributary::app
