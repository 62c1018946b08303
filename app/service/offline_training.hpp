#pragma once
// Training without a coordinator: records of one site -> batches -> versions of one object, exactly
// as a contribution would change it, with a card measured and probabilities fitted on the records
// that were held out. One thread per call.
// Source: self-service §8.3; design of the classifier, sections 1, 5 and 6.

#include <optional>
#include <string>

#include "classifier/object/classifier_object.hpp"
#include "classifier/svm/engine.hpp"
#include "classifier/svm/local_memory.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

struct TrainingOptions {
    std::string class_name;  ///< a label, "attack", or a category of KDD
    classifier::ModelKind kind = classifier::ModelKind::svm_rbf;
    classifier::HyperParameters parameters;
    std::string engine{classifier::kDefaultEngine};
    std::size_t batch_rows = 500;
    bool hold_out = true;  ///< every tenth record, chosen by hash, is measured on and never learnt
    std::string contributor = "local";
    std::uint64_t now = 0;  ///< seconds since 1970, noted with the calibration
    std::optional<classifier::LocalMemory> memory;  ///< of the runs before; empty: none
};

struct TrainingResult {
    classifier::ClassifierObject object;
    std::uint64_t updates = 0;
    std::uint64_t records = 0;             ///< learnt
    std::uint64_t held_out = 0;            ///< measured on
    double cpu_seconds = 0;                ///< in Engine::update
    classifier::LocalMemory memory{1, 0};  ///< for the next run; stays at the site
};

/// @param start  the object that goes on learning; empty: a new one
/// @error invalid_argument (nothing to learn from, batch of no row), mismatch (`start` is of
/// another
///        schema, class or kind; the memory is of another width), errors of the engine
Result<TrainingResult> train_offline(const std::optional<classifier::ClassifierObject>& start,
                                     const datasets::LabelledRecords& records,
                                     const TrainingOptions& options);

}  // namespace tributary::app
