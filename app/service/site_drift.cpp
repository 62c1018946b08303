#include "app/service/site_drift.hpp"

#include <nlohmann/json.hpp>

#include "classifier/evaluate/calibration.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/predict/predictor.hpp"

namespace tributary::app {

namespace {

nlohmann::ordered_json share_json(const classifier::Drift& drift) {
    const std::string share = drift.strange ? "alarm_rate" : "unsure";
    nlohmann::ordered_json expected;
    if (drift.known) expected = drift.expected;
    return {{share, drift.share}, {share + "_on_card", expected}, {"low", drift.is_low()}};
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
        std::vector<double> scores(rows.rows());
        classifier::Predictor(object->model).score(rows, scores);
        if (const auto drift = classifier::measure_drift(*object, scores)) {
            site.emplace(id, ObjectDrift{object->version, *drift, object->calibration});
        }
    }
    return site;
}

std::string drift_json(const classifier::Drift& drift) {
    return share_json(drift).dump();
}

std::string drift_row(const std::string& id, const ObjectDrift& of_object) {
    nlohmann::ordered_json row{
        {"object", id}, {"model_version", of_object.version}, {"n", of_object.drift.count}};
    row.update(share_json(of_object.drift));
    return row.dump();
}

}  // namespace tributary::app
