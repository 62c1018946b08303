#include "classifier/evaluate/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/assert.hpp"

namespace tributary::classifier {

namespace {

double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
}

double real(std::uint64_t count) {
    return static_cast<double>(count);
}

/// Rows from the highest score to the lowest.
std::vector<std::size_t> descending(std::span<const double> scores) {
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t i) { return scores[i]; });
    return order;
}

/// Calls `visit(positives, negatives)` for every group of equal scores, highest first.
template <typename Visit>
void for_each_tie(std::span<const double> scores, std::span<const std::int8_t> truth, Visit visit) {
    const std::vector<std::size_t> order = descending(scores);
    std::size_t first = 0;
    while (first < order.size()) {
        std::uint64_t positives = 0;
        std::uint64_t negatives = 0;
        std::size_t last = first;
        for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last) {
            (truth[order[last]] > 0 ? positives : negatives) += 1;
        }
        visit(positives, negatives);
        first = last;
    }
}

std::uint64_t positives_of(std::span<const std::int8_t> truth) {
    return static_cast<std::uint64_t>(std::ranges::count(truth, std::int8_t{1}));
}

}  // namespace

std::uint64_t Confusion::count() const {
    return true_positive + false_positive + true_negative + false_negative;
}
double Confusion::accuracy() const {
    return ratio(real(true_positive + true_negative), real(count()));
}
double Confusion::precision() const {
    return ratio(real(true_positive), real(true_positive + false_positive));
}
double Confusion::recall() const {
    return ratio(real(true_positive), real(true_positive + false_negative));
}
double Confusion::fpr() const {
    return ratio(real(false_positive), real(false_positive + true_negative));
}
double Confusion::f1() const {
    return ratio(2 * real(true_positive),
                 real(2 * true_positive + false_positive + false_negative));
}
double Confusion::mcc() const {
    const double tp = real(true_positive);
    const double fp = real(false_positive);
    const double tn = real(true_negative);
    const double fn = real(false_negative);
    const double whole =
        std::sqrt(tp + fp) * std::sqrt(tp + fn) * std::sqrt(tn + fp) * std::sqrt(tn + fn);
    return ratio(tp * tn - fp * fn, whole);
}

Confusion confusion(std::span<const double> scores, std::span<const std::int8_t> truth,
                    double threshold) {
    TRIBUTARY_ASSERT(scores.size() == truth.size());
    Confusion counts;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const bool alarm = scores[i] > threshold;
        if (truth[i] > 0) {
            (alarm ? counts.true_positive : counts.false_negative) += 1;
        } else {
            (alarm ? counts.false_positive : counts.true_negative) += 1;
        }
    }
    return counts;
}

double auc(std::span<const double> scores, std::span<const std::int8_t> truth) {
    TRIBUTARY_ASSERT(scores.size() == truth.size());
    const double positives = real(positives_of(truth));
    const double negatives = real(truth.size()) - positives;
    if (positives == 0 || negatives == 0) return 0.5;
    double pairs = 0;  // (positive, negative) pairs in the right order; ties count one half
    double above = 0;  // positives with a higher score than the group at hand
    for_each_tie(scores, truth, [&](std::uint64_t tied_positives, std::uint64_t tied_negatives) {
        pairs += real(tied_negatives) * (above + real(tied_positives) / 2);
        above += real(tied_positives);
    });
    return pairs / (positives * negatives);
}

double tpr_at_fpr(std::span<const double> scores, std::span<const std::int8_t> truth, double fpr) {
    TRIBUTARY_ASSERT(scores.size() == truth.size());
    const double positives = real(positives_of(truth));
    const double negatives = real(truth.size()) - positives;
    double best = 0;
    double caught = 0;
    double false_alarms = 0;
    for_each_tie(scores, truth, [&](std::uint64_t tied_positives, std::uint64_t tied_negatives) {
        caught += real(tied_positives);
        false_alarms += real(tied_negatives);
        if (ratio(false_alarms, negatives) <= fpr) best = ratio(caught, positives);
    });
    return best;
}

std::map<std::string, double> recall_by_stratum(std::span<const double> scores,
                                                std::span<const std::int8_t> truth,
                                                std::span<const std::string> strata,
                                                double threshold) {
    TRIBUTARY_ASSERT(scores.size() == truth.size() && scores.size() == strata.size());
    std::map<std::string, std::pair<double, double>> counts;  // right, all
    for (std::size_t i = 0; i < scores.size(); ++i) {
        auto& [right, all] = counts[strata[i]];
        right += (scores[i] > threshold) == (truth[i] > 0) ? 1 : 0;
        all += 1;
    }
    std::map<std::string, double> recall;
    for (const auto& [name, count] : counts) recall[name] = count.first / count.second;
    return recall;
}

Result<Card> evaluate(std::span<const double> scores, std::span<const std::int8_t> truth,
                      std::span<const std::string> strata, double threshold) {
    if (scores.size() != truth.size() || (!strata.empty() && strata.size() != truth.size())) {
        return fail(Errc::invalid_argument, "scores, labels and strata differ in number");
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (!std::isfinite(scores[i]) || (truth[i] != 1 && truth[i] != -1)) {
            return fail(Errc::invalid_argument,
                        "record " + std::to_string(i) +
                            " cannot be evaluated: its score is not a number or its label not +-1");
        }
    }
    const Confusion counts = confusion(scores, truth, threshold);
    Card card;
    card.count = scores.size();
    card.accuracy = counts.accuracy();
    card.f1 = counts.f1();
    card.mcc = counts.mcc();
    card.fpr = counts.fpr();
    card.tpr_at_1pct_fpr = tpr_at_fpr(scores, truth);
    card.auc = auc(scores, truth);
    if (!strata.empty()) card.recall = recall_by_stratum(scores, truth, strata, threshold);
    return card;
}

}  // namespace tributary::classifier
