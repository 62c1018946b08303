#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/overlay_live.hpp"
#include "netlayer/overlay/demand.hpp"
#include "netlayer/overlay/simulate.hpp"
#include "netlayer/overlay/workload.hpp"

namespace tributary::app {

namespace {

namespace overlay = netlayer::overlay;
using Json = nlohmann::ordered_json;

struct OverlayOptions {
    std::string trace_file;
    overlay::WorkloadOptions workload;
    bool workload_named = false;
    std::uint32_t nodes = 0;
    std::uint64_t requests = 0;
    overlay::SimulateOptions simulation;
    std::string model = "sequential";
    double alpha = 1;
    std::string series_file;
    std::string tree_file;
    std::string requests_file;
    bool brief = false;
    bool json = false;
};

Result<overlay::Trace> load_trace(OverlayOptions& options) {
    if (options.trace_file.empty() != options.workload_named) {
        return fail(Errc::invalid_argument, "name either --trace FILE or --workload NAME");
    }
    if (!options.trace_file.empty()) {
        return overlay::read_trace(options.trace_file,
                                   {options.nodes, options.requests, options.workload.seed});
    }
    if (options.nodes != 0) options.workload.nodes = options.nodes;
    if (options.requests != 0) options.workload.requests = options.requests;
    return overlay::make_workload(options.workload);
}

std::uint64_t peak_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// What the requests look like, whatever was done about them.
void describe_demand(Json& json, const overlay::Trace& trace, overlay::Price price) {
    const overlay::Entropies bits = overlay::entropies(trace);
    json["entropy"] = {{"src", bits.src},
                       {"dst", bits.dst},
                       {"src_given_dst", bits.src_given_dst},
                       {"dst_given_src", bits.dst_given_src}};
    json["repeat_share"] = overlay::repeat_share(trace);
    json["adjusting_pays"] = overlay::adjusting_pays(trace, price);
}

Json outcome_json(const OverlayOptions& options, const overlay::Trace& trace,
                  const overlay::Outcome& outcome, double cpu_seconds) {
    Json json = {
        {"schema", 1},
        {"nodes", trace.nodes},
        {"requests", outcome.requests},
        {"policy", options.simulation.policy},
        {"workload", options.trace_file.empty() ? options.workload.name : options.trace_file},
        {"seed", options.workload.seed},
        {"model", options.model},
        {"alpha", options.alpha},
        {"hops_mean", outcome.hops_mean()},
        {"rotations_per_request", outcome.rotations_per_request()},
        {"work", outcome.work(options.simulation.price)},
        {"makespan_rounds", outcome.makespan_rounds},
        {"requests_per_round", outcome.requests_per_round()},
        {"concurrent_clusters_mean", outcome.clusters_mean},
        {"new_links_per_rotation", outcome.new_links_per_rotation()},
        {"latency_rounds", {{"p50", outcome.latency_p50}, {"p99", outcome.latency_p99}}},
        {"height_before", outcome.before.height()},
        {"height_after", outcome.after.height()},
        {"cpu_seconds", cpu_seconds},
        {"peak_bytes", peak_bytes()},
    };
    if (!options.brief) describe_demand(json, trace, options.simulation.price);
    return json;
}

void print_outcome(const Json& outcome) {
    const auto number = [&](const char* key) { return outcome.at(key).get<double>(); };
    std::cout << fmt::format(
        "{} requests between {} nodes ({}), policy {}, {} model\n"
        "hops when issued        {:10.4f}\n"
        "rotations per request   {:10.4f}\n"
        "work                    {:10.4f}   (alpha {})\n"
        "makespan in rounds      {:10.0f}   ({:.3f} requests a round)\n"
        "latency in rounds       {:10} p50, {} p99\n",
        number("requests"), number("nodes"), outcome.at("workload").get<std::string>(),
        outcome.at("policy").get<std::string>(), outcome.at("model").get<std::string>(),
        number("hops_mean"), number("rotations_per_request"), number("work"), number("alpha"),
        number("makespan_rounds"), number("requests_per_round"),
        outcome.at("latency_rounds").at("p50").get<int>(),
        outcome.at("latency_rounds").at("p99").get<int>());
    if (!outcome.contains("entropy")) return;
    const Json& bits = outcome.at("entropy");
    std::cout << fmt::format(
        "entropy in bits         {:10.2f} source, {:.2f} destination, {:.2f} destination given "
        "source\n"
        "adjusting pays          {}\n",
        bits.at("src").get<double>(), bits.at("dst").get<double>(),
        bits.at("dst_given_src").get<double>(), outcome.at("adjusting_pays").get<std::string>());
}

Json tree_json(const overlay::Tree& tree) {
    Json parents = Json::array();
    for (overlay::NodeId node = 0; node < tree.size(); ++node) {
        const overlay::NodeId parent = tree[node].parent;
        parents.push_back(parent == overlay::kNone ? -1 : static_cast<std::int64_t>(parent));
    }
    return parents;
}

Status write_trees(const std::string& path, const overlay::Outcome& outcome) {
    std::ofstream file(path);
    file << Json{{"schema", 1},
                 {"before", tree_json(outcome.before)},
                 {"after", tree_json(outcome.after)}}
                .dump()
         << "\n";
    if (!file) return fail(Errc::io, "cannot write " + path + ". Choose another file for --trees");
    return {};
}

/// Writes the requests in the format "nodes requests", which --trace reads again.
Status write_requests(const std::string& path, const overlay::Trace& trace) {
    std::ofstream file(path);
    file << trace.nodes << " " << trace.requests.size() << "\n";
    for (const overlay::Request& each : trace.requests) file << each.from << " " << each.to << "\n";
    if (!file.flush()) {
        return fail(Errc::io, "cannot write " + path + ". Choose another file for --requests-out");
    }
    return {};
}

Result<int> run_overlay_simulate(OverlayOptions options) {
    options.simulation.model =
        options.model == "rounds" ? overlay::Model::rounds : overlay::Model::sequential;
    options.simulation.seed = options.workload.seed;
    options.simulation.price.alpha =
        static_cast<std::uint64_t>(options.alpha * static_cast<double>(overlay::kHop));
    TRIBUTARY_TRY(const overlay::Trace trace, load_trace(options));
    std::ofstream series;
    if (!options.series_file.empty()) {
        series.open(options.series_file);
        series << "request,hops,rotations\n";
        options.simulation.observer = [&series](const overlay::Served& served) {
            series << served.request << "," << served.hops << "," << served.rotations << "\n";
        };
    }
    const std::clock_t start = std::clock();
    TRIBUTARY_TRY(const overlay::Outcome outcome,
                  overlay::simulate_overlay(trace, options.simulation));
    const double cpu_seconds =
        static_cast<double>(std::clock() - start) / static_cast<double>(CLOCKS_PER_SEC);
    if (!options.series_file.empty() && !series.flush()) {
        return fail(Errc::io, "cannot write " + options.series_file + ". Choose another --series");
    }
    if (!options.requests_file.empty()) {
        TRIBUTARY_CHECK(write_requests(options.requests_file, trace));
    }
    if (!options.tree_file.empty()) TRIBUTARY_CHECK(write_trees(options.tree_file, outcome));
    const Json json = outcome_json(options, trace, outcome, cpu_seconds);
    if (options.json) {
        std::cout << json.dump() << "\n";
    } else {
        print_outcome(json);
    }
    return kExitDone;
}

std::string workload_help() {
    std::string text = "Generated requests:";
    for (const auto& each : overlay::workload_names()) {
        text += fmt::format(" {} ({});", each.name, each.meaning);
    }
    return text;
}

void add_demand_options(CLI::App& command, OverlayOptions& options) {
    command.add_option("--trace", options.trace_file, "Requests from a file (docs/overlay.md)");
    command.add_option("--workload", options.workload.name, workload_help())
        ->each([&options](const std::string&) { options.workload_named = true; });
    command.add_option("--nodes", options.nodes, "Processes; default 1024, or as the trace says");
    command.add_option("--requests", options.requests,
                       "How many; default 20000, or all of the trace");
    command.add_option("--seed", options.workload.seed, "Everything follows from it")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--repeat", options.workload.repeat,
                       "Probability that a request is the previous one again");
}

void add_run_options(CLI::App& command, OverlayOptions& options) {
    overlay::SimulateOptions& simulation = options.simulation;
    command
        .add_option("--policy", simulation.policy,
                    "static, splay, lazy, counting, regret, gate, rebuild, rebuild-exact, optimum, "
                    "displaynet or cbnet (these two in rounds)")
        ->capture_default_str();
    command.add_option("--model", options.model, "One request after another, or rounds")
        ->check(CLI::IsMember({"sequential", "rounds"}))
        ->capture_default_str();
    command.add_option("--alpha", options.alpha, "Price of a rotation in hops")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    command.add_option("--lazy", simulation.tuning.lazy_rotations,
                       "Policy lazy: rotations by either end of a request");
    command.add_option("--arrivals", simulation.arrivals_per_round,
                       "Policy displaynet: mean arrivals a round; 0: all at the start");
    command.add_flag("--server-trips", simulation.server_trips,
                     "The new owner reports every hand-over to the server");
    command.add_flag("--freeze", simulation.freeze,
                     "Model rounds: messages wait at the two frozen processes of a rotation");
    command.add_option("--series", options.series_file, "Write every request to a CSV file");
    command.add_option("--trees", options.tree_file, "Write the trees before and after, as JSON");
    command.add_option("--requests-out", options.requests_file,
                       "Write the requests to a file that --trace reads");
    command.add_flag("--brief", options.brief, "Leave out entropies and whether adjusting pays");
    command.add_flag("--json", options.json, "Print one JSON object");
}

}  // namespace

void add_overlay(CLI::App& root, Invocation& invocation) {
    CLI::App* group = root.add_subcommand("overlay", "Who stands next to whom in the tree");
    add_overlay_live(*group, invocation);
    auto options = std::make_shared<OverlayOptions>();
    CLI::App* command = group->add_subcommand(
        "simulate", "Run a request sequence on a tree that adapts, and count what it costs");
    add_demand_options(*command, *options);
    add_run_options(*command, *options);
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_overlay_simulate(*options); };
    });
}

}  // namespace tributary::app
