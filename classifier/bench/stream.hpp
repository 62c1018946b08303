#pragma once
// What the measurements share: records in seeded order, sites that learn batch after batch with
// their own memory, and a CPU clock. One thread.

#include <functional>
#include <map>

#include "base/random.hpp"
#include "classifier/bench/bench.hpp"
#include "classifier/svm/local_memory.hpp"
#include "classifier/svm/retention.hpp"

namespace tributary::classifier {

inline constexpr std::size_t kBenchBatch = 500;
inline constexpr double kBenchNoise = 0.05;  ///< share of flipped labels where there is noise

/// CPU seconds of this thread.
double cpu_seconds();

/// Shuffled rows: the first `held_out` are for measuring, the others for learning.
struct BenchData {
    const datasets::LabelledRecords* records = nullptr;
    std::vector<std::size_t> train;
    std::vector<std::size_t> test;
    std::optional<datasets::ClassName> object_class{};  ///< nothing: all but "normal"

    [[nodiscard]] std::int8_t sign(std::size_t row) const;
    /// The rows as a batch; each label is flipped with the probability `noise`.
    [[nodiscard]] TrainingBatch batch(std::span<const std::size_t> rows, double noise,
                                      Random& random) const;
    [[nodiscard]] TrainingBatch held_out() const;
};

/// @error invalid_argument
Result<BenchData> bench_data(const datasets::LabelledRecords& records, const BenchOptions& options);

/// One update, as it is about to happen.
struct BenchUpdate {
    std::size_t seen = 0;  ///< records before this batch
    const Model* model = nullptr;
    const PreparedBatch* prepared = nullptr;
};

/// An object that several sites feed in turn, each with its own memory.
class BenchStream {
 public:
    BenchStream(const BenchData& data, const HyperParameters& parameters, std::uint64_t seed);

    /// @param site   whose memory takes part
    /// @param watch  called before each update; may be empty
    /// @return       CPU seconds in Engine::update
    Result<double> learn(const std::string& site, std::span<const std::size_t> rows, double noise,
                         const std::function<Status(const BenchUpdate&)>& watch = {});

    /// What a batch of the site would lead to; nothing changes.
    [[nodiscard]] Result<Model> preview(const std::string& site, const TrainingBatch& batch) const;

    [[nodiscard]] const Model& model() const { return model_; }

 private:
    const BenchData& data_;
    std::unique_ptr<Engine> engine_;
    Random random_;
    std::map<std::string, LocalMemory> memories_;
    Model model_;
    std::size_t seen_ = 0;
};

/// Share of a batch that is judged right.
double accuracy_of(const Model& model, const TrainingBatch& batch);

/// C-SVC on everything at once, without bounds on the model, by the solver that is asked for.
/// @param libsvm   true: svm_train of LIBSVM; false: ours
/// @param seconds  receives the CPU time of the solver alone
Result<Model> batch_model(const TrainingBatch& batch, const HyperParameters& parameters,
                          bool libsvm, double* seconds = nullptr);

}  // namespace tributary::classifier
