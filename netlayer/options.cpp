#include "netlayer/options.hpp"

#include <algorithm>
#include <array>

namespace tributary::netlayer {

namespace {

constexpr std::array kPolicies{"static", "regret", "splay", "lazy", "counting", "gate", "rebuild"};
static_assert(kPolicies.size() == static_cast<std::size_t>(kLastPolicy) + 1);

}  // namespace

const char* policy_name(RotationPolicy policy) {
    return kPolicies.at(static_cast<std::size_t>(policy));
}

std::string policy_names() {
    std::string all;
    for (const char* name : kPolicies) all += (all.empty() ? "" : ", ") + std::string(name);
    return all;
}

std::optional<RotationPolicy> policy_called(std::string_view name) {
    if (name == "none") return RotationPolicy::none;
    const auto found = std::find(kPolicies.begin(), kPolicies.end(), name);
    if (found == kPolicies.end()) return std::nullopt;
    return static_cast<RotationPolicy>(found - kPolicies.begin());
}

}  // namespace tributary::netlayer
