#include "app/cli/policy_option.hpp"

#include <CLI/CLI.hpp>

namespace tributary::app {

namespace {

std::string check_policy(const std::string& name) {
    if (netlayer::policy_called(name)) return {};
    return "no policy is called " + name + ". Take one of " + netlayer::policy_names();
}

template <typename Policy>
CLI::Option* add_policy(CLI::App& command, const std::string& name, Policy& policy,
                        const std::string& text) {
    return command
        .add_option_function<std::string>(
            name, [&policy](const std::string& given) { policy = *netlayer::policy_called(given); },
            text + netlayer::policy_names())
        ->check(check_policy);
}

}  // namespace

void add_policy_option(CLI::App& command, std::optional<netlayer::RotationPolicy>& policy,
                       const std::string& text) {
    add_policy(command, "--policy", policy, text);
}

void add_policy_option(CLI::App& command, netlayer::RotationPolicy& policy,
                       const std::string& text) {
    add_policy(command, "--policy", policy, text)->default_str(netlayer::policy_name(policy));
}

void add_policy_argument(CLI::App& command, netlayer::RotationPolicy& policy) {
    add_policy(command, "policy", policy, "One of ")->required();
}

}  // namespace tributary::app
