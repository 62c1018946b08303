#include "base/metrics.hpp"

namespace tributary {

Counter& Metrics::counter(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return counters_[name];
}

std::map<std::string, std::uint64_t> Metrics::snapshot() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::uint64_t> values;
    for (const auto& [name, counter] : counters_) values.emplace(name, counter.value());
    return values;
}

}  // namespace tributary
