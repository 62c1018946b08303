#include "app/agent/agent.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/signals.hpp"
#include "app/coordinator/coordinator.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "netlayer/driver/keys.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct AgentRunOptions {
    AgentOptions agent;
    std::string invitation;
    std::string kind = "svm-rbf";
    int join_seconds = 10;
    bool json = false;
};

Result<AgentOptions> complete(const AgentRunOptions& options) {
    AgentOptions agent = options.agent;
    if (options.kind == classifier::to_string(classifier::ModelKind::rff_linear)) {
        agent.kinds.taught = classifier::ModelKind::rff_linear;
    }
    agent.join_patience = std::chrono::seconds(options.join_seconds);
    std::filesystem::path invited = options.invitation;
    const auto enrolled = options.agent.state / kInvitationFile;
    if (invited.empty() && agent.server.empty() && std::filesystem::exists(enrolled)) {
        invited = enrolled;
    }
    if (!invited.empty()) {
        TRIBUTARY_TRY(const Invitation invitation, read_invitation(invited));
        agent.server = invitation.endpoint;
        agent.server_key = invitation.public_key;
        if (agent.name.empty()) agent.name = invitation.organization;
    }
    if (agent.state.empty() || agent.name.empty()) {
        return fail(Errc::invalid_argument,
                    "an agent needs --state DIR, and --name ORGANIZATION unless it was enrolled: "
                    "tributary enroll INVITATION --state DIR");
    }
    if (agent.server.empty() || agent.server_key.empty()) {
        return fail(Errc::invalid_argument,
                    "an agent needs --invitation FILE, or --server and --server-key, unless it "
                    "was enrolled: tributary enroll INVITATION --state DIR");
    }
    return agent;
}

Result<int> run_agent(const AgentRunOptions& options) {
    block_signals();
    TRIBUTARY_TRY(AgentOptions agent_options, complete(options));
    const std::string name = agent_options.name;
    TRIBUTARY_TRY(const auto agent, Agent::start(std::move(agent_options)));
    if (options.json) {
        std::cout << Json{{"schema", 1}, {"name", name}, {"endpoint", agent->endpoint()}}.dump()
                  << std::endl;
    } else {
        std::cout << "agent " << name << " joined; it accepts links at " << agent->endpoint()
                  << std::endl;
    }
    wait_for_signal();
    if (const Status left = agent->leave(); !left) {
        log::warning("agent", "left without goodbye", {{"why", left.error().message}});
    }
    return kExitDone;
}

struct InitOptions {
    std::string state;
    bool json = false;
};

Result<int> init_agent(const InitOptions& options) {
    TRIBUTARY_CHECK(make_folder(options.state));
    TRIBUTARY_TRY(const netlayer::KeyPair keys, netlayer::load_or_create_keys(options.state));
    if (options.json) {
        std::cout << Json{{"schema", 1}, {"public_key", keys.public_key}}.dump() << "\n";
    } else {
        std::cout << keys.public_key << "\n";
    }
    return kExitDone;
}

void add_agent_options(CLI::App& command, Invocation& invocation) {
    auto options = std::make_shared<AgentRunOptions>();
    AgentOptions& agent = options->agent;
    command.add_option("--state", agent.state, "Folder of keys, journal and memory");
    command.add_option("--name", agent.name, "Name of the organization, as it was admitted");
    command.add_option("--invitation", options->invitation,
                       "The coordinator's invitation.json; not needed after `tributary enroll`");
    command.add_option("--server", agent.server, "The coordinator's endpoint");
    command.add_option("--server-key", agent.server_key, "The coordinator's public key");
    command.add_option("--listen", agent.listen, "Where to accept children; * is any port")
        ->capture_default_str();
    command.add_option("--advertise", agent.advertise, "What others dial, if not the above");
    command.add_option("--schema", agent.schema, "Features of the classifiers")
        ->capture_default_str();
    command.add_option("--engine", agent.engine, "How to learn: smo (the default) or libsvm")
        ->check(CLI::IsMember({"smo", "libsvm"}));
    command
        .add_option("--kind", options->kind,
                    "Of new classifiers: svm-rbf, whose support vectors are records; or "
                    "rff-linear, with which no record of this site ever leaves")
        ->check(CLI::IsMember({"svm-rbf", "rff-linear"}))
        ->capture_default_str();
    command.add_flag("--one-class", agent.kinds.with_one_class,
                     "Also teach an object of normal traffic, whose alarms show drift");
    command.add_flag("!--no-gate", agent.gate,
                     "Release every update, even if held-out records speak against it");
    command.add_option("--join-seconds", options->join_seconds, "Longest wait for the coordinator")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    command.add_flag("--json", options->json, "Print one JSON object when joined");
    command.callback([&command, &invocation, options] {
        if (!command.get_subcommands().empty()) return;
        invocation.run = [options] { return run_agent(*options); };
    });
}

void add_init(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<InitOptions>();
    CLI::App* command = parent.add_subcommand("init", "Make keys and print the public one");
    command->add_option("--state", options->state, "Folder of the agent")->required();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return init_agent(*options); }; });
}

}  // namespace

void add_agent(CLI::App& root, Invocation& invocation) {
    CLI::App* command = root.add_subcommand("agent", "A site's member: contributes and detects");
    add_agent_options(*command, invocation);
    add_init(*command, invocation);
}

}  // namespace tributary::app
