#include "app/coordinator/coordinator.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/command.hpp"
#include "app/cli/coordinator_history.hpp"
#include "app/cli/coordinator_keys.hpp"
#include "app/cli/coordinator_members.hpp"
#include "app/cli/policy_option.hpp"
#include "app/cli/signals.hpp"
#include "app/service/record_files.hpp"

namespace tributary::app {

namespace {

struct CoordinatorRunOptions {
    CoordinatorOptions coordinator;
    bool json = false;
};

constexpr std::chrono::milliseconds kBetweenLooks{200};

/// Until a signal comes, or the store fails: then others are better off without this one.
Result<int> serve_until_signal(const Coordinator& coordinator) {
    while (!signal_came()) {
        std::this_thread::sleep_for(kBetweenLooks);
        if (const std::string failure = coordinator.failure(); !failure.empty()) {
            return fail(Errc::io, failure);
        }
    }
    return kExitDone;
}

Result<int> run_coordinator(CoordinatorRunOptions options) {
    if (options.coordinator.state.empty()) {
        return fail(Errc::invalid_argument, "a coordinator needs --state DIR");
    }
    block_signals();
    bool ended = false;
    options.coordinator.store.give_up = [&ended] { return ended = ended || signal_came(); };
    const auto coordinator = Coordinator::start(options.coordinator);
    if (ended) return kExitDone;
    if (!coordinator) return fail(coordinator.error());
    const Invitation& invitation = (*coordinator)->invitation();
    if (options.json) {
        std::cout << nlohmann::ordered_json{{"schema", 1},
                                            {"endpoint", invitation.endpoint},
                                            {"public_key", invitation.public_key}}
                         .dump()
                  << std::endl;
    } else {
        std::cout << "coordinator at " << invitation.endpoint << "\npublic key "
                  << invitation.public_key << "\ninvitation in "
                  << (options.coordinator.state / "invitation.json").string() << std::endl;
    }
    return serve_until_signal(**coordinator);
}

/// Members learn it from their place.
void add_tree_options(CLI::App& command, CoordinatorOptions& options) {
    command
        .add_option_function<std::string>(
            "--tree",
            [&options](const std::string& kind) { options.search_tree = kind == "search"; },
            "kary, or search: a binary search tree that may rotate (experimental)")
        ->check(CLI::IsMember({"kary", "search"}))
        ->default_str("kary");
    add_policy_option(
        command, options.policy,
        "With --tree search, when processes rotate; `tributary overlay policy` changes "
        "it at run time. Default: what was chosen so before, or regret. One of ");
    command
        .add_option_function<std::string>(
            "--keys",
            [&options](const std::string& rule) {
                options.key_rule = *netlayer::key_rule_called(rule);
            },
            "With --tree search, which keys new members get: organization (neighbours are those of "
            "one ORGANIZATION.SITE) or hash")
        ->check(CLI::IsMember({"organization", "hash"}))
        ->default_str("organization");
}

void add_store_options(CLI::App& command, LeadingStoreOptions& options) {
    command.add_option("--store", options.where,
                       "Where to keep objects: a file, or postgresql://...; if not in --state");
    command.add_flag("--standby", options.standby,
                     "Wait until the coordinator that leads on the store has ended");
    command.add_option("--keep", options.retention.last, "Newest versions kept of each classifier")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command
        .add_option("--keep-every", options.retention.every,
                    "Of older ones keep the first of so many version numbers, the newest " +
                        std::to_string(options.retention.milestones) + " of them; 0: none")
        ->check(CLI::Range(0, 1'000'000'000))
        ->capture_default_str();
}

void add_coordinator_options(CLI::App& command, Invocation& invocation) {
    auto options = std::make_shared<CoordinatorRunOptions>();
    command.add_option("--state", options->coordinator.state, "Folder of keys and objects");
    command
        .add_option("--listen", options->coordinator.listen,
                    "Where to accept members; * is any port")
        ->capture_default_str();
    command.add_option("--advertise", options->coordinator.advertise,
                       "What members dial, if not the above");
    command
        .add_option("--degree", options->coordinator.degree, "Children of each process in the tree")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    add_tree_options(command, options->coordinator);
    add_store_options(command, options->coordinator.store);
    command.add_flag("--json", options->json, "Print one JSON object when ready");
    command.callback([&command, &invocation, options] {
        if (!command.get_subcommands().empty()) return;
        invocation.run = [options] { return run_coordinator(*options); };
    });
}

struct DonateOptions {
    std::string state;
    std::string records;
    std::string schema = "kdd41";
    std::string labels = "names";
    bool json = false;
};

Result<int> run_donate(const DonateOptions& options) {
    TRIBUTARY_TRY(const datasets::Schema* schema, find_schema_by_short_name(options.schema));
    TRIBUTARY_TRY(datasets::LabelledRecords records, load_records(options.records, *schema));
    TRIBUTARY_CHECK(merge_labels(records, options.labels));
    TRIBUTARY_TRY(const Donation donation, donate_to_coordinator(options.state, records));
    const nlohmann::ordered_json json{{"schema", 1},
                                      {"records", records.labels.size()},
                                      {"kept", donation.rows},
                                      {"file", donation.file.string()}};
    if (options.json) {
        std::cout << json.dump() << "\n";
    } else {
        std::cout << donation.rows << " of " << records.labels.size() << " records kept in "
                  << donation.file.string() << "\n";
    }
    return kExitDone;
}

void add_donate(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<DonateOptions>();
    CLI::App* command = parent.add_subcommand(
        "donate", "Give the coordinator labelled records to judge contributions by");
    command->add_option("--state", options->state, "Folder of the coordinator")->required();
    command
        ->add_option("--records", options->records,
                     "KDD text, CSV, or a batch of `tributary flows --format batch`")
        ->required();
    command->add_option("--schema", options->schema, "Schema of the records")
        ->capture_default_str();
    command->add_option("--labels", options->labels, "names, categories or attack")
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_donate(*options); }; });
}

}  // namespace

void add_coordinator(CLI::App& root, Invocation& invocation) {
    CLI::App* command =
        root.add_subcommand("coordinator", "The root of the tree: keeps the shared classifiers");
    add_coordinator_options(*command, invocation);
    add_member_commands(*command, invocation);
    add_key_command(*command, invocation);
    add_history_commands(*command, invocation);
    add_donate(*command, invocation);
}

}  // namespace tributary::app
