#include "app/service/object_evaluation.hpp"

#include "app/service/record_files.hpp"
#include "classifier/evaluate/metrics.hpp"
#include "classifier/predict/predictor.hpp"

namespace tributary::app {

namespace {

using classifier::ModelKind;

/// A one-class object knows its class; what it finds strange is the alarm.
bool is_anomaly_object(const classifier::ClassifierObject& object) {
    return object.model.kind == ModelKind::one_class;
}

double found_share(const ScoredRecords& scored, double threshold) {
    return classifier::confusion(scored.scores, scored.truth, threshold).recall();
}

}  // namespace

Result<ScoredRecords> score_records(const classifier::ClassifierObject& object,
                                    const datasets::LabelledRecords& records) {
    if (records.schema == nullptr || records.schema->hash() != object.schema_hash) {
        return fail(Errc::mismatch, "object " + object.id + " is of schema " + object.schema +
                                        "; the records are of another. Read them with the "
                                        "object's schema");
    }
    const bool anomaly = is_anomaly_object(object);
    const classifier::Predictor predictor(object.model);
    ScoredRecords scored;
    for (std::size_t i = 0; i < records.labels.size(); ++i) {
        const int sign = sign_of_label(records.labels[i], object.class_name);
        if (sign == 0) continue;
        const double score = predictor.score(records.features.row(i));
        scored.scores.push_back(anomaly ? -score : score);
        scored.truth.push_back(static_cast<std::int8_t>(anomaly ? -sign : sign));
        scored.types.push_back(records.labels[i]);
    }
    return scored;
}

Result<ObjectEvaluation> evaluate_object(const classifier::ClassifierObject& object,
                                         const datasets::LabelledRecords& records,
                                         double threshold) {
    TRIBUTARY_TRY(const ScoredRecords scored, score_records(object, records));
    if (scored.scores.empty()) {
        return fail(Errc::invalid_argument, "none of the " + std::to_string(records.labels.size()) +
                                                " records has a label, so nothing can be measured");
    }
    ObjectEvaluation result;
    TRIBUTARY_TRY(result.card,
                  classifier::evaluate(scored.scores, scored.truth, scored.types, threshold));
    result.recall = found_share(scored, threshold);
    result.card.unsure = classifier::unsure_share(scored.scores);
    std::vector<double> scores = scored.scores;
    if (is_anomaly_object(object)) {
        for (double& score : scores) score = -score;
    }
    result.drift = classifier::measure_drift(object, scores);
    return result;
}

}  // namespace tributary::app
