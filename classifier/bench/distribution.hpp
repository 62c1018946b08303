#pragma once
// How long updates take and how large models become, over many classifiers: the samples behind
// `tributary bench updates` and the paper's Figure 12. Times are CPU seconds of the calling thread.
// One thread. @paper self-service §8.3

#include <string>
#include <vector>

#include "base/result.hpp"
#include "datasets/label/label.hpp"

namespace tributary::classifier {

/// One update of one classifier.
struct UpdateSample {
    std::string object_class;
    std::size_t seen = 0;        ///< records that the classifier learnt, this batch included
    double seconds = 0;          ///< while the object is held: without what a site prepares before
    std::size_t vectors = 0;     ///< of the resulting model
    std::size_t bytes = 0;       ///< of the object, as it travels
    std::size_t text_bytes = 0;  ///< of the same model as LIBSVM writes it
};

struct DistributionOptions {
    std::size_t updates = 60;        ///< of each classifier, 500 records each
    std::size_t least_records = 50;  ///< classes with fewer have no classifier
    std::uint64_t seed = 1;
};

/// Each class that has enough records is one classifier against all others; all learn the same
/// batches, one after the other. Updates before the first record of a class have no sample.
/// @error invalid_argument (too few records, or no such class), errors of the engine
Result<std::vector<UpdateSample>> sample_updates(const datasets::LabelledRecords& records,
                                                 const DistributionOptions& options = {});

/// One line of a table of quantiles.
struct UpdateQuantile {
    double share = 0;  ///< of the updates or models that are at most so large
    double seconds = 0;
    double vectors = 0;
    double bytes = 0;
    double text_bytes = 0;
};

/// Each column by itself, smallest share first; empty without samples.
std::vector<UpdateQuantile> quantiles(const std::vector<UpdateSample>& samples);

}  // namespace tributary::classifier
