#include "app/cli/evaluate_object.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/service/object_evaluation.hpp"
#include "app/service/record_files.hpp"
#include "base/file.hpp"
#include "classifier/object/codec.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

Json drift_json(const classifier::Drift& drift) {
    Json json{{"unsure", drift.unsure},
              {"unsure_on_card", drift.known ? Json(drift.expected) : Json()},
              {"low", drift.is_low()}};
    if (drift.has_one_class) json["alarm_rate"] = drift.alarm_rate;
    return json;
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
            {"vectors", object.model.vectors.rows() + object.model.pending.features.rows()},
            {"object_bytes", bytes},
            {"drift", drift_json(result.drift)}};
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
    std::cout << fmt::format("{} vectors, {} bytes; within the margin: {:.4f} of the records\n",
                             object.model.vectors.rows(), bytes, result.drift.unsure);
}

}  // namespace

Result<int> run_evaluate_object(const EvaluateObjectOptions& options) {
    TRIBUTARY_TRY(const Bytes bytes, read_file(options.object, classifier::kObjectLimit));
    const auto object = classifier::decode_object(bytes);
    if (!object) return fail(object.error().with_context(options.object));
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(object->schema));
    TRIBUTARY_TRY(const datasets::LabelledRecords records, load_records(options.records, *schema));
    TRIBUTARY_TRY(const ObjectEvaluation result,
                  evaluate_object(*object, records, options.threshold));
    if (options.json) {
        std::cout << result_json(*object, result, bytes.size()).dump() << "\n";
    } else {
        print_result_text(*object, result, bytes.size());
    }
    return kExitDone;
}

}  // namespace tributary::app
