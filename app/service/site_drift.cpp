#include "app/service/site_drift.hpp"

#include <nlohmann/json.hpp>

#include "classifier/evaluate/calibration.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/predict/predictor.hpp"

namespace tributary::app {

namespace {

using classifier::ClassifierObject;

ObjectDrift drift_of(const ClassifierObject& object, const classifier::FeatureMatrix& rows) {
    std::vector<double> scores(rows.rows());
    classifier::Predictor(object.model).score(rows, scores);
    ObjectDrift result{object.version, classifier::measure_drift(scores, object.card),
                       object.calibration};
    if (object.model.kind == classifier::ModelKind::one_class) {
        result.drift.has_one_class = true;
        result.drift.alarm_rate = classifier::strange_share(scores);
        // An alarm of a one-class object on normal records, as its card counts them.
        result.drift.expected = object.card.fpr;
    }
    return result;
}

}  // namespace

std::optional<double> ObjectDrift::probability(double score) const {
    if (!drift.is_low() || calibration.version == 0) return std::nullopt;
    return classifier::probability(calibration, score);
}

Result<SiteDrift> measure_site_drift(const ObjectBytes& objects,
                                     const classifier::FeatureMatrix& rows) {
    SiteDrift site;
    for (const auto& [id, bytes] : objects) {
        if (bytes.empty()) continue;
        auto object = classifier::decode_object(bytes);
        if (!object) return fail(object.error().with_context("object " + id));
        if (!object->model.trained()) continue;
        if (!rows.empty() && rows.width() != object->model.width()) {
            return fail(Errc::mismatch, "object " + id + " is of schema " + object->schema +
                                            "; the records are of another");
        }
        site.emplace(id, drift_of(*object, rows));
    }
    return site;
}

std::string drift_row(const std::string& id, const ObjectDrift& of_object) {
    const classifier::Drift& drift = of_object.drift;
    nlohmann::ordered_json row{
        {"object", id}, {"model_version", of_object.version}, {"n", drift.count}};
    const nlohmann::ordered_json expected =
        drift.known ? nlohmann::ordered_json(drift.expected) : nlohmann::ordered_json();
    if (drift.has_one_class) {
        row["alarm_rate"] = drift.alarm_rate;
        row["alarm_rate_on_card"] = expected;
    } else {
        row["unsure"] = drift.unsure;
        row["unsure_on_card"] = expected;
        row["low"] = drift.is_low();
    }
    return row.dump();
}

}  // namespace tributary::app
