#include "classifier/svm/training_set.hpp"

#include <algorithm>
#include <string_view>

namespace tributary::classifier {

namespace {

std::size_t hash_of(FeatureRow row, std::int8_t sign) {
    const std::string_view text(reinterpret_cast<const char*>(row.data()), row.size());
    return std::hash<std::string_view>{}(text) ^ static_cast<std::size_t>(sign + 2);
}

std::uint8_t add_weights(std::uint8_t left, std::uint8_t right) {
    return static_cast<std::uint8_t>(std::min<int>(left + right, kWeightLimit));
}

}  // namespace

Status check_batch(const TrainingBatch& batch) {
    const std::size_t rows = batch.signs.size();
    if (batch.features.rows() != rows) {
        return fail(Errc::invalid_argument, "batch has " + std::to_string(batch.features.rows()) +
                                                " records but " + std::to_string(rows) +
                                                " labels. Give one label per record");
    }
    if (!batch.weights.empty() && batch.weights.size() != rows) {
        return fail(Errc::invalid_argument, "batch has " + std::to_string(rows) + " records but " +
                                                std::to_string(batch.weights.size()) + " weights");
    }
    for (std::size_t i = 0; i < rows; ++i) {
        if (batch.signs[i] != 1 && batch.signs[i] != -1) {
            return fail(Errc::invalid_argument,
                        "record " + std::to_string(i) + " of the batch has the label " +
                            std::to_string(batch.signs[i]) + "; labels are +1 or -1");
        }
        if (!batch.weights.empty() && batch.weights[i] == 0) {
            return fail(Errc::invalid_argument,
                        "record " + std::to_string(i) + " of the batch has weight 0. Leave it out");
        }
    }
    return {};
}

std::size_t TrainingSet::find(FeatureRow row, std::int8_t sign, std::size_t hash) const {
    const auto [first, last] = index_.equal_range(hash);
    for (auto it = first; it != last; ++it) {
        const std::size_t i = it->second;
        if (signs_[i] == sign && std::ranges::equal(features_.row(i), row)) return i;
    }
    return kAbsent;
}

void TrainingSet::append(FeatureRow row, std::int8_t sign, std::uint8_t weight, double alpha,
                         std::size_t hash) {
    index_.emplace(hash, signs_.size());
    features_.append(row);
    signs_.push_back(sign);
    weights_.push_back(std::min(weight, kWeightLimit));
    alphas_.push_back(alpha);
}

void TrainingSet::add(FeatureRow row, std::int8_t sign, std::uint8_t weight, double alpha) {
    const std::size_t hash = hash_of(row, sign);
    const std::size_t at = find(row, sign, hash);
    if (at == kAbsent) {
        append(row, sign, weight, alpha, hash);
        return;
    }
    weights_[at] = add_weights(weights_[at], weight);
    alphas_[at] += alpha;
}

void TrainingSet::add_if_absent(FeatureRow row, std::int8_t sign, std::uint8_t weight) {
    const std::size_t hash = hash_of(row, sign);
    if (find(row, sign, hash) == kAbsent) append(row, sign, weight, 0, hash);
}

bool TrainingSet::contains(FeatureRow row, std::int8_t sign) const {
    return find(row, sign, hash_of(row, sign)) != kAbsent;
}

std::size_t TrainingSet::count(std::int8_t sign) const {
    return static_cast<std::size_t>(std::ranges::count(signs_, sign));
}

}  // namespace tributary::classifier
