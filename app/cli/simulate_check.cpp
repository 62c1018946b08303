// Combinations of options of `tributary simulate` that would be ignored without a word.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>

#include "app/cli/simulate_options.hpp"

namespace tributary::app {

namespace {

/// The options that were given, but for those named.
std::vector<std::string> given_beside(const CLI::App& command,
                                      const std::vector<std::string>& allowed) {
    std::vector<std::string> given;
    for (const CLI::Option* option : command.get_options()) {
        const std::string name = option->get_name();
        const bool is_allowed = std::find(allowed.begin(), allowed.end(), name) != allowed.end();
        if (option->count() > 0 && !is_allowed) given.push_back(name);
    }
    return given;
}

Status refuse_beside(const CLI::App& command, const std::string& option,
                     std::vector<std::string> allowed, const std::string& why) {
    allowed.push_back(option);
    const auto given = given_beside(command, allowed);
    if (given.empty()) return {};
    std::string names;
    for (const std::string& name : given) names += (names.empty() ? "" : ", ") + name;
    return fail(Errc::invalid_argument,
                option + " " + why + ": leave out " + names + ", or leave out " + option);
}

/// Options that name a file must name one.
Status check_file(const CLI::App& command, const std::string& option, const std::string& file) {
    if (command.count(option) == 0) return {};
    if (file.empty()) {
        return fail(
            Errc::invalid_argument,
            option + " has an empty name. Name a file, for example: " + option + " runs.jsonl");
    }
    std::error_code ignored;
    if (!std::filesystem::is_directory(file, ignored)) return {};
    return fail(Errc::invalid_argument, option + " " + file + " is a folder. Name a file, for " +
                                            "example: " + option + " " +
                                            (std::filesystem::path(file) / "runs.jsonl").string());
}

/// How many objects an operation has is chosen in comparisons of speed only.
Status check_objects_each(const CLI::App& command, const SimulateOptions& options) {
    const netlayer::SimulationOptions& simulation = options.simulation;
    const std::map<std::string, std::size_t> wanted{
        {"--objects-per-update", simulation.objects_per_update},
        {"--objects-per-read", simulation.objects_per_read}};
    for (const auto& [option, objects] : wanted) {
        if (command.count(option) == 0) continue;
        if (!simulation.back_to_back && !options.central) {
            return fail(Errc::invalid_argument,
                        option +
                            " is for comparisons of speed. Add --back-to-back or --central, "
                            "or leave it out: the number is drawn otherwise");
        }
        if (objects > simulation.objects) {
            return fail(Errc::invalid_argument,
                        option + " " + std::to_string(objects) + " is more than the " +
                            std::to_string(simulation.objects) +
                            " objects there are. Ask for fewer, or raise --objects");
        }
    }
    return {};
}

/// What is asked for together and cannot be had together.
Status check_events(const CLI::App& command, const SimulateOptions& options) {
    const netlayer::SimulationOptions& simulation = options.simulation;
    const bool search_tree = simulation.has_search_tree();
    for (const std::string option : {"--balance-joins", "--fresh-keys", "--regret-floor"}) {
        if (command.count(option) == 0 || search_tree) continue;
        return fail(Errc::invalid_argument,
                    option +
                        " is for search trees. Add --rotations, --policy or --change-policy, "
                        "or leave it out");
    }
    if (search_tree && simulation.degree != 0) {
        return fail(
            Errc::invalid_argument,
            "--degree is for the k-ary tree, and a search tree was asked for. Leave it out");
    }
    if (simulation.many_leaves && !simulation.leaves) {
        return fail(
            Errc::invalid_argument,
            "--many-leaves and --no-leaves contradict each other. Leave out one of the two");
    }
    if (simulation.back_to_back && simulation.contributions) {
        return fail(Errc::invalid_argument,
                    "--contributions needs journals, and clients that work --back-to-back have "
                    "none. Leave out one of the two");
    }
    return {};
}

}  // namespace

Status check_simulate(const CLI::App& command, const SimulateOptions& options) {
    TRIBUTARY_CHECK(check_file(command, "--history", options.history));
    TRIBUTARY_CHECK(check_file(command, "--record", options.record));
    TRIBUTARY_CHECK(check_file(command, "--replay", options.replay));
    if (command.count("--replay") > 0) {
        TRIBUTARY_CHECK(
            refuse_beside(command, "--replay", {"--json"}, "takes everything from the event log"));
    }
    if (options.central) {
        TRIBUTARY_CHECK(refuse_beside(
            command, "--central",
            {"--seed", "--seeds", "--processes", "--objects", "--objects-per-update",
             "--objects-per-read", "--operations", "--compute-ms", "--back-to-back", "--history",
             "--quiet", "--json"},
            "has a server and clients that work back to back, no tree and no faults"));
    }
    TRIBUTARY_CHECK(check_events(command, options));
    TRIBUTARY_CHECK(check_objects_each(command, options));
    if (options.seeds > 1 && !options.simulation.skip.empty()) {
        return fail(Errc::invalid_argument,
                    "--skip numbers the stimuli of one run. Leave out --seeds, and name the run "
                    "with --seed");
    }
    if (options.quiet && options.json) {
        return fail(Errc::invalid_argument,
                    "--quiet leaves out lines for people, --json prints none of them. Leave out "
                    "one of the two");
    }
    return {};
}

}  // namespace tributary::app
