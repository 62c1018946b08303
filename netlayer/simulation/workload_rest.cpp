// How a run begins, and when it is over: what is still under way.
#include "netlayer/simulation/workload.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {

namespace {

constexpr Micros kTimeToRest{60'000'000};
/// A program runs for up to one and a half times the mean.
constexpr Micros::rep kLongestProgramPercent = 150;
constexpr Micros kBetweenChecks{100'000};
/// More updates than this are not invoked for each that is to be completed: the service is broken.
constexpr std::uint64_t kMostAttempts = 10;

/// How long after the last invocation the run must be at rest: the programs of all clients may have
/// to run one after the other, because they share objects.
Micros time_to_rest(const SimulationOptions& options) {
    const auto programs = static_cast<Micros::rep>(options.processes * options.objects_per_update);
    return kTimeToRest + options.compute * programs * kLongestProgramPercent / 100;
}

}  // namespace

void Workload::begin_server() {
    life_[kServer] = history_.begin_life(kServer, ++incarnations_);
    world_.start(kServer, incarnations_);
    world_.give(kServer, Started{});
    world_.wake(kBetweenChecks, {Reason::check_quiet, 0});
}

void Workload::check_quiet() {
    world_.wake(kBetweenChecks, {Reason::check_quiet, 0});
    const bool late =
        (given_ == nullptr || is_over()) && world_.now() - last_at_ > time_to_rest(options_);
    finished_ = late || (is_over() && at_rest());
}

void Workload::count_update() {
    ++report_.invoked;
    if (given_ == nullptr) last_at_ = world_.now();
    is_calm();
}

bool Workload::is_calm() {
    calm_ = calm_ || is_enough();
    return calm_;
}

void Workload::forget_updates(ProcessId client) {
    std::erase_if(waited_for_, [client](const auto& each) { return each.second == client; });
}

bool Workload::is_over() const {
    if (given_ != nullptr) return next_ >= end_;
    return report_.operations >= options_.operations;
}

bool Workload::is_enough() const {
    if (report_.invoked >= kMostAttempts * (options_.operations + kMostAttempts)) return true;
    const std::size_t waited_for = waited_for_.size() + contributions_.waiting();
    return report_.operations + waited_for >= options_.operations;
}

bool Workload::at_rest() const {
    // Whoever lost its connection comes back with its journal.
    if (world_.process(kServer) == nullptr || contributions_.waiting() > 0) return false;
    for (const auto& [id, node] : world_.nodes()) {
        if (!node.process) continue;
        const State& state = node.process->state();
        if (state.phase == Phase::joining || state.phase == Phase::leaving) return false;
        if (state.is_busy() || !state.backlog.empty()) return false;
        for (const auto& [child, edge] : state.children) {
            if (edge.fenced || !edge.spoke || world_.edge_lost(child, id, edge.epoch)) return false;
        }
        const bool below = state.parent.has_value();
        const ChannelId up{id, state.parent_id(), below ? state.parent->epoch : 0};
        if (below && !(world_.quiet(up) && world_.quiet(up.reversed()))) return false;
        if (below && world_.edge_lost(id, state.parent->card.id, state.parent->epoch)) return false;
    }
    return pending().empty();
}

std::vector<std::string> Workload::pending() const {
    std::vector<std::string> found;
    for (const auto& [id, node] : world_.nodes()) {
        if (!node.process || !node.process->state().is_connected()) continue;
        const State& state = node.process->state();
        const auto add = [&, at = id](const char* what, std::size_t count) {
            if (count == 0) return;
            found.push_back("process " + std::to_string(at) + " still has " +
                            std::to_string(count) + " " + what + " pending at the end");
        };
        add("updates", state.updates.size());
        add("reads", state.reads.size());
        add("forces", state.forces.size());
        add("inputs of a promotion", state.backlog.size() + state.arrivals.size());
        add("held edges", state.holding ? 1 : 0);
        add("rotations", state.rotation ? 1 : 0);
        add("leaves", state.phase == Phase::leaving ? 1 : 0);
        add("contributions", contributions_.waiting(id));
    }
    if (given_ == nullptr && !is_over()) {
        found.push_back("only " + std::to_string(report_.operations) + " of " +
                        std::to_string(options_.operations) + " updates completed, of " +
                        std::to_string(report_.invoked) + " invoked");
    }
    return found;
}

bool Workload::works(ProcessId client) const {
    const Process* process = world_.process(client);
    return process != nullptr && process->phase() == Phase::connected;
}

}  // namespace tributary::netlayer::simulation
