// They ask a running coordinator: its store has one user at a time.
#include "app/cli/coordinator_history.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/ask_member.hpp"
#include "base/file.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct HistoryOptions {
    std::string state;
    std::string id;
    std::string name;
    std::optional<std::uint64_t> version;
    std::string tag;
    std::string out;
    bool move = false;
    bool json = false;
};

std::string comma_list(const Json& texts) {
    std::string line;
    for (const Json& text : texts) line += (line.empty() ? "" : ",") + text.get<std::string>();
    return line.empty() ? "-" : line;
}

Result<int> run_history(const HistoryOptions& options) {
    const nlohmann::json extra{{"object", options.id}};
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "history", extra.dump()));
    if (options.json) {
        std::cout << answer.json << "\n";
        return kExitDone;
    }
    const Json rows = Json::parse(answer.json).at("rows");
    std::cout << fmt::format("{:>9} {:>9} {:>10}  {:<14}  {}\n", "version", "model", "bytes",
                             "kept for", "tags");
    for (const Json& row : rows) {
        const Json& model = row.at("model_version");
        std::cout << fmt::format(
            "{:>9} {:>9} {:>10}  {:<14}  {}\n", row.at("version").get<std::uint64_t>(),
            model.is_null() ? "-" : model.dump(), row.at("bytes").get<std::uint64_t>(),
            comma_list(row.at("kept_for")), comma_list(row.at("tags")));
    }
    return kExitDone;
}

Result<int> run_tag(const HistoryOptions& options) {
    nlohmann::json extra{{"object", options.id}, {"name", options.name}, {"move", options.move}};
    if (options.version) extra["version"] = *options.version;
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "tag", extra.dump()));
    if (options.json) {
        std::cout << answer.json << "\n";
        return kExitDone;
    }
    std::cout << options.id << " version " << Json::parse(answer.json).at("version")
              << " is kept as " << options.name << "\n";
    return kExitDone;
}

Result<int> run_untag(const HistoryOptions& options) {
    const nlohmann::json extra{{"object", options.id}, {"name", options.name}};
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "untag", extra.dump()));
    if (options.json) std::cout << answer.json << "\n";
    return kExitDone;
}

/// What is there stays, be it a link that leads nowhere.
Status refuse_to_overwrite(const std::string& file) {
    std::error_code ignored;
    const auto there = std::filesystem::symlink_status(file, ignored);
    if (!std::filesystem::exists(there)) return {};
    return fail(Errc::conflict, file + " exists and is not overwritten. Name another file: --out");
}

Result<int> run_checkout(const HistoryOptions& options) {
    if (options.version.has_value() == !options.tag.empty()) {
        return fail(Errc::invalid_argument,
                    "checkout needs either --version V or --tag NAME. List what is kept: tributary "
                    "coordinator history " +
                        options.id + " --state DIR");
    }
    TRIBUTARY_CHECK(refuse_to_overwrite(options.out));
    nlohmann::json extra{{"object", options.id}};
    if (options.version) extra["version"] = *options.version;
    if (!options.tag.empty()) extra["tag"] = options.tag;
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "checkout", extra.dump()));
    TRIBUTARY_CHECK(write_file_atomically(options.out, answer.body));
    if (options.json) {
        std::cout << answer.json << "\n";
        return kExitDone;
    }
    std::cout << options.id << " version " << Json::parse(answer.json).at("version") << " is in "
              << options.out << "\n";
    std::cerr << "a site goes back to it with:\n  tributary models rollback " << options.id
              << " --state DIR --from " << options.out << "\n";
    return kExitDone;
}

using HistoryRun = Result<int> (*)(const HistoryOptions&);

struct HistoryCommand {
    CLI::App* command;
    std::shared_ptr<HistoryOptions> options;
};

HistoryCommand add_history_command(CLI::App& parent, Invocation& invocation, const char* name,
                                   const char* what, HistoryRun run) {
    const auto options = std::make_shared<HistoryOptions>();
    CLI::App* command = parent.add_subcommand(name, what);
    command->add_option("id", options->id, "The shared classifier")->required();
    command->add_option("--state", options->state, "Folder of the running coordinator")->required();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options, run] { invocation.run = [options, run] { return run(*options); }; });
    return {command, options};
}

void add_version_option(const HistoryCommand& to) {
    to.command->add_option("--version", to.options->version, "One that `history` lists");
}

void add_name_option(const HistoryCommand& to) {
    to.command->add_option("name", to.options->name, "Name of the tag")->required();
}

}  // namespace

void add_history_commands(CLI::App& parent, Invocation& invocation) {
    add_history_command(parent, invocation, "history",
                        "List the versions of a classifier that the store keeps", run_history);
    const HistoryCommand tag =
        add_history_command(parent, invocation, "tag",
                            "Keep a version, the newest if none is named, under a name", run_tag);
    add_name_option(tag);
    add_version_option(tag);
    tag.command->add_flag("--move", tag.options->move, "Take the name from the version it is on");
    const HistoryCommand untag =
        add_history_command(parent, invocation, "untag",
                            "Remove a tag, and a version kept for nothing else", run_untag);
    add_name_option(untag);
    const HistoryCommand checkout =
        add_history_command(parent, invocation, "checkout",
                            "Write a kept version to a file, to roll back to", run_checkout);
    add_version_option(checkout);
    checkout.command->add_option("--tag", checkout.options->tag,
                                 "The version of this tag, instead");
    checkout.command->add_option("--out", checkout.options->out, "File to write; must not exist")
        ->required();
}

}  // namespace tributary::app
