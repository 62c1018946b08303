#include "netlayer/simulation/simulator.hpp"

#include <ctime>

#include "netlayer/simulation/checker.hpp"
#include "netlayer/simulation/pace.hpp"
#include "netlayer/simulation/records.hpp"
#include "netlayer/simulation/scripted.hpp"
#include "netlayer/simulation/verdict.hpp"
#include "netlayer/simulation/workload.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer {
namespace {

using namespace simulation;

constexpr std::uint64_t kMostSteps = 50'000'000;

ProcessOptions timing(const SimulationOptions& options, Random random) {
    ProcessOptions timing;
    timing.degree = options.degree != 0 ? options.degree : 2 + random.below(3);
    timing.search_tree = options.has_search_tree();
    timing.balance_joins = options.balance_joins;
    timing.rebuild_every = 2;
    timing.policy = options.policy;
    timing.regret_floor = options.regret_floor;
    timing.heartbeat = Micros{100'000};
    timing.lease = Micros{400'000};
    timing.silence = Micros{600'000};
    timing.grace = Micros{options.resets ? 300'000 : 0};
    timing.persist_state = options.server_crashes;
    timing.retry_join = Micros{200'000};
    timing.retry_read = Micros{500'000};
    timing.retry_force = Micros{700'000};
    return timing;
}

/// The calling thread's processor time: a simulation has no other.
double cpu_now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void add_counters(SimulationReport& report, const World& world) {
    for (const auto& [id, node] : world.nodes()) {
        if (!node.process) continue;
        for (const auto& [name, value] : named(node.process->state().counters)) {
            report.counters[name] += value;
        }
    }
    report.retried_reads = report.counters["reads_retried"];
    report.faults = world.faults();
    report.events = world.events();
    report.heartbeats = world.heartbeats();
}

/// @return  whether the run came to its end without a broken invariant
bool run(const SimulationOptions& options, World& world, Workload& workload, Checker& checker,
         SimulationReport& report) {
    std::uint64_t since_check = 0;
    for (std::uint64_t steps = 0; steps < kMostSteps && !workload.finished(); ++steps) {
        if (const auto wake = world.advance()) workload.woken(*wake);
        if (!world.last_was_event() || options.check_every == 0) continue;
        if (++since_check < options.check_every) continue;
        since_check = 0;
        if (std::string found = checker.check(); !found.empty()) {
            report.violations.push_back("at " + std::to_string(world.now().count()) +
                                        " us: " + found);
            return false;
        }
    }
    return true;
}

/// @param given  the script to follow; null: choose
/// @param made   what was done, if wanted
SimulationReport run_one(const SimulationOptions& options, const Script* given, Script* made) {
    SimulationReport report;
    report.seed = options.seed;
    const double begun = cpu_now();
    const Random random(options.seed);
    const bool faults = options.cuts || options.crashes;
    World world(random, timing(options, random.split("shape")), options.mutations, faults);
    if (options.fresh_keys) world.give_fresh_keys();
    std::optional<EventLog> log;
    if (options.record) world.record(log.emplace(options.record));
    History history;
    Workload workload(options, random.split("workload"), world, history, report);
    Checker checker(world, history, options.objects);
    if (given != nullptr) {
        workload.begin(*given);
    } else {
        workload.begin();
    }
    if (run(options, world, workload, checker, report)) {
        const auto final = checker.at_rest();
        report.violations = final.violations;
        for (auto& found : workload.pending()) report.violations.push_back(std::move(found));
        Judgement judgement = judge(history, final.objects);
        report.durable = judgement.durable;
        report.lost = judgement.lost;
        for (auto& found : judgement.violations) report.violations.push_back(std::move(found));
        for (auto& found : workload.contributions().judge(final.objects)) {
            report.violations.push_back(std::move(found));
        }
        if (options.keep_history) report.history = records(history, judgement.counted);
    }
    measure_pace(history, report);
    if (log) log->end();
    add_counters(report, world);
    if (report.counters["merges_refused"] > 0) {
        report.violations.push_back("the queues of two neighbours did not fit (C20)");
    }
    if (report.counters["lost_rotating"] > 0) {
        report.violations.push_back("a request or an object met an edge that a rotation closes");
    }
    report.stimuli = (given != nullptr ? *given : workload.script()).entries.size();
    if (made != nullptr) *made = workload.script();
    report.cpu_seconds = cpu_now() - begun;
    return report;
}

}  // namespace

Chosen simulation::choose(SimulationOptions options) {
    options.skip = {};
    options.record = nullptr;
    options.keep_history = false;
    Chosen chosen;
    chosen.report = run_one(options, nullptr, &chosen.script);
    return chosen;
}

Followed simulation::follow(const SimulationOptions& options, const Script& script) {
    Script made;
    Followed followed;
    followed.report = run_one(options, &script, &made);
    for (const Script::Entry& entry : script.entries) {
        followed.report.skipped += options.skip.contains(entry.number) ? 1 : 0;
    }
    for (const Script::Entry& entry : made.entries) followed.done.push_back(entry.number);
    return followed;
}

SimulationReport simulate(const SimulationOptions& options) {
    if (options.skip.empty()) return run_one(options, nullptr, nullptr);
    return follow(options, choose(options).script).report;
}

}  // namespace tributary::netlayer
