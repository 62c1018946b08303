#pragma once
// Seeded records of the shape of KDDTrain+ (kdd41/1, about the same mix of types), for benchmarks,
// tests and demonstrations where the published files are absent. It is no traffic and says nothing
// about detection: its figures only show that the machinery works.
// Invariant: the same seed gives the same records, and fewer are a prefix of more. Any thread.
// Source: docs/features.md, schema kdd41/1.

#include <cstdint>

#include "base/result.hpp"
#include "datasets/label/label.hpp"

namespace tributary::datasets {

/// Most records of one call.
inline constexpr std::size_t kSyntheticLimit = 1'000'000;

/// Records in random order, labelled with the published names: "normal", "neptune", "satan" ...
/// @error limit_exceeded
Result<LabelledRecords> synthetic_kdd(std::size_t count, std::uint64_t seed);

}  // namespace tributary::datasets
