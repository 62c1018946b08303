#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/agent/contribute_request.hpp"
#include "app/cli/ask_member.hpp"
#include "app/cli/command.hpp"
#include "app/cli/input_options.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

/// Reading the captures sends no sign of life.
constexpr std::chrono::seconds kReadingAllowance{600};

struct ContributeOptions {
    std::string state;
    InputOptions input;
    std::string records;
    std::string labels = "names";
    int patience = 120;
    bool allow_sampled = false;
    bool rehearse = false;
    bool json = false;
};

void show_progress(const std::string& text) {
    if (::isatty(STDERR_FILENO) == 0) return;
    const auto progress = Json::parse(text, nullptr, false);
    if (!progress.is_object()) return;
    std::cerr << "\r" << progress.value("done", 0) << " of " << progress.value("of", 0)
              << " contributions are durable" << std::flush;
    if (progress.value("done", 0) == progress.value("of", 0)) std::cerr << "\n";
}

void print_summary(const Json& json) {
    std::cout << json["flows"] << " flows, " << json["labelled"] << " labelled, "
              << json["held_out"] << " held out; " << json["records"] << " records in "
              << json["batches"] << " contributions";
    const auto sampled = json.value("sampled", std::uint64_t{0});
    if (sampled != 0) std::cout << ", " << sampled << " flows sampled";
    if (!json["refused"].empty()) std::cout << ", " << json["refused"].size() << " refused";
    std::cout << "\n";
    for (const auto& [object, version] : json["objects"].items()) {
        std::cout << "  " << object << " is now version " << version << "\n";
    }
}

/// Absolute, because the agent has another working folder; a made-up source as it is.
std::string records_source(const std::string& source) {
    if (source.empty() || source.starts_with("synthetic:")) return source;
    return std::filesystem::absolute(source).string();
}

Result<int> run_contribute(const ContributeOptions& options) {
    const bool captures = !options.input.files.empty() && !options.input.rules.empty();
    const int inputs = int{captures} + int{!options.records.empty()} + int{options.rehearse};
    if (inputs != 1) {
        return fail(Errc::invalid_argument,
                    "contribute needs captures and --rules FILE, or --records FILE, or --rehearse");
    }
    ContributeRequest request;
    TRIBUTARY_TRY(request.input, flow_input(options.input));
    request.records = records_source(options.records);
    request.labels = options.labels;
    request.allow_sampled = options.allow_sampled;
    request.rehearse = options.rehearse;
    request.patience = std::chrono::seconds(options.patience);
    TRIBUTARY_TRY(const ControlFrame answer,
                  ask_member(options.state, "contribute", to_json(request), show_progress,
                             request.patience + kReadingAllowance));
    const Json json = Json::parse(answer.json);
    if (options.json) {
        std::cout << answer.json << "\n";
    } else {
        print_summary(json);
    }
    std::map<std::string, int> refusals;
    for (const auto& refusal : json["refused"]) ++refusals[refusal.get<std::string>()];
    for (const auto& [refusal, times] : refusals) {
        std::cerr << "tributary: refused"
                  << (times == 1 ? "" : " " + std::to_string(times) + " times") << ": " << refusal
                  << "\n";
    }
    for (const auto& damage : json["damages"]) {
        std::cerr << "tributary: " << damage.get<std::string>() << "\n";
    }
    const bool taught = options.rehearse || json["batches"].get<int>() > 0;
    if (!taught) {
        std::cerr << "tributary: nothing was contributed: none of the " << json["flows"]
                  << " records may train, as they are unlabelled or held out. Check that the rules "
                     "(addresses, times) belong to these captures\n";
    }
    const bool clean = taught && json["refused"].empty() && json["damages"].empty();
    return clean ? kExitDone : kExitFailed;
}

}  // namespace

void add_contribute(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<ContributeOptions>();
    CLI::App* command = root.add_subcommand(
        "contribute", "Let the shared classifiers learn from labelled captures");
    command->add_option("--state", options->state, "State folder of the site's agent")->required();
    add_input_options(*command, options->input, Rules::optional);
    command->get_option("files")->required(false);
    command->add_option("--records", options->records,
                        "Labelled records instead of captures: KDD text, CSV, or a record batch; "
                        "or synthetic:ROWS[:SEED]");
    command
        ->add_option("--labels", options->labels,
                     "With --records: names, categories (of kdd41) or attack")
        ->check(CLI::IsMember({"names", "categories", "attack"}))
        ->capture_default_str();
    command
        ->add_option("--patience", options->patience,
                     "Seconds without a durable contribution before giving up waiting")
        ->check(CLI::Range(1, 86400))
        ->capture_default_str();
    command->add_flag("--allow-sampled", options->allow_sampled,
                      "Also learn from flows of sampled exports, which are refused otherwise");
    command->add_flag("--rehearse", options->rehearse,
                      "Instead of new records: learn again what this site remembers, where updates "
                      "of others displaced it");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_contribute(*options); };
    });
}

}  // namespace tributary::app
