#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/models.hpp"
#include "app/service/record_files.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/privacy/leak_report.hpp"
#include "classifier/trust/lineage.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
using classifier::ClassifierObject;

struct ShowOptions {
    ObjectChoice choice;
    std::string records;
    std::size_t limit = 20;
    bool json = false;
};

Json header_json(const ClassifierObject& object) {
    return {{"schema", 1},
            {"object", object.id},
            {"model_version", object.version},
            {"features", object.schema},
            {"kind", classifier::to_string(object.model.kind)}};
}

/// Name and value a line for people; the JSON itself for programs.
void print_json(const Json& json, bool as_json) {
    if (as_json) {
        std::cout << json.dump() << "\n";
        return;
    }
    for (const auto& [name, value] : json.items()) {
        if (name == "schema") continue;
        if (!value.is_array()) {
            std::cout << name << ": " << value.dump() << "\n";
            continue;
        }
        for (const auto& row : value) std::cout << "  " << row.dump() << "\n";
    }
}

Json card_json(const ClassifierObject& object) {
    Json json = header_json(object);
    const classifier::Card& card = object.card;
    const classifier::Calibration& fit = object.calibration;
    const classifier::Model& model = object.model;
    json["class"] = object.class_name;
    json["records"] = {{"positive", model.seen_positive}, {"negative", model.seen_negative}};
    json["vectors"] = model.vectors.rows();
    json["pending"] = model.pending.features.rows();
    json["measured"] = nullptr;  // nobody has, since the last change
    if (card.count > 0) {
        json["measured"] = {{"n", card.count},
                            {"accuracy", card.accuracy},
                            {"f1", card.f1},
                            {"mcc", card.mcc},
                            {"fpr", card.fpr},
                            {"tpr_at_1pct_fpr", card.tpr_at_1pct_fpr},
                            {"auc", card.auc},
                            {"unsure", card.unsure},
                            {"recall_by_type", card.recall}};
    }
    json["calibration"] = {{"a", fit.a},
                           {"b", fit.b},
                           {"model_version", fit.version},
                           {"n", fit.count},
                           {"fitted_at", fit.fitted_at}};
    Json contributors = Json::array();
    for (const classifier::Contributor& one : object.contributors) {
        contributors.push_back({{"contributor", one.pseudonym},
                                {"last_contribution", one.last_contribution},
                                {"records", one.records},
                                {"refused", one.refused},
                                {"key", to_hex(ByteView(one.key))}});
    }
    json["contributors"] = contributors;
    return json;
}

Result<Json> lineage_json(const ClassifierObject& object, ByteView encoded) {
    TRIBUTARY_TRY(const classifier::LineageProof proof, classifier::prove_lineage(encoded));
    Json json = header_json(object);
    json["parent"] = to_hex(object.parent);
    json["proven"] = proof.proven;
    json["whole"] = proof.whole;
    Json rows = Json::array();
    for (std::size_t i = 0; i < object.lineage.size(); ++i) {
        const classifier::LineageEntry& entry = object.lineage[i];
        const bool forged = std::ranges::count(proof.forged, i) > 0;
        rows.push_back({{"model_version", entry.version},
                        {"contributor", entry.contributor},
                        {"contribution", entry.contribution},
                        {"records", entry.records},
                        {"verdict", classifier::to_string(entry.verdict)},
                        {"reference", entry.reference},
                        {"subject", entry.subject},
                        {"batch", to_hex(entry.batch)},
                        {"signature", entry.signature.empty() ? "none"
                                      : forged                ? "forged"
                                                              : "valid"}});
    }
    json["rows"] = rows;
    return json;
}

Json quarantine_json(const ClassifierObject& object) {
    Json json = header_json(object);
    Json rows = Json::array();
    for (const classifier::Parked& one : object.parked) {
        rows.push_back({{"contributor", one.contributor},
                        {"contribution", one.contribution},
                        {"records", one.positives + one.negatives},
                        {"vectors", one.rows.rows()},
                        {"base_version", one.base},
                        {"batch", to_hex(one.batch)}});
    }
    json["rows"] = rows;
    return json;
}

Result<Json> privacy_json(const ClassifierObject& object, const ShowOptions& options) {
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(object.schema));
    classifier::FeatureMatrix own(schema->width());
    if (!options.records.empty()) {
        TRIBUTARY_TRY(const auto records, load_records(options.records, *schema));
        own = records.features;
    }
    TRIBUTARY_TRY(const classifier::LeakReport report,
                  classifier::leak_report(object, *schema, own, options.limit));
    Json json = header_json(object);
    json["vectors"] = report.vectors;
    json["pending"] = report.pending;
    json["quarantined"] = report.quarantined;
    json["weights"] = report.weights;
    json["weights_only"] = object.model.kind == classifier::ModelKind::rff_linear;
    json["own_records"] = own.rows();
    json["equal_to_own"] = report.records;
    json["unique_among_own"] = report.unique;
    Json rows = Json::array();
    for (const classifier::ShownVector& vector : report.shown) {
        Json features = Json::array();
        for (const classifier::ShownFeature& feature : vector.features) {
            features.push_back(
                {{"name", feature.name}, {"value", feature.value}, {"reveals", feature.reveals}});
        }
        rows.push_back({{"as", classifier::to_string(vector.as)},
                        {"sign", static_cast<int>(vector.sign)},
                        {"own", vector.own_record},
                        {"equal_records", vector.matching_records},
                        {"features", features}});
    }
    json["rows"] = rows;
    return json;
}

using Show = Result<Json> (*)(const ClassifierObject&, ByteView, const ShowOptions&);

Result<int> run_show(Show show, const ShowOptions& options) {
    TRIBUTARY_TRY(const Bytes bytes, fetch_object(options.choice));
    TRIBUTARY_TRY(const ClassifierObject object, classifier::decode_object(bytes));
    TRIBUTARY_TRY(const Json json, show(object, bytes, options));
    print_json(json, options.json);
    return kExitDone;
}

void add_show(CLI::App& models, Invocation& invocation, const char* name, const char* what,
              Show show) {
    auto options = std::make_shared<ShowOptions>();
    CLI::App* command = models.add_subcommand(name, what);
    add_object_options(*command, options->choice);
    command->add_flag("--json", options->json, "Print one JSON object");
    if (std::string_view(name) == "privacy") {
        command->add_option("--records", options->records,
                            "The site's own records, to count which are in the classifier");
        command->add_option("--limit", options->limit, "Vectors to spell out")
            ->check(CLI::Range(0, 10000))
            ->capture_default_str();
    }
    command->callback([&invocation, options, show] {
        invocation.run = [options, show] { return run_show(show, *options); };
    });
}

}  // namespace

void add_models_show(CLI::App& models, Invocation& invocation) {
    add_show(models, invocation, "card", "How good a classifier was when it was last measured",
             [](const ClassifierObject& object, ByteView, const ShowOptions&) -> Result<Json> {
                 return card_json(object);
             });
    add_show(models, invocation, "lineage",
             "Who changed a classifier, and which entries are proven",
             [](const ClassifierObject& object, ByteView bytes, const ShowOptions&) {
                 return lineage_json(object, bytes);
             });
    add_show(models, invocation, "quarantine", "Contributions that wait for a confirmation",
             [](const ClassifierObject& object, ByteView, const ShowOptions&) -> Result<Json> {
                 return quarantine_json(object);
             });
    add_show(models, invocation, "privacy", "What a classifier shows to whoever receives it",
             [](const ClassifierObject& object, ByteView, const ShowOptions& options) {
                 return privacy_json(object, options);
             });
}

}  // namespace tributary::app
