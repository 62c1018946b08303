#include "classifier/svm/training_set.hpp"

#include <algorithm>
#include <string_view>

namespace tributary::classifier {

namespace {

constexpr std::size_t kFirstSlots = 64;

std::uint32_t hash_of(FeatureRow row, std::int8_t sign) {
    const std::string_view text(reinterpret_cast<const char*>(row.data()), row.size());
    const std::size_t hash = std::hash<std::string_view>{}(text) ^ static_cast<unsigned>(sign + 2);
    return static_cast<std::uint32_t>(hash ^ hash >> 32);
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

std::size_t TrainingSet::slot_of(FeatureRow row, std::int8_t sign, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const std::size_t i = slots_[slot] - 1;
        if (hashes_[i] != hash || signs_[i] != sign) continue;
        if (std::ranges::equal(features_.row(i), row)) break;
    }
    return slot;
}

void TrainingSet::grow() {
    slots_.assign(std::max(kFirstSlots, 2 * slots_.size()), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
        std::size_t slot = hashes_[i] & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
}

void TrainingSet::append(std::size_t slot, FeatureRow row, std::int8_t sign, std::uint8_t weight,
                         double alpha, std::uint32_t hash) {
    features_.append(row);
    signs_.push_back(sign);
    weights_.push_back(std::min(weight, kWeightLimit));
    alphas_.push_back(alpha);
    hashes_.push_back(hash);
    slots_[slot] = static_cast<std::uint32_t>(signs_.size());
}

void TrainingSet::add(FeatureRow row, std::int8_t sign, std::uint8_t weight, double alpha) {
    if (2 * size() >= slots_.size()) grow();
    const std::uint32_t hash = hash_of(row, sign);
    const std::size_t slot = slot_of(row, sign, hash);
    if (slots_[slot] == 0) {
        append(slot, row, sign, weight, alpha, hash);
        return;
    }
    const std::size_t at = slots_[slot] - 1;
    weights_[at] = add_weights(weights_[at], weight);
    alphas_[at] += alpha;
}

void TrainingSet::add_if_absent(FeatureRow row, std::int8_t sign, std::uint8_t weight) {
    if (!contains(row, sign)) add(row, sign, weight);
}

void TrainingSet::put(std::size_t i, std::uint8_t weight, double alpha) {
    weights_[i] = std::min(weight, kWeightLimit);
    alphas_[i] = alpha;
}

std::size_t TrainingSet::find(FeatureRow row, std::int8_t sign) const {
    if (slots_.empty()) return kAbsent;
    const std::uint32_t found = slots_[slot_of(row, sign, hash_of(row, sign))];
    return found == 0 ? kAbsent : found - 1;
}

void TrainingSet::lay_out() {
    const std::size_t whole = size() / kRowPad * kRowPad;
    layout_ = whole == 0 ? nullptr : std::make_shared<const RbfRows>(features_, 0, whole);
}

std::size_t TrainingSet::count(std::int8_t sign) const {
    return static_cast<std::size_t>(std::ranges::count(signs_, sign));
}

}  // namespace tributary::classifier
