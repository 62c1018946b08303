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

/// Records that a model contradicts outright: the other class, beyond the margin.
std::size_t contradicted(const std::vector<double>& margins) {
    return static_cast<std::size_t>(
        std::ranges::count_if(margins, [](double margin) { return margin < -1; }));
}

double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double mean_loss(const std::vector<double>& margins) {
    double sum = 0;
    for (const double margin : margins) sum += ramp_loss(margin);
    return margins.empty() ? 0 : sum / static_cast<double>(margins.size());
}

/// A one-class model has no margins to judge by: its scores have another scale.
bool is_judged(const Model& before, const Validation& validation, const GateOptions& options) {
    return before.kind != ModelKind::one_class && before.trained() &&
           before.seen_positive + before.seen_negative >= options.least_seen &&
           validation.size() >= options.least_records;
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
    if (!is_judged(trial.before, validation, options)) return report;
    report.judged = true;
    const Predictor before(trial.before);
    const std::vector<double> margins_before =
        margins_of(before, validation.features, validation.signs);
    const std::vector<double> margins_after =
        margins_of(Predictor(trial.after), validation.features, validation.signs);
    for (std::size_t i = 0; i < margins_after.size(); ++i) {
        report.scores_after.push_back(margins_after[i] * validation.signs[i]);
    }
    report.ramp_before = mean_loss(margins_before);
    report.ramp_after = mean_loss(margins_after);
    const std::size_t held_out = contradicted(margins_before);
    const std::size_t batch =
        contradicted(margins_of(before, trial.batch.features, trial.batch.signs));
    report.contradicted_held_out = share(held_out, validation.size());
    report.contradicted_batch = share(batch, trial.batch.size());
    const double rise = report.ramp_after - report.ramp_before;
    const double in_sum = rise * static_cast<double>(validation.size());
    const bool serves = rise < -options.improvement && in_sum <= -options.improvement_in_sum;
    // A record that is lost, from beyond the right margin to beyond the wrong one, is a loss of 2.
    const bool rises =
        rise > options.ramp_rise && in_sum > 2 * static_cast<double>(options.records_lost);
    const double excess = report.contradicted_batch - report.contradicted_held_out;
    const bool contradicts = excess > options.contradicted &&
                             excess * static_cast<double>(trial.batch.size()) >=
                                 static_cast<double>(options.records_lost) &&
                             !(serves && held_out >= batch / options.unseen);
    report.passed = !rises && !contradicts;
    const bool recall_counts =
        !serves &&
        std::min(trial.before.seen_positive, trial.before.seen_negative) >= options.least_of_class;
    double worst = 0;
    for (const auto& [name, stratum] : by_stratum(validation, margins_before, margins_after)) {
        const double recall_before = stratum.recall(stratum.right_before);
        const double recall_after = stratum.recall(stratum.right_after);
        const double drop = recall_before - recall_after;
        if (recall_counts && drop > options.recall_drop && stratum.lost() >= options.records_lost) {
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
