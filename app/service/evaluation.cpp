#include "app/service/evaluation.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "classifier/evaluate/metrics.hpp"

namespace tributary::app {

namespace {

using classifier::Confusion;
using datasets::ClassName;
using datasets::kNormalClass;

/// What the detector said of every flow that has a truth.
struct Judged {
    std::vector<std::size_t> rows;       ///< into the flows
    std::vector<ClassName> truth;        ///< one per row
    std::vector<ClassName> verdicts;     ///< empty: no alert
    std::vector<double> largest_excess;  ///< over all members
};

/// Far below every score: what "attack or not" gets where no model is trained yet.
constexpr double kNoScore = -1e9;
constexpr const char* kNoVerdict = "none";

Judged judge(const classifier::Detector& detector, const classifier::Detections& detections,
             const LabelledFlows& flows) {
    const auto& members = detector.ensemble().members();
    Judged judged;
    for (std::size_t i = 0; i < flows.flows.size(); ++i) {
        const ClassName& truth = flows.records.labels[i];
        if (truth.empty()) continue;
        double excess = kNoScore;
        for (std::size_t m = 0; m < members.size(); ++m) {
            excess = std::max(excess, detections.scores[m][i] - members[m].threshold);
        }
        const int member = detections.decisions[i].member;
        judged.rows.push_back(i);
        judged.truth.push_back(truth);
        judged.verdicts.push_back(
            member < 0 ? ClassName{} : members[static_cast<std::size_t>(member)].class_name);
        judged.largest_excess.push_back(excess);
    }
    return judged;
}

double class_auc(const classifier::Detector& detector, const classifier::Detections& detections,
                 const Judged& judged, const ClassName& class_name) {
    const auto& members = detector.ensemble().members();
    const auto member = std::ranges::find(members, class_name, &classifier::Member::class_name);
    if (member == members.end()) return 0.5;
    const auto& scores = detections.scores[static_cast<std::size_t>(member - members.begin())];
    std::vector<double> chosen;
    std::vector<std::int8_t> truth;
    for (std::size_t i = 0; i < judged.rows.size(); ++i) {
        if (judged.truth[i] != class_name && judged.truth[i] != kNormalClass) continue;
        chosen.push_back(scores[judged.rows[i]]);
        truth.push_back(judged.truth[i] == class_name ? 1 : -1);
    }
    return classifier::auc(chosen, truth);
}

ClassEvaluation evaluate_class(const Judged& judged, const ClassName& class_name) {
    ClassEvaluation result;
    Confusion all;
    Confusion normals;
    for (std::size_t i = 0; i < judged.rows.size(); ++i) {
        const bool is = judged.truth[i] == class_name;
        const bool said = judged.verdicts[i] == class_name;
        std::uint64_t& cell = is ? (said ? all.true_positive : all.false_negative)
                                 : (said ? all.false_positive : all.true_negative);
        ++cell;
        if (is) ++result.verdicts[judged.verdicts[i].empty() ? kNoVerdict : judged.verdicts[i]];
        if (judged.truth[i] == kNormalClass) {
            ++(said ? normals.false_positive : normals.true_negative);
        }
    }
    result.class_name = class_name;
    result.count = all.true_positive + all.false_negative;
    result.recall = all.recall();
    result.fpr = normals.fpr();
    result.f1 = all.f1();
    result.mcc = all.mcc();
    return result;
}

double hours_of(const std::vector<datasets::FlowRecord>& flows) {
    if (flows.empty()) return 0;
    const auto start = std::ranges::min_element(flows, {}, &datasets::FlowRecord::start)->start;
    const auto end = std::ranges::max_element(flows, {}, &datasets::FlowRecord::end)->end;
    return std::chrono::duration<double, std::ratio<3600>>(end - start).count();
}

Result<classifier::Card> attack_card(const Judged& judged) {
    std::vector<std::int8_t> truth;
    for (const ClassName& name : judged.truth) truth.push_back(name == kNormalClass ? -1 : 1);
    return classifier::evaluate(judged.largest_excess, truth, judged.truth, 0);
}

}  // namespace

Result<Evaluation> evaluate_site(classifier::Detector& detector, const LabelledFlows& flows) {
    classifier::Detections detections;
    TRIBUTARY_CHECK(detector.detect(flows.records.features, detections));
    const Judged judged = judge(detector, detections, flows);

    Evaluation result;
    result.count = judged.rows.size();
    result.hours = hours_of(flows.flows);
    TRIBUTARY_TRY(result.attack, attack_card(judged));
    for (std::size_t i = 0; i < judged.rows.size(); ++i) {
        if (judged.truth[i] != kNormalClass) continue;
        ++result.normals;
        if (!judged.verdicts[i].empty()) ++result.false_alerts;
    }
    if (result.normals > 0) {
        result.union_fpr =
            static_cast<double>(result.false_alerts) / static_cast<double>(result.normals);
    }
    std::set<ClassName> classes(judged.truth.begin(), judged.truth.end());
    classes.erase(kNormalClass);
    for (const ClassName& class_name : classes) {
        ClassEvaluation of_class = evaluate_class(judged, class_name);
        of_class.auc = class_auc(detector, detections, judged, class_name);
        result.macro_recall += of_class.recall / static_cast<double>(classes.size());
        result.classes.push_back(std::move(of_class));
    }
    return result;
}

}  // namespace tributary::app
