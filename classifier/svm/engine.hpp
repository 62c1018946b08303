#pragma once
// The seam between what is learnt and how: an engine turns a model and a batch into the next model.
// Work that does not need the object happens in `prepare`, before the object arrives, so that the
// possession of a migrating object costs only `update`.
// Invariants: an engine holds no state between calls; the input model is never changed; an error
// leaves nothing behind. Any thread; calls on one engine may run at the same time.
// Source: self-service §8.3; design of the classifier, section 1.

#include <memory>
#include <string_view>

#include "classifier/svm/training_set.hpp"

namespace tributary::classifier {

/// Largest batch an engine accepts; an update of the product has at most 500 records.
inline constexpr std::size_t kBatchLimit = 200000;

/// A batch and the site's own memory, checked, merged and laid out for kernel values while the
/// object is still elsewhere.
struct PreparedBatch {
    TrainingBatch batch;          ///< without what contradicts itself
    TrainingSet own;              ///< the batch, equal pairs collapsed, then the site's memory
    std::size_t batch_rows = 0;   ///< so many rows of `own` are the batch
    std::uint64_t positives = 0;  ///< records that came, those that contradict each other too
    std::uint64_t negatives = 0;
    bool is_rehearsal = false;  ///< no record is new; the memory alone is learnt again

    /// Nothing came and nothing is to be learnt again.
    [[nodiscard]] bool changes_nothing() const {
        return positives + negatives == 0 && !is_rehearsal;
    }
};

class Engine {
 public:
    virtual ~Engine() = default;

    /// What it is called; "libsvm" and "smo" can be chosen by `--engine`.
    [[nodiscard]] virtual std::string_view name() const = 0;

    /// Learns a prepared batch.
    /// @return  the next model in canonical form, coefficients rounded to float32
    /// @error   mismatch (another width or kind), limit_exceeded, internal
    [[nodiscard]] virtual Result<Model> update(const Model& current,
                                               const PreparedBatch& prepared) const = 0;

    /// Prepares and learns in one call, where no object is waited for.
    [[nodiscard]] Result<Model> learn(const Model& current, const TrainingBatch& batch,
                                      const TrainingBatch& memory = {}) const;
};

/// Checks a batch and merges it with the site's memory. Equal records of both labels cancel, one
/// against one: with class weights each pair would pull to the class that was seen less.
/// @param memory  LocalMemory::rows(); may be empty (then of any width)
/// @error invalid_argument (signs, weights, lengths), mismatch (widths), limit_exceeded
Result<PreparedBatch> prepare(const TrainingBatch& batch, const TrainingBatch& memory);

/// A batch without a new record: what the site remembers is learnt again, because the updates of
/// others may have displaced it. It counts no record.
/// @error as prepare
Result<PreparedBatch> prepare_rehearsal(const TrainingBatch& memory);

/// The engine of that name.
/// @error not_found, naming the known ones
Result<std::unique_ptr<Engine>> make_engine(std::string_view name);

/// The engine that trains objects of a kind.
/// @param name  how svm-rbf is solved; the other kinds have one engine each
/// @error not_found, naming the known ones
Result<std::unique_ptr<Engine>> make_engine(ModelKind kind, std::string_view name);

/// The engine used unless `--engine` says otherwise.
inline constexpr std::string_view kDefaultEngine = "smo";

}  // namespace tributary::classifier
