#pragma once
// Seeded request generators, named as in docs/overlay.md. Values; any thread.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "netlayer/overlay/trace.hpp"

namespace tributary::netlayer::overlay {

struct WorkloadOptions {
    std::string name = "uniform";
    std::uint32_t nodes = 1024;
    std::uint64_t requests = 20'000;
    std::uint64_t seed = 1;
    double repeat = 0;  ///< probability that a request is the previous one again
};

/// The names that `make_workload` knows, with what they mean.
struct WorkloadName {
    std::string_view name;
    std::string_view meaning;
};
std::span<const WorkloadName> workload_names();

/// @error invalid_argument
Result<Trace> make_workload(const WorkloadOptions& options);

}  // namespace tributary::netlayer::overlay
