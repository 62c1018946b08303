#pragma once
// What is known of a record. Unknown is not negative: a record trains the object of class k only
// when it carries class k, another class, or "normal" from a source that covers k.
// Values; no thread rule.

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "datasets/feature/feature_matrix.hpp"
#include "datasets/feature/schema.hpp"

namespace tributary::datasets {

/// "normal", an attack class such as "ssh-guessing", or empty for unknown.
using ClassName = std::string;
inline constexpr const char* kNormalClass = "normal";

/// The classes that a label source can recognize.
using Coverage = std::set<ClassName>;

/// Encoded records of one schema in time order, with what is known of each.
struct LabelledRecords {
    const Schema* schema = nullptr;
    FeatureMatrix features;
    std::vector<ClassName> labels;  ///< one per row; empty: unknown
    Coverage coverage;              ///< of the source that gave the labels

    /// No record yet, rows of the schema's width.
    static LabelledRecords empty(const Schema& schema, Coverage coverage = {}) {
        return {&schema, FeatureMatrix(schema.width()), {}, std::move(coverage)};
    }

    /// Adds the records of `from`, of the same schema, beginning with the row `first`.
    void append(const LabelledRecords& from, std::size_t first = 0) {
        for (std::size_t i = first; i < from.labels.size(); ++i) {
            features.append(from.features.row(i));
            labels.push_back(from.labels[i]);
        }
        coverage.insert(from.coverage.begin(), from.coverage.end());
    }
};

/// +1: of class `object_class`; -1: known not to be; 0: must not train that object.
inline int sign_for(const ClassName& label, const ClassName& object_class,
                    const Coverage& coverage) {
    if (label.empty() || !coverage.contains(object_class)) return 0;
    return label == object_class ? 1 : -1;
}

}  // namespace tributary::datasets
