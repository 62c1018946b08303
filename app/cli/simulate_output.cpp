#include "app/cli/simulate_output.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/simulate_options.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

/// The options of a run that have a place on the command line.
Json options_json(const netlayer::SimulationOptions& options) {
    return {{"seed", options.seed},
            {"processes", options.processes},
            {"objects", options.objects},
            {"operations", options.operations},
            {"degree", options.degree},
            {"cuts", options.cuts},
            {"resets", options.resets},
            {"server_crashes", options.server_crashes},
            {"leaves", options.leaves},
            {"many_leaves", options.many_leaves},
            {"crashes", options.crashes},
            {"revocations", options.revocations},
            {"rotations", options.rotations},
            {"policy", netlayer::policy_name(options.policy)},
            {"regret_floor", options.regret_floor},
            {"change_policy", options.change_policy},
            {"balance_joins", options.balance_joins},
            {"contributions", options.contributions},
            {"fresh_keys", options.fresh_keys},
            {"late_joins", options.late_joins},
            {"back_to_back", options.back_to_back},
            {"objects_per_update", options.objects_per_update},
            {"objects_per_read", options.objects_per_read},
            {"compute_ms", static_cast<double>(options.compute.count()) / 1e3},
            {"skip", options.skip.text()},
            {"check_every", options.check_every}};
}

Json shrunk_json(const netlayer::Shrunk& shrunk) {
    return {{"runs", shrunk.runs},
            {"events", shrunk.report.events},
            {"stimuli", shrunk.stimuli},
            {"stimuli_at_first", shrunk.at_first},
            {"minimal", shrunk.minimal},
            {"violations", shrunk.report.violations},
            {"command", repeat_command(shrunk.options)},
            {"options", options_json(shrunk.options)}};
}

}  // namespace

std::string report_json(const netlayer::SimulationReport& report, const netlayer::Shrunk* shrunk) {
    Json json{
        {"seed", report.seed},
        {"events", report.events},
        {"operations", report.operations},
        {"invoked", report.invoked},
        {"reads", report.reads},
        {"stimuli", report.stimuli},
        {"skipped", report.skipped},
        {"rotations", report.rotations},
        {"violations", report.violations},
        {"cpu_seconds", report.cpu_seconds},
        {"joins", report.joins},
        {"leaves", report.leaves},
        {"promotions", report.promotions},
        {"cuts", report.cuts},
        {"crashes", report.crashes},
        {"revocations", report.revocations},
        {"reconstitutions", report.reconstitutions},
        {"durable", report.durable},
        {"lost", report.lost},
        {"contributions", report.contributions},
        {"contributions_refused", report.contributions_refused},
        {"contributions_repeated", report.contributions_repeated},
        {"retried_reads", report.retried_reads},
        {"heartbeats", report.heartbeats},
        {"resets", report.resets},
        {"server_restarts", report.server_restarts},
        {"refused", report.refused},
        {"virtual_seconds", report.virtual_seconds},
        {"updates_per_second", report.updates.per_second},
        {"update_p50_ms", report.updates.p50_ms},
        {"update_p99_ms", report.updates.p99_ms},
        {"reads_per_second", report.strict_reads.per_second},
        {"read_p50_ms", report.strict_reads.p50_ms},
        {"read_p99_ms", report.strict_reads.p99_ms},
        {"faults", report.faults},
        {"counters", report.counters},
    };
    if (shrunk != nullptr) json["shrunk"] = shrunk_json(*shrunk);
    return json.dump();
}

void print_report(const netlayer::SimulationReport& report, bool pace) {
    std::cout << "seed " << report.seed << ": " << report.operations << " updates, " << report.reads
              << " reads, " << report.events << " events, " << report.cuts << " cuts, "
              << report.crashes << " crashes, " << report.violations.size() << " violations\n";
    for (const std::string& violation : report.violations) std::cout << "  " << violation << "\n";
    if (pace) {
        std::cout << "  " << report.updates.per_second << " updates a virtual second (p50 "
                  << report.updates.p50_ms << " ms), " << report.strict_reads.per_second
                  << " strict reads (p50 " << report.strict_reads.p50_ms << " ms)\n";
    }
}

void print_shrunk(const netlayer::Shrunk& shrunk) {
    std::cout << "smallest after " << shrunk.runs << " runs: " << shrunk.report.events
              << " events, " << shrunk.stimuli << " of " << shrunk.at_first << " stimuli"
              << (shrunk.minimal ? ", each of them needed" : "") << "\n  "
              << repeat_command(shrunk.options) << "\n";
    for (const std::string& violation : shrunk.report.violations) {
        std::cout << "  " << violation << "\n";
    }
}

std::string history_line(const netlayer::OperationRecord& record) {
    return Json{{"process", record.process},
                {"invoke", record.invoke_us},
                {"complete", record.complete_us ? Json(*record.complete_us) : Json()},
                {"kind", record.update ? "update" : "read"},
                {"strict", record.strict},
                {"read", record.read},
                {"append", record.append},
                {"durable", record.durable}}
        .dump();
}

}  // namespace tributary::app
