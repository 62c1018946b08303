#include "app/cli/overlay_live.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/ask_member.hpp"
#include "app/cli/policy_option.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct LiveOptions {
    std::string state;
    bool json = false;
};

using Below = std::multimap<std::string, const Json*>;

std::string line_of(const Json& member) {
    std::string line =
        fmt::format("{}  {} hand-overs, {} rotations", member.value("name", std::string()),
                    member.value("hand_overs", 0), member.value("rotations", 0));
    for (const Json& object : member.at("objects")) line += "  *" + object.get<std::string>();
    return line;
}

/// Members whose parent is not known stand nowhere, and are listed after the tree.
void print_below(const Below& below, const std::string& parent, int depth) {
    const auto [first, last] = below.equal_range(parent);
    for (auto each = first; each != last; ++each) {
        std::cout << std::string(2 * static_cast<std::size_t>(depth), ' ') << line_of(*each->second)
                  << "\n";
        print_below(below, each->second->value("id", std::string()), depth + 1);
    }
}

void print_view(const Json& view) {
    Below below;
    std::size_t elsewhere = 0;
    for (const Json& member : view.at("members")) {
        const bool placed = !member.at("depth").is_null();
        elsewhere += placed ? 0 : 1;
        const Json& parent = member.at("parent");
        if (placed) below.emplace(parent.is_null() ? "" : parent.get<std::string>(), &member);
    }
    print_below(below, "", 0);
    if (elsewhere > 0) std::cout << elsewhere << " members are moving\n";
    const Json& hops = view.at("hops");
    std::cout << fmt::format(
        "{} hand-overs over {:.2f} edges (p50 {}, p99 {}), {} rotations, {} refused\n",
        view.value("hand_overs", 0), hops.value("mean", 0.0), hops.value("p50", 0),
        hops.value("p99", 0), view.value("rotations", 0), view.value("rotations_refused", 0));
    if (!view.at("alpha").is_null()) {
        std::cout << fmt::format("a rotation costs as much as {:.1f} hops\n",
                                 view.at("alpha").get<double>());
    }
}

Result<int> run_live(const LiveOptions& options) {
    if (options.state.empty()) {
        return fail(Errc::invalid_argument,
                    "give --state DIR of a running coordinator, or a subcommand: "
                    "tributary overlay --help");
    }
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "overlay"));
    if (options.json) {
        std::cout << answer.json << "\n";
    } else {
        print_view(Json::parse(answer.json));
    }
    return kExitDone;
}

struct PolicyOptions {
    std::string state;
    netlayer::RotationPolicy policy = netlayer::RotationPolicy::regret;
    bool json = false;
};

Result<int> run_policy(const PolicyOptions& options) {
    const nlohmann::json extra{{"policy", netlayer::policy_name(options.policy)}};
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "policy", extra.dump()));
    if (options.json) std::cout << answer.json << "\n";
    return kExitDone;
}

void add_policy_command(CLI::App& group, Invocation& invocation) {
    auto options = std::make_shared<PolicyOptions>();
    CLI::App* command = group.add_subcommand(
        "policy", "Change when the processes of a running service rotate, until it starts again");
    add_policy_argument(*command, options->policy);
    command->add_option("--state", options->state, "Folder of the coordinator")->required();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_policy(*options); }; });
}

}  // namespace

void add_overlay_live(CLI::App& group, Invocation& invocation) {
    auto options = std::make_shared<LiveOptions>();
    group.add_option("--state", options->state, "Folder of a running coordinator: show its tree");
    group.add_flag("--json", options->json, "Print one JSON object");
    add_policy_command(group, invocation);
    group.callback([&group, &invocation, options] {
        if (!group.get_subcommands().empty()) return;
        invocation.run = [options] { return run_live(*options); };
    });
}

}  // namespace tributary::app
