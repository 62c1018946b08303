#pragma once
// Encoded, labelled records -> batches, one batch = one update of every object that it covers.
//
// Invariants: a row without a label never enters; about every tenth labelled row, chosen by the
// hash of its numbers so that equal rows share their fate, is held out for the site and never
// trained on; every other row is in exactly one batch; rows of a batch are in order of arrival.
// Balance: no class has more than half of a batch as long as rows can wait for others. Surplus rows
// wait; when `pending_rows` wait, the oldest leave in an unbalanced batch.
// One thread per batcher.
// Source: self-service §8.3 (500 records are one update).

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "datasets/label/label.hpp"

namespace tributary::datasets {

inline constexpr std::size_t kRecordsPerUpdate = 500;

struct BatchOptions {
    std::size_t batch_rows = kRecordsPerUpdate;  ///< at least 2
    std::size_t pending_rows = 20'000;           ///< at least batch_rows; bound of what waits
    std::size_t held_out_rows = 200'000;         ///< later held-out rows are counted, not kept
};

/// Where the rows went; in = unknown + held_out + batched + pending.
struct BatchCounts {
    std::uint64_t in = 0;
    std::uint64_t unknown = 0;
    std::uint64_t held_out = 0;
    std::uint64_t held_out_dropped = 0;  ///< part of held_out
    std::uint64_t batched = 0;
    std::uint64_t pending = 0;
};

/// True for the rows that every site keeps for calibration: BLAKE2b of the row, first eight bytes
/// as a little-endian number, divisible by 10.
bool is_held_out(FeatureRow row);

class Batcher {
 public:
    /// @param coverage  of the source that gives the labels; goes into every batch
    Batcher(const Schema& schema, Coverage coverage, BatchOptions options = {});

    /// Takes one row; afterwards ask `next` until it is empty.
    /// @param row    exactly `schema.width()` numbers
    /// @param label  empty: unknown, the row is only counted
    void add(FeatureRow row, const ClassName& label);
    /// Takes every row; only these may wait beyond `pending_rows`, until `next` is asked.
    /// @error mismatch when the records have another schema
    Status add(const LabelledRecords& records);

    /// The next batch that is ready, in order.
    std::optional<LabelledRecords> next();
    /// The next batch of what is left at the end of the stream; call until empty.
    std::optional<LabelledRecords> flush();

    /// Calibration rows so far, in order of arrival.
    [[nodiscard]] const LabelledRecords& held_out() const { return held_out_; }
    [[nodiscard]] const BatchCounts& counts() const { return counts_; }

 private:
    struct Pending {
        std::uint64_t sequence = 0;
        std::vector<std::uint8_t> row;
    };
    using Quotas = std::map<ClassName, std::size_t>;

    [[nodiscard]] static std::size_t total(const Quotas& quotas);
    void pick_oldest(Quotas& quotas, std::size_t per_class, std::size_t rows) const;
    [[nodiscard]] LabelledRecords take(const Quotas& quotas);

    const Schema* schema_;
    Coverage coverage_;
    BatchOptions options_;
    BatchCounts counts_;
    LabelledRecords held_out_;
    std::map<ClassName, std::deque<Pending>> pending_;  ///< no empty queue stays
    std::uint64_t next_sequence_ = 0;
};

}  // namespace tributary::datasets
