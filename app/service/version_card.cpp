#include "app/service/version_card.hpp"

#include "classifier/evaluate/calibration.hpp"
#include "classifier/evaluate/drift.hpp"
#include "classifier/evaluate/metrics.hpp"
#include "classifier/predict/predictor.hpp"

namespace tributary::app {

int sign_for_object(const datasets::ClassName& label, const datasets::ClassName& class_name,
                    const datasets::Coverage& coverage) {
    if (class_name != datasets::kNormalClass) {
        return datasets::sign_for(label, class_name, coverage);
    }
    if (label.empty()) return 0;
    return label == datasets::kNormalClass ? 1 : -1;
}

classifier::Validation validation_for(const datasets::LabelledRecords& held_out,
                                      const datasets::ClassName& class_name,
                                      const std::vector<datasets::ClassName>& strata) {
    classifier::Validation validation;
    validation.features = classifier::FeatureMatrix(held_out.features.width());
    const std::size_t rows = held_out.labels.size();
    for (std::size_t i = rows - std::min(rows, classifier::kGateRecords); i < rows; ++i) {
        const int sign = sign_for_object(held_out.labels[i], class_name, held_out.coverage);
        if (sign == 0) continue;
        validation.features.append(held_out.features.row(i));
        validation.signs.push_back(static_cast<std::int8_t>(sign));
        validation.strata.push_back(strata.empty() ? held_out.labels[i] : strata[i]);
    }
    return validation;
}

Status measure_card(classifier::ClassifierObject& object, const classifier::Validation& validation,
                    std::uint64_t now, std::vector<double> scores) {
    if (validation.size() == 0 || !object.model.trained()) return {};
    const bool anomaly = object.model.kind == classifier::ModelKind::one_class;
    if (scores.size() != validation.size()) {
        scores.resize(validation.size());
        classifier::Predictor(object.model).score(validation.features, scores);
    }
    std::vector<std::int8_t> truth = validation.signs;
    for (std::size_t i = 0; anomaly && i < scores.size(); ++i) {
        scores[i] = -scores[i];
        truth[i] = static_cast<std::int8_t>(-truth[i]);
    }
    TRIBUTARY_TRY(object.card, classifier::evaluate(scores, truth, validation.strata));
    object.card.unsure = classifier::unsure_share(scores);
    if (anomaly) return {};
    const auto fit = classifier::fit_platt(scores, truth);
    if (!fit) return {};  // too few of a class: margins only
    object.calibration = *fit;
    object.calibration.version = object.version;
    object.calibration.fitted_at = now;
    return {};
}

}  // namespace tributary::app
