#include "app/bench/migration/migration_bench.hpp"

#include <algorithm>

#include "app/bench/migration/central_service.hpp"
#include "app/bench/migration/fleet.hpp"
#include "app/bench/migration/peers.hpp"
#include "app/bench/migration/raw_forwarder.hpp"
#include "app/bench/migration/tributary_service.hpp"
#include "app/bench/migration/workloads.hpp"

namespace tributary::app {

namespace {

Degrees degrees_of(const Contest& contest, const MigrationBenchOptions& options) {
    return contest.chain ? Degrees{1, 1} : Degrees{1, options.degree};
}

Result<std::unique_ptr<Service>> start_system(const Contest& contest,
                                              const MigrationBenchOptions& options) {
    if (contest.system == "redis") return start_redis();
    if (contest.system == "postgresql") return start_postgresql();
    if (contest.system == "etcd") return start_etcd();
    if (contest.system == "zeromq-raw") return RawForwarderService::start();
    // One member more than there are clients: who looks at the objects at the end.
    const std::size_t members = contest.clients.size() + 1;
    if (contest.system == "central") return start_central();
    return TributaryService::start(members, degrees_of(contest, options));
}

std::string settings_of(const std::string& system, const MigrationBenchOptions& options) {
    if (system == "tributary") {
        return "CURVE on every link; server with SQLite (WAL, synchronous FULL), one child; "
               "clients have up to " +
               std::to_string(options.degree) +
               " (forward and read: 1). An update counts when applied; rows with durable: when on "
               "the server's disk";
    }
    if (system == "central") {
        return "the same server as one process: CURVE, one thread for updates, the same SQLite "
               "store with group commit; clients send what an update needs; answers are durable";
    }
    if (system == "zeromq-raw") {
        return "libzmq alone with CURVE: DEALER, ROUTER to DEALER, ROUTER; requests of 64 bytes, "
               "answers of the object's size; 16 outstanding (read: 1)";
    }
    return peer_settings(system);
}

Counted counted_by(const Contest& contest) {
    if (contest.system == "zeromq-raw") return Counted::round_trips;
    const bool reads =
        std::any_of(contest.clients.begin(), contest.clients.end(),
                    [](const Load& load) { return load.activity == Activity::read; });
    return reads ? Counted::reads : Counted::updates;
}

MigrationRow migration_row(const Contest& contest, const FleetResult& result) {
    const double seconds = static_cast<double>(result.duration.count()) / 1e6;
    const Tally& sum = result.sum;
    MigrationRow row{contest.workload, contest.system, counted_by(contest)};
    row.curve = contest.system == "tributary" || contest.system == "central" ||
                contest.system == "zeromq-raw";
    row.durable = contest.clients.front().durable || contest.system == "postgresql" ||
                  contest.system == "etcd";
    row.per_second = static_cast<double>(sum.updates) / seconds;
    row.hand_overs_per_second = static_cast<double>(sum.hand_overs) / seconds;
    row.p50_ms = percentile_ms(sum.latencies_us, 0.5);
    row.p99_ms = percentile_ms(sum.latencies_us, 0.99);
    row.aborted = sum.aborted;
    row.leaves = sum.leaves;
    row.refused_leaves = sum.refused_leaves;
    row.joins = sum.joins;
    row.in_tree = 1 - static_cast<double>(sum.away_us) / 1e6 / seconds /
                          static_cast<double>(contest.clients.size());
    row.restart = contest.restart;
    row.pause_s = contest.restart ? static_cast<double>(sum.longest_gap_us) / 1e6 : 0;
    row.on_path = contest.clients.size() == kPathProcesses &&
                  contest.clients[kForwarder].activity == Activity::idle;
    if (row.on_path) {
        const Tally& forwarder = result.clients[kForwarder];
        row.messages_per_second = static_cast<double>(forwarder.messages) / seconds;
        row.messages_per_cpu_second =
            static_cast<double>(forwarder.messages) / std::max(forwarder.cpu_seconds, 1e-6);
    }
    return row;
}

Result<MigrationRow> run_contest(const Contest& contest, const MigrationBenchOptions& options) {
    TRIBUTARY_TRY(const auto service, start_system(contest, options));
    std::function<Status()> half_way;
    if (contest.restart) half_way = [&service] { return service->restart(); };
    TRIBUTARY_TRY(const FleetResult result, run_fleet(*service, contest.clients, half_way));
    if (result.sum.failure.empty() || contest.restart || result.sum.leaves > 0) {
        return migration_row(contest, result);
    }
    return fail(Errc::internal,
                contest.workload + ", " + contest.system + ": " + result.sum.failure);
}

/// The one in the middle by speed.
MigrationRow median_round(std::vector<MigrationRow> rounds) {
    std::sort(rounds.begin(), rounds.end(), [](const MigrationRow& a, const MigrationRow& b) {
        return a.per_second < b.per_second;
    });
    return rounds[rounds.size() / 2];
}

bool is_named(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_wanted(const Contest& contest, const MigrationBenchOptions& options) {
    return options.systems.empty() || is_named(options.systems, contest.system);
}

/// The systems of a workload, for a sentence.
std::string systems_of(const std::vector<Contest>& contests) {
    std::vector<std::string> names;
    std::string text;
    for (const Contest& contest : contests) {
        if (is_named(names, contest.system)) continue;
        names.push_back(contest.system);
        text += (text.empty() ? "" : ", ") + contest.system;
    }
    return text;
}

/// Every contest once a round, so that all of them see the same weather on the host. One that fails
/// has no row; it is named, with the reason.
void measure_workload(const std::string& workload, const MigrationBenchOptions& options,
                      MigrationBenchResult& result) {
    const std::vector<Contest> contests = contests_of(workload, options);
    std::vector<std::vector<MigrationRow>> rounds(contests.size());
    std::vector<std::string> absent;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        for (std::size_t i = 0; i < contests.size(); ++i) {
            const std::string& system = contests[i].system;
            if (!is_wanted(contests[i], options) || is_named(absent, system)) continue;
            options.progress(workload + ": " + system);
            auto row = run_contest(contests[i], options);
            if (!row) {
                absent.push_back(system);
                const bool installed = row.error().code != Errc::not_found;
                const std::string sentence = (installed ? workload + ", " : std::string()) +
                                             system + " " + row.error().message;
                if (!is_named(result.missing, sentence)) result.missing.push_back(sentence);
                continue;
            }
            rounds[i].push_back(std::move(*row));
            result.settings[system] = settings_of(system, options);
        }
    }
    for (auto& of_contest : rounds) {
        if (!of_contest.empty()) result.rows.push_back(median_round(std::move(of_contest)));
    }
}

}  // namespace

std::vector<std::string> migration_systems() {
    return {"tributary", "redis", "postgresql", "etcd", "zeromq-raw", "central"};
}

std::vector<std::string> without_rows(const MigrationBenchOptions& options) {
    std::vector<std::string> found;
    for (const std::string& workload : options.only) {
        const std::vector<Contest> contests = contests_of(workload, options);
        const bool any = std::any_of(contests.begin(), contests.end(), [&](const Contest& contest) {
            return is_wanted(contest, options);
        });
        if (!any) found.push_back(workload + " runs on " + systems_of(contests));
    }
    return found;
}

Result<MigrationBenchResult> run_migration_bench(const MigrationBenchOptions& options) {
    MigrationBenchResult result;
    result.missing = without_rows(options);
    if (!options.only.empty() && result.missing.size() == options.only.size()) {
        std::string sentence;
        for (const std::string& each : result.missing) sentence += each + "; ";
        return fail(Errc::invalid_argument, "nothing to measure: " + sentence +
                                                "name one of these with --system, or leave it out");
    }
    for (const std::string& workload : migration_workloads()) {
        if (!options.only.empty() && !is_named(options.only, workload)) continue;
        measure_workload(workload, options, result);
    }
    result.figures = figures_of(result.rows);
    return result;
}

}  // namespace tributary::app
