#include "app/bench/migration/workloads.hpp"

#include <algorithm>

#include "app/bench/migration/raw_forwarder.hpp"

namespace tributary::app {

namespace {

constexpr std::size_t kTrivialBytes = 64;
constexpr std::size_t kPublishedBytes = 200'000;
constexpr std::size_t kManyObjects = 50;
constexpr std::size_t kForwardWindow = 16;
constexpr Micros kComputation = std::chrono::milliseconds(20);
constexpr double kLeaveProbability = 0.005;

Load load_of(const MigrationBenchOptions& options, std::size_t objects, std::size_t bytes) {
    Load load;
    load.duration = options.duration;
    load.objects = objects;
    load.body_bytes = bytes;
    return load;
}

Contest contest(const std::string& workload, const std::string& system,
                const MigrationBenchOptions& options, const Load& load) {
    return {workload, system, std::vector<Load>(options.clients, load)};
}

std::vector<Contest> beside_peers(const std::string& workload,
                                  const std::vector<std::string>& peers,
                                  const MigrationBenchOptions& options, const Load& load) {
    Load durable = load;
    durable.durable = true;
    std::vector<Contest> made{contest(workload, "tributary", options, load)};
    for (const std::string& peer : peers) made.push_back(contest(workload, peer, options, load));
    made.push_back(contest(workload, "tributary", options, durable));
    made.push_back(contest(workload, "central", options, durable));
    return made;
}

/// Three processes in a row; the one in the middle only passes on.
std::vector<Contest> along_a_path(const std::string& workload, const Load& ends, Activity far_end) {
    std::vector<Load> clients(kPathProcesses, ends);
    clients[kFarEnd].activity = far_end;
    clients[kForwarder].activity = Activity::idle;
    return {{workload, "tributary", clients, true}, {workload, "zeromq-raw", clients}};
}

std::vector<Contest> forwarding(const std::string& workload, const MigrationBenchOptions& options,
                                std::size_t bytes) {
    Load load = load_of(options, kForwardWindow, bytes);
    load.outstanding = kForwardWindow;
    load.lanes = true;
    return along_a_path(workload, load, Activity::update);
}

std::vector<Contest> reading(const std::string& workload, const MigrationBenchOptions& options,
                             std::size_t bytes) {
    Load load = load_of(options, 1, bytes);
    load.activity = Activity::read;
    return along_a_path(workload, load, Activity::idle);
}

/// The same computation for every object of an update; self-service §8.3 (Figures 13 and 14).
std::vector<Contest> computing(const std::string& workload, const MigrationBenchOptions& options,
                               std::size_t objects_per_update) {
    Load load = load_of(options, kManyObjects, kPublishedBytes);
    load.objects_per_update = objects_per_update;
    load.compute = kComputation;
    Load durable = load;
    durable.durable = true;
    return {contest(workload, "tributary", options, load),
            contest(workload, "central", options, durable)};
}

/// The same load without and with leaves; self-service §8.2 (Figure 11) has trivial objects.
std::vector<Contest> leaving(const std::string& workload, const MigrationBenchOptions& options,
                             std::size_t bytes) {
    Load load = load_of(options, kManyObjects, bytes);
    Contest staying = contest("nobody-" + workload, "tributary", options, load);
    load.leave_probability = kLeaveProbability;
    return {staying, contest(workload, "tributary", options, load)};
}

std::vector<Contest> restarting(const std::string& workload, const MigrationBenchOptions& options) {
    Load load = load_of(options, kManyObjects, kTrivialBytes);
    load.durable = true;
    load.duration = std::max<Micros>(load.duration, std::chrono::seconds(8));
    Contest made = contest(workload, "tributary", options, load);
    made.restart = true;
    return {made};
}

Load trivial(const MigrationBenchOptions& options) {
    Load load = load_of(options, kManyObjects, kTrivialBytes);
    load.outstanding = 4;
    return load;
}

/// Updates of several objects each; self-service §8.2 (Figure 10).
std::vector<Contest> several(const std::string& workload, const MigrationBenchOptions& options,
                             std::size_t objects_per_update) {
    Load load = load_of(options, kManyObjects, kTrivialBytes);
    load.objects_per_update = objects_per_update;
    return {contest(workload, "tributary", options, load)};
}

/// The row of a system, or nothing.
const MigrationRow* find_row(const std::vector<MigrationRow>& rows, const std::string& workload,
                             const std::string& system, bool durable = false) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const MigrationRow& row) {
        return row.workload == workload && row.system == system && row.durable == durable;
    });
    return found == rows.end() ? nullptr : &*found;
}

/// Collects figures of which both sides were measured.
class Figures {
 public:
    explicit Figures(const std::vector<MigrationRow>& rows) : rows_(rows) {}

    using Value = double MigrationRow::*;

    /// Ours by a peer's.
    void against(const std::string& workload, const std::string& peer, Value value,
                 std::optional<double> must, bool at_most = false) {
        const MigrationRow* ours = find_row(rows_, workload, "tributary");
        const MigrationRow* theirs = find_row(rows_, workload, peer);
        if (theirs == nullptr) theirs = find_row(rows_, workload, peer, true);
        if (ours == nullptr || theirs == nullptr || theirs->*value <= 0) return;
        made_.push_back(
            {workload + ": tributary / " + peer, ours->*value / (theirs->*value), must, at_most});
    }

