#include "datasets/batch.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint64_t kHeldOutOneIn = 10;

}  // namespace

bool is_held_out(FeatureRow row) {
    const Digest digest = blake2b(row);
    return ByteReader(digest).u64() % kHeldOutOneIn == 0;
}

Batcher::Batcher(const Schema& schema, Coverage coverage, BatchOptions options)
    : schema_(&schema), coverage_(std::move(coverage)), options_(options) {
    TRIBUTARY_ASSERT(options.batch_rows >= 2 && options.pending_rows >= options.batch_rows);
    held_out_ = LabelledRecords::empty(schema, coverage_);
}

void Batcher::add(FeatureRow row, const ClassName& label) {
    TRIBUTARY_ASSERT(row.size() == schema_->width());
    ++counts_.in;
    if (label.empty()) {
        ++counts_.unknown;
        return;
    }
    if (is_held_out(row)) {
        ++counts_.held_out;
        if (held_out_.labels.size() >= options_.held_out_rows) {
            ++counts_.held_out_dropped;
            return;
        }
        held_out_.features.append(row);
        held_out_.labels.push_back(label);
        return;
    }
    ++counts_.pending;
    pending_[label].push_back({next_sequence_++, {row.begin(), row.end()}});
}

std::optional<LabelledRecords> Batcher::next() {
    const std::size_t half = options_.batch_rows / 2;
    std::size_t balanced = 0;
    for (const auto& [label, rows] : pending_) balanced += std::min(rows.size(), half);
    if (balanced < 2 * half && counts_.pending < options_.pending_rows) return std::nullopt;
    Quotas quotas;
    pick_oldest(quotas, half, 2 * half);
    if (balanced < 2 * half) pick_oldest(quotas, options_.batch_rows, options_.batch_rows);
    return take(quotas);
}

std::optional<LabelledRecords> Batcher::flush() {
    if (counts_.pending == 0) return std::nullopt;
    std::size_t largest = 0;
    for (const auto& [label, rows] : pending_) largest = std::max(largest, rows.size());
    const std::size_t others = static_cast<std::size_t>(counts_.pending) - largest;
    Quotas quotas;
    if (others == 0) {
        pick_oldest(quotas, options_.batch_rows, options_.batch_rows);
    } else {
        // The smaller classes are spread over as few batches as possible, each half of its batch.
        const std::size_t even = options_.batch_rows / 2 * 2;
        const std::size_t rows = std::min(even, others < largest ? 2 * others : others + largest);
        pick_oldest(quotas, rows / 2, rows);
    }
    return take(quotas);
}

std::size_t Batcher::total(const Quotas& quotas) {
    std::size_t sum = 0;
    for (const auto& [label, count] : quotas) sum += count;
    return sum;
}

/// Adds the oldest rows to what is already picked, at most `per_class` of a class and `rows` in
/// all.
void Batcher::pick_oldest(Quotas& quotas, std::size_t per_class, std::size_t rows) const {
    for (std::size_t picked = total(quotas); picked < rows; ++picked) {
        const ClassName* oldest = nullptr;
        std::uint64_t oldest_sequence = UINT64_MAX;
        for (const auto& [label, waiting] : pending_) {
            const std::size_t taken = quotas[label];
            if (taken >= per_class || taken >= waiting.size()) continue;
            if (waiting[taken].sequence >= oldest_sequence) continue;
            oldest = &label;
            oldest_sequence = waiting[taken].sequence;
        }
        if (oldest == nullptr) return;
        ++quotas[*oldest];
    }
}

LabelledRecords Batcher::take(const Quotas& quotas) {
    std::vector<std::pair<Pending, ClassName>> rows;
    for (const auto& [label, count] : quotas) {
        auto& waiting = pending_[label];
        for (std::size_t i = 0; i < count; ++i) {
            rows.emplace_back(std::move(waiting.front()), label);
            waiting.pop_front();
        }
        if (waiting.empty()) pending_.erase(label);
    }
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.first.sequence < b.first.sequence; });
    LabelledRecords batch = LabelledRecords::empty(*schema_, coverage_);
    batch.features.reserve(rows.size());
    for (auto& [pending, label] : rows) {
        batch.features.append(pending.row);
        batch.labels.push_back(std::move(label));
    }
    counts_.pending -= rows.size();
    counts_.batched += rows.size();
    return batch;
}

Status Batcher::add(const LabelledRecords& records) {
    if (records.schema == nullptr || records.schema->hash() != schema_->hash()) {
        return fail(Errc::mismatch,
                    "records in schema " +
                        (records.schema == nullptr ? "(none)" : records.schema->name()) +
                        " cannot join batches in " + schema_->name() +
                        ". Encode them again in that schema");
    }
    for (std::size_t i = 0; i < records.labels.size(); ++i) {
        add(records.features.row(i), records.labels[i]);
    }
    return {};
}

}  // namespace tributary::datasets
