#include "classifier/trust/gate.hpp"

#include <algorithm>
#include <cstdio>

#include "base/assert.hpp"
#include "classifier/predict/predictor.hpp"

namespace tributary::classifier {

namespace {

/// Records of one stratum, and how many of them a model judges right.
struct Stratum {
    std::size_t records = 0;
    std::size_t right_before = 0;
    std::size_t right_after = 0;

    [[nodiscard]] std::size_t lost() const {
        return right_before > right_after ? right_before - right_after : 0;
    }
    [[nodiscard]] double recall(std::size_t right) const {
        return static_cast<double>(right) / static_cast<double>(records);
    }
};

std::vector<double> margins_of(const Predictor& predictor, const FeatureMatrix& features,
                               const std::vector<std::int8_t>& signs) {
    std::vector<double> margins(signs.size());
    predictor.score(features, margins);
    for (std::size_t i = 0; i < margins.size(); ++i) margins[i] *= signs[i];
    return margins;
}

/// Share of the margins below a bound.
double share_below(const std::vector<double>& margins, double bound) {
    const auto count =
        std::ranges::count_if(margins, [=](double margin) { return margin < bound; });
    return margins.empty() ? 0 : static_cast<double>(count) / static_cast<double>(margins.size());
}

double mean_loss(const std::vector<double>& margins) {
    double sum = 0;
    for (const double margin : margins) sum += ramp_loss(margin);
    return margins.empty() ? 0 : sum / static_cast<double>(margins.size());
}

/// How far records and a model are apart.
struct Distance {
    double loss = 0;          ///< mean ramp loss, or the share of normal records found strange
    double contradicted = 0;  ///< share of the records that contradict the model outright
};

Distance distance_of(ModelKind kind, const std::vector<double>& margins,
                     const std::vector<std::int8_t>& signs) {
    if (kind != ModelKind::one_class) return {mean_loss(margins), share_below(margins, -1)};
    std::vector<double> of_normal;
    for (std::size_t i = 0; i < margins.size(); ++i) {
        if (signs[i] > 0) of_normal.push_back(margins[i]);
    }
    const double strange = share_below(of_normal, 0);
    return {strange, strange};
}

/// Records of each class before which a model is young; a one-class model has seen one class.
bool is_young(const Model& model, const GateOptions& options) {
    const bool one_class = model.kind == ModelKind::one_class;
    const std::uint64_t seen =
        one_class ? model.seen_positive : std::min(model.seen_positive, model.seen_negative);
    return !model.trained() || seen < options.least_seen;
}

std::map<std::string, Stratum> by_stratum(const Validation& validation,
                                          const std::vector<double>& before,
                                          const std::vector<double>& after) {
    std::map<std::string, Stratum> strata;
    for (std::size_t i = 0; i < validation.size(); ++i) {
        Stratum& stratum = strata[validation.strata[i]];
        ++stratum.records;
        stratum.right_before += before[i] > 0 ? 1 : 0;
        stratum.right_after += after[i] > 0 ? 1 : 0;
    }
    return strata;
}

}  // namespace

double ramp_loss(double margin) {
    return std::clamp(1 - margin, 0.0, 2.0);
}

double mean_ramp_loss(const Model& model, const Validation& validation) {
    return mean_loss(margins_of(Predictor(model), validation.features, validation.signs));
}

GateReport judge(const UpdateTrial& trial, const Validation& validation,
                 const GateOptions& options) {
    TRIBUTARY_ASSERT(validation.strata.size() == validation.size());
    GateReport report;
    const bool judged =
        !is_young(trial.before, options) && validation.size() >= options.least_records;
    if (!judged) return report;
    const ModelKind kind = trial.before.kind;
    const Predictor before(trial.before);
    const std::vector<double> margins_before =
        margins_of(before, validation.features, validation.signs);
    const Distance held_out = distance_of(kind, margins_before, validation.signs);
    const bool settled = kind != ModelKind::one_class ||
                         held_out.loss <= options.settled * trial.before.parameters.nu;
    if (!settled) return report;
    report.judged = true;
    const std::vector<double> margins_after =
        margins_of(Predictor(trial.after), validation.features, validation.signs);
    for (std::size_t i = 0; i < margins_after.size(); ++i) {
        report.scores_after.push_back(margins_after[i] * validation.signs[i]);
    }
    report.ramp_before = held_out.loss;
    report.ramp_after = distance_of(kind, margins_after, validation.signs).loss;
    report.contradicted_held_out = held_out.contradicted;
    const std::vector<double> margins_batch =
        margins_of(before, trial.batch.features, trial.batch.signs);
    report.contradicted_batch = distance_of(kind, margins_batch, trial.batch.signs).contradicted;
    const double rise = report.ramp_after - report.ramp_before;
    const bool serves = kind != ModelKind::one_class && rise < -options.improvement;
    const double excess = report.contradicted_batch - report.contradicted_held_out;
    report.passed = rise <= options.ramp_rise && (serves || excess <= options.contradicted);
    double worst = 0;
    for (const auto& [name, stratum] : by_stratum(validation, margins_before, margins_after)) {
        const double recall_before = stratum.recall(stratum.right_before);
        const double recall_after = stratum.recall(stratum.right_after);
        const double drop = recall_before - recall_after;
        if (!serves && drop > options.recall_drop && stratum.lost() >= options.records_lost) {
            report.passed = false;
        }
        if (drop <= worst) continue;
        worst = drop;
        report.stratum = name;
        report.recall_before = recall_before;
        report.recall_after = recall_after;
    }
    return report;
}

std::string describe(const GateReport& report) {
    if (!report.judged) return "not judged: too few held-out records, or a young model";
    char text[256];
    std::snprintf(text, sizeof text,
                  "%s: mean ramp loss %.4f, was %.4f; contradicted before: %.3f of the batch, %.3f "
                  "of the held-out records",
                  report.passed ? "passed" : "quarantined", report.ramp_after, report.ramp_before,
                  report.contradicted_batch, report.contradicted_held_out);
    std::string sentence = text;
    if (report.stratum.empty()) return sentence;
    std::snprintf(text, sizeof text, " %.3f, was %.3f", report.recall_after, report.recall_before);
    return sentence + "; recall of " + report.stratum + text;
}

}  // namespace tributary::classifier