    void tell(const MigrationFigure& figure) { made_.push_back(figure); }
    [[nodiscard]] const MigrationRow* row(const std::string& workload) const {
        const MigrationRow* applied = find_row(rows_, workload, "tributary");
        return applied != nullptr ? applied : find_row(rows_, workload, "tributary", true);
    }
    [[nodiscard]] std::vector<MigrationFigure> take() { return std::move(made_); }

 private:
    const std::vector<MigrationRow>& rows_;
    std::vector<MigrationFigure> made_;
};

void compare_with_central(const std::vector<MigrationRow>& rows, Figures& figures) {
    for (const std::string workload :
         {"hot-200kB", "fifty-200kB", "computing", "computing-2", "computing-4"}) {
        const bool durable = workload.rfind("computing", 0) != 0;
        const MigrationRow* ours = find_row(rows, workload, "tributary", durable);
        const MigrationRow* central = find_row(rows, workload, "central", true);
        if (ours == nullptr || central == nullptr || central->per_second <= 0) continue;
        figures.tell({workload + ": tributary / central", ours->per_second / central->per_second,
                      std::nullopt});
    }
}

void judge_alone(Figures& figures) {
    if (const MigrationRow* row = figures.row("hot-200kB")) {
        figures.tell({"hot-200kB: aborted attempts", static_cast<double>(row->aborted), 0.0, true});
    }
    if (const MigrationRow* row = figures.row("trivial-x4")) {
        figures.tell({"trivial-x4: hand-overs a second", row->hand_overs_per_second, 10'000.0});
    }
    for (const std::string workload : {"objects-2", "objects-4", "objects-8"}) {
        const MigrationRow* one = figures.row("objects-1");
        const MigrationRow* more = figures.row(workload);
        if (one == nullptr || more == nullptr || one->per_second <= 0) continue;
        figures.tell({workload + ": updates beside one object an update",
                      more->per_second / one->per_second, std::nullopt});
    }
    for (const std::string workload : {"leaving-64B", "leaving-200kB"}) {
        const MigrationRow* staying = figures.row("nobody-" + workload);
        const MigrationRow* leaving = figures.row(workload);
        if (staying == nullptr || leaving == nullptr || staying->per_second <= 0) continue;
        const double in_tree = leaving->per_second / std::max(leaving->in_tree, 1e-9);
        figures.tell({workload + ": throughput lost, by time in the tree",
                      1 - in_tree / staying->per_second, 0.1, true});
    }
    if (const MigrationRow* row = figures.row("restart")) {
        figures.tell({"restart: pause in seconds", row->pause_s, 3.0, true});
        figures.tell(
            {"restart: updates that failed", static_cast<double>(row->aborted), 0.0, true});
    }
}

}  // namespace

std::vector<std::string> migration_workloads() {
    return {"hot-200kB",   "fifty-200kB", "trivial-x4",    "objects-1",     "objects-2",
            "objects-4",   "objects-8",   "forward-64B",   "forward-200kB", "read-64B",
            "read-200kB",  "leaving-64B", "leaving-200kB", "restart",       "computing",
            "computing-2", "computing-4"};
}

std::vector<Contest> contests_of(const std::string& name, const MigrationBenchOptions& options) {
    const std::vector<std::string> peers{"redis", "postgresql", "etcd"};
    if (name == "hot-200kB") {
        return beside_peers(name, peers, options, load_of(options, 1, kPublishedBytes));
    }
    if (name == "fifty-200kB") {
        return beside_peers(name, peers, options, load_of(options, kManyObjects, kPublishedBytes));
    }
    if (name == "trivial-x4") return {contest(name, "tributary", options, trivial(options))};
    for (const std::size_t objects : {1UL, 2UL, 4UL, 8UL}) {
        if (name == "objects-" + std::to_string(objects)) return several(name, options, objects);
    }
    if (name == "forward-64B") return forwarding(name, options, kTrivialBytes);
    if (name == "forward-200kB") return forwarding(name, options, kPublishedBytes);
    if (name == "read-64B") return reading(name, options, kTrivialBytes);
    if (name == "read-200kB") return reading(name, options, kPublishedBytes);
    if (name == "leaving-64B") return leaving(name, options, kTrivialBytes);
    if (name == "leaving-200kB") return leaving(name, options, kPublishedBytes);
    if (name == "restart") return restarting(name, options);
    if (name == "computing") return computing(name, options, 1);
    if (name == "computing-2") return computing(name, options, 2);
    if (name == "computing-4") return computing(name, options, 4);
    return {};
}

std::vector<MigrationFigure> figures_of(const std::vector<MigrationRow>& rows) {
    Figures figures(rows);
    const auto updates = &MigrationRow::per_second;
    figures.against("hot-200kB", "redis", updates, 0.7);
    figures.against("hot-200kB", "postgresql", updates, 1.3);
    figures.against("hot-200kB", "etcd", updates, 5.0);
    figures.against("fifty-200kB", "redis", updates, std::nullopt);
    figures.against("fifty-200kB", "postgresql", updates, 1.0);
    figures.against("fifty-200kB", "etcd", updates, 1.7);
    figures.against("forward-64B", "zeromq-raw", &MigrationRow::messages_per_second, 0.3);
    figures.against("forward-200kB", "zeromq-raw", &MigrationRow::messages_per_second, 0.7);
    figures.against("read-64B", "zeromq-raw", &MigrationRow::p50_ms, 2.0, true);
    figures.against("read-200kB", "zeromq-raw", &MigrationRow::p50_ms, 2.0, true);
    judge_alone(figures);
    compare_with_central(rows, figures);
    return figures.take();
}

}  // namespace tributary::app
