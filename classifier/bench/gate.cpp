#include "classifier/trust/gate.hpp"

#include <algorithm>
#include <array>

#include "classifier/bench/stream.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kHonestUpdates = 120;
/// A poisoned batch is tried at every so many honest updates.
constexpr std::size_t kAttackEvery = 20;
constexpr std::array<double, 5> kFlips{0.05, 0.1, 0.2, 0.5, 1.0};
constexpr std::array<std::size_t, 2> kTargeted{50, 25};
/// Strata that are targeted, if the validation records hold enough of them to see anything.
constexpr std::size_t kTargets = 3;
constexpr std::size_t kLeastOfTarget = 40;

Validation validation_of(const BenchData& data) {
    Validation validation;
    validation.features = FeatureMatrix(data.records->features.width());
    const std::size_t size = std::min(kGateRecords, data.test.size());
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t row = data.test[i];
        validation.features.append(data.records->features.row(row));
        validation.signs.push_back(data.sign(row));
        validation.strata.push_back(data.records->labels[row]);
    }
    return validation;
}

/// The attack strata with the most validation records.
std::vector<std::string> targets_of(const Validation& validation) {
    std::map<std::string, std::size_t> counts;
    for (std::size_t i = 0; i < validation.size(); ++i) {
        if (validation.signs[i] > 0) ++counts[validation.strata[i]];
    }
    std::vector<std::pair<std::size_t, std::string>> order;
    for (const auto& [name, count] : counts) {
        if (count >= kLeastOfTarget) order.emplace_back(count, name);
    }
    std::ranges::sort(order, std::ranges::greater{});
    std::vector<std::string> targets;
    for (const auto& [count, name] : order) {
        if (targets.size() < kTargets) targets.push_back(name);
    }
    return targets;
}

/// Counts what the gate says of honest and of poisoned updates along one stream.
class GateTrial {
 public:
    GateTrial(const BenchData& data, const BenchOptions& options)
        : data_(data),
          validation_(validation_of(data)),
          targets_(targets_of(validation_)),
          stream_(data, HyperParameters{}, options.seed),
          random_(options.seed) {}

    Status run() {
        const std::size_t updates = std::min(kHonestUpdates, data_.train.size() / kBenchBatch);
        for (std::size_t n = 0; n < updates; ++n) {
            const auto rows = std::span(data_.train).subspan(n * kBenchBatch, kBenchBatch);
            if (n > 0 && n % kAttackEvery == 0) TRIBUTARY_CHECK(attack(rows));
            const Model before = stream_.model();
            TRIBUTARY_TRY(const double seconds, stream_.learn("site", rows, 0));
            static_cast<void>(seconds);
            ++honest_;
            Random unused(0);
            const TrainingBatch batch = data_.batch(rows, 0, unused);
            alarms_ += judge({before, stream_.model(), batch}, validation_).passed ? 0 : 1;
        }
        return {};
    }

    [[nodiscard]] std::vector<BenchRow> rows() const {
        const auto alarms = static_cast<double>(alarms_);
        const auto caught = static_cast<double>(caught_);
        const auto attacks = static_cast<double>(std::max<std::size_t>(attacks_, 1));
        return {{"gate_false", alarms, static_cast<double>(honest_), alarms, 0, alarms_ == 0},
                {"gate_caught", caught, attacks, caught / attacks, 1,
                 attacks_ > 0 && caught_ == attacks_}};
    }

 private:
    /// Every poisoned form of one honest batch.
    Status attack(std::span<const std::size_t> rows) {
        for (const double share : kFlips) {
            TrainingBatch poisoned = data_.batch(rows, 0, random_);
            const auto flips = static_cast<std::size_t>(share * static_cast<double>(rows.size()));
            std::vector<std::size_t> order(rows.size());
            for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
            shuffle(order, random_);
            for (std::size_t i = 0; i < flips; ++i) {
                std::int8_t& sign = poisoned.signs[order[i]];
                sign = static_cast<std::int8_t>(-sign);
            }
            TRIBUTARY_CHECK(try_one(poisoned));
        }
        for (const std::string& target : targets_) {
            for (const std::size_t count : kTargeted) {
                TRIBUTARY_CHECK(try_one(targeted(rows, target, count)));
            }
        }
        return {};
    }

    /// The batch with `count` records of one kind of attack, called normal.
    TrainingBatch targeted(std::span<const std::size_t> rows, const std::string& target,
                           std::size_t count) {
        TrainingBatch poisoned = data_.batch(rows.first(rows.size() - count), 0, random_);
        std::vector<std::size_t> pool;
        for (const std::size_t row : data_.train) {
            if (data_.records->labels[row] == target) pool.push_back(row);
        }
        shuffle(pool, random_);
        pool.resize(std::min(pool.size(), count));
        for (const std::size_t row : pool) poisoned.append(data_.records->features.row(row), -1);
        return poisoned;
    }

    Status try_one(const TrainingBatch& poisoned) {
        // Once by a site with an honest past, once by a newcomer that remembers nothing.
        for (const char* const site : {"site", "newcomer"}) {
            TRIBUTARY_TRY(const Model after, stream_.preview(site, poisoned));
            ++attacks_;
            caught_ += judge({stream_.model(), after, poisoned}, validation_).passed ? 0 : 1;
        }
        return {};
    }

    const BenchData& data_;
    Validation validation_;
    std::vector<std::string> targets_;
    BenchStream stream_;
    Random random_;
    std::size_t honest_ = 0;
    std::size_t alarms_ = 0;
    std::size_t attacks_ = 0;
    std::size_t caught_ = 0;
};

}  // namespace

Result<std::vector<BenchRow>> bench_gate(const datasets::LabelledRecords& records,
                                         const BenchOptions& options) {
    TRIBUTARY_TRY(const BenchData data, bench_data(records, options));
    GateTrial trial(data, options);
    TRIBUTARY_CHECK(trial.run());
    return trial.rows();
}

}  // namespace tributary::classifier
