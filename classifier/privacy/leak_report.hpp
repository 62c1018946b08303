#pragma once
// What an object would show to whoever receives it. Support vectors are encoded records, and so are
// pending records and vectors in quarantine: this report says how many there are, how many are
// unique among the site's own records, and what each shows. Rounding is not anonymisation. Weights
// of random Fourier features are no records; an object of them shows none. Any thread.
// Source: design of the classifier, section 4.

#include <string>
#include <vector>

#include "classifier/object/classifier_object.hpp"
#include "datasets/feature/schema.hpp"

namespace tributary::classifier {

/// One feature of a vector that is not zero.
struct ShownFeature {
    std::string name;
    std::string unit;
    std::string reveals;  ///< what a reader of the number learns about the traffic
    double value = 0;     ///< in [0, 1], as every receiver sees it
};

/// Why a record travels.
enum class ShownAs : std::uint8_t {
    support_vector,
    pending,      ///< kept because only one class was seen so far
    quarantined,  ///< waits beside the model for a decision
};
const char* to_string(ShownAs as);

struct ShownVector {
    ShownAs as = ShownAs::support_vector;
    std::int8_t sign = 0;
    bool own_record = false;           ///< equals at least one of the site's records
    std::size_t matching_records = 0;  ///< the site's records with the same cells; 1: it is unique
    std::vector<ShownFeature> features;
};

struct LeakReport {
    std::size_t vectors = 0;         ///< support vectors, pending and quarantined records
    std::size_t pending = 0;         ///< of these
    std::size_t quarantined = 0;     ///< of these
    std::size_t weights = 0;         ///< numbers that stand for no single record (rff-linear)
    std::size_t records = 0;         ///< of these, equal to a record of `own`
    std::size_t unique = 0;          ///< of these, equal to exactly one
    std::vector<ShownVector> shown;  ///< at most `show_limit`, own unique records first
};

/// @param own         the site's own encoded records
/// @param show_limit  most vectors spelled out
/// @error mismatch (schema or width)
Result<LeakReport> leak_report(const ClassifierObject& object, const datasets::Schema& schema,
                               const FeatureMatrix& own, std::size_t show_limit = 100);

}  // namespace tributary::classifier
