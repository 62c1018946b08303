#pragma once
// A schema: the ordered list of features that every site computes alike. Its scaling is public and
// fixed, its hash stands in every batch and every classifier, and a mismatch is refused by name.
// Immutable after construction; any thread.
// Source: docs/features.md.

#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace tributary::datasets {

/// One number of an encoded record.
struct Feature {
    std::string name;
    std::string definition;  ///< what is measured, one sentence
    std::string unit;
    std::string transform;  ///< how the raw value becomes a number in [0, 1]
    std::string missing;    ///< the code for "not known from this source"
    std::string reveals;    ///< what a reader of the number learns about the traffic; not hashed
};

class Schema {
 public:
    Schema(std::string name, std::vector<Feature> features);

    /// For example "flowctx/1".
    [[nodiscard]] const std::string& name() const { return name_; }
    /// BLAKE2b-256 over the name, the count of features (u32) and each feature's name, definition,
    /// unit, transform and missing code; every text is preceded by its length (u32).
    [[nodiscard]] const Digest& hash() const { return hash_; }
    [[nodiscard]] const std::vector<Feature>& features() const { return features_; }
    [[nodiscard]] std::size_t width() const { return features_.size(); }

 private:
    std::string name_;
    std::vector<Feature> features_;
    Digest hash_;
};

/// The schemas known to this program: flow/1, flowctx/1, kdd41/1, splt/1, flowx/1.
const std::vector<const Schema*>& known_schemas();

/// One of `known_schemas()`, which live as long as the program.
/// @error not_found, naming the known ones
Result<const Schema*> find_schema(std::string_view name);

}  // namespace tributary::datasets
