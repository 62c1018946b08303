#include "netlayer/options.hpp"

#include <algorithm>
#include <array>

namespace tributary::netlayer {

namespace {

constexpr std::array kPolicies{"none", "regret"};

}  // namespace

const char* policy_name(RotationPolicy policy) {
    return kPolicies.at(static_cast<std::size_t>(policy));
}

std::optional<RotationPolicy> policy_called(std::string_view name) {
    const auto found = std::find(kPolicies.begin(), kPolicies.end(), name);
    if (found == kPolicies.end()) return std::nullopt;
    return static_cast<RotationPolicy>(found - kPolicies.begin());
}

}  // namespace tributary::netlayer
