#pragma once
// Measures this layer against LIBSVM from the package, in one run, on labelled records: the rows of
// `tributary bench classifier --json`. Times are CPU seconds of the calling thread: ratios carry
// over to other machines, seconds do not.
// One thread. Source: design of the classifier, section 7.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "datasets/label/label.hpp"

namespace tributary::classifier {

/// One quantity of the table. `met` is empty where the processor lacks the instruction set.
struct BenchRow {
    std::string quantity;
    double ours = 0;
    double reference = 0;
    double ratio = 0;
    double must = 0;
    std::optional<bool> met;
};

struct BenchOptions {
    std::size_t stream = 40000;    ///< records before the update that is measured
    std::size_t growth = 115000;   ///< records at the end of the growth measurement
    std::size_t accuracy = 20000;  ///< records of the accuracy streams
    std::size_t noisy = 30000;     ///< records of the stream with 5 % label noise
    std::size_t held_out = 8000;   ///< records kept for measuring, never learnt
    std::uint64_t seed = 1;
    const datasets::FeatureMatrix* unseen = nullptr;  ///< for label_flips; null: the held-out ones
};

/// Records labelled with attack names or categories; everything but "normal" is the class.
/// What is not there in sufficient number is measured on fewer records.
/// @error invalid_argument (fewer than 4,000 records), errors of an engine
Result<std::vector<BenchRow>> bench_classifier(const datasets::LabelledRecords& records,
                                               const BenchOptions& options = {});

/// The parts, for tests and for running one alone; same arguments and errors.
Result<std::vector<BenchRow>> bench_updates(const datasets::LabelledRecords& records,
                                            const BenchOptions& options);
Result<std::vector<BenchRow>> bench_prediction(const datasets::LabelledRecords& records,
                                               const BenchOptions& options);
Result<std::vector<BenchRow>> bench_gate(const datasets::LabelledRecords& records,
                                         const BenchOptions& options);
Result<std::vector<BenchRow>> bench_accuracy(const datasets::LabelledRecords& records,
                                             const BenchOptions& options);

}  // namespace tributary::classifier
