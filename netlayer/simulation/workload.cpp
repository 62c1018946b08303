// What clients ask for and which faults are made: the choices.
#include "netlayer/simulation/workload.hpp"

#include <algorithm>
#include <iterator>

#include "netlayer/simulation/load.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {
namespace {

constexpr Micros kThink{60'000};
constexpr Micros kBetweenFaults{250'000};
constexpr Micros kBetweenManyLeaves{40'000};
constexpr Micros kBetweenRotations{8'000};
constexpr Micros kBetweenPolicies{700'000};
constexpr std::uint64_t kImpatientOne = 6;

}  // namespace

Workload::Workload(const SimulationOptions& options, Random random, World& world, History& history,
                   SimulationReport& report)
    : options_(options),
      random_(random),
      world_(world),
      history_(history),
      report_(report),
      contributions_(options, random.split("contributions"), world, history, report) {
    world_.observe(
        {[this](ProcessId id, const Notice& notice) { hear(id, notice); },
         [this](ProcessId id, const StartComputation& start) { return compute(id, start); }});
}

void Workload::begin() {
    begin_server();
    for (ProcessId client = 1; client <= options_.processes; ++client) {
        const bool late = options_.late_joins && random_.below(3) == 0;
        world_.wake(within(late ? Micros{2'000'000} : Micros{50'000}), {Reason::join, client});
        if (!options_.back_to_back) world_.wake(within(kThink), {Reason::think, client});
    }
    if (!options_.back_to_back) world_.wake(within(kThink), {Reason::think, kServer});
    world_.wake(kBetweenFaults, {Reason::fault, 0});
    if (options_.rotations) world_.wake(kBetweenFaults, {Reason::rotate, 0});
    if (options_.change_policy) world_.wake(kBetweenPolicies, {Reason::policy, 0});
}

void Workload::woken(const Wake& wake) {
    asked_ = wake.asked;
    switch (wake.reason) {
        case Reason::think: think(wake.client); break;
        case Reason::fault: fault(); break;
        case Reason::rotate: rotate(); break;
        case Reason::policy: choose_policy(); break;
        case Reason::restart: world_.restart_server(++incarnations_); break;
        case Reason::join: join(wake.client); break;
        case Reason::contribute: contribute(wake.client); break;
        case Reason::check_quiet: check_quiet(); break;
        case Reason::foresee: foresee(wake.client); break;
        case Reason::stimulus: follow(wake.client); break;
    }
}

void Workload::think(ProcessId client) {
    if (given_ != nullptr || is_over()) return;
    if (options_.back_to_back) {
        // Woken again by its completion, or when it has joined.
        if (is_enough()) {
            world_.wake(kThink, {Reason::think, client});
        } else if (works(client)) {
            invoke_next(client);
        }
        return;
    }
    world_.wake(within(client == kServer ? kThink * 10 : kThink), {Reason::think, client});
    if (works(client) && !is_enough()) invoke(client);
}

void Workload::invoke(ProcessId client) {
    // Every third client mostly reads: it owns objects without changing them, and leaves having
    // written nothing.
    const bool reader = client % 3 == 0 && client != kServer;
    const std::uint64_t dice = random_.below(100);
    const std::uint64_t updates = reader ? 8 : 62;
    const std::uint64_t taking = reader ? 35 : 70;
    if (dice >= taking) {
        invoke_read(client, dice < 90 ? Kind::strict_read : Kind::local_read);
    } else {
        invoke_update(client, dice < updates ? Kind::update : Kind::multi_read);
    }
}

void Workload::invoke_next(ProcessId client) {
    const Operation next = next_operation(options_, random_);
    make(stimulus::Operate{client, next.kind, next.objects, next.writes, false});
}

std::vector<ObjectId> Workload::some_objects() {
    std::set<ObjectId> chosen;
    const std::uint64_t wanted = random_.below(10) < 6 ? 1 : 2 + random_.below(2);
    for (std::uint64_t i = 0; i < wanted; ++i) chosen.insert(some_object());
    std::vector<ObjectId> objects(chosen.begin(), chosen.end());
    shuffle(objects, random_);
    return objects;
}

void Workload::invoke_update(ProcessId client, Kind kind) {
    stimulus::Operate operate{client, kind, some_objects(), {}, false};
    if (options_.contributions && kind == Kind::update && client != kServer &&
        random_.below(2) == 0) {
        const bool impatient = random_.below(kImpatientOne) == 0;
        make(stimulus::Submit{client, std::move(operate.objects), impatient});
        return;
    }
    if (kind == Kind::update) {
        for (const ObjectId& id : operate.objects) {
            if (operate.writes.empty() || random_.below(3) != 0) operate.writes.push_back(id);
        }
    }
    operate.force = random_.below(4) == 0;
    make(std::move(operate));
}

void Workload::invoke_read(ProcessId client, Kind kind) {
    make(stimulus::Operate{client, kind, {some_object()}, {}, false});
}

void Workload::fault() {
    if (is_calm()) return;
    const Micros between = options_.many_leaves ? kBetweenManyLeaves : kBetweenFaults;
    world_.wake(within(between * 2), {Reason::fault, 0});
    const ProcessId client = near_rotation(some_client());
    if (options_.revocations && random_.below(6) == 0) revoke(client);
    if (options_.leaves && options_.many_leaves && random_.below(6) != 0) {
        leave_from(client);
        leave_from(client);
        return;
    }
    if (options_.server_crashes && random_.below(4) == 0) {
        crash_server();
        return;
    }
    const std::uint64_t dice = random_.below(options_.resets ? 6 : 4);
    if (dice >= 4 && works(client)) {
        make(stimulus::Reset{client});
        return;
    }
    if (dice >= 2 && options_.leaves) leave_from(client);
    if (!works(client)) return;
    if (dice == 0 && options_.cuts) {
        cut_near(client);
    } else if (dice == 1 && options_.crashes) {
        crash(client);
    }
}

void Workload::rotate() {
    if (is_calm()) return;
    world_.wake(within(kBetweenRotations), {Reason::rotate, 0});
    const ProcessId client = some_client();
    if (!works(client)) return;
    const auto& children = world_.process(client)->state().children;
    if (children.empty()) return;
    auto child = children.begin();
    std::advance(child, static_cast<std::ptrdiff_t>(random_.below(children.size())));
    make(stimulus::Rotate{client, child->first});
}

void Workload::choose_policy() {
    if (is_calm()) return;
    world_.wake(within(kBetweenPolicies), {Reason::policy, 0});
    const std::uint64_t number = random_.below(static_cast<std::uint64_t>(kLastPolicy) + 1);
    make(stimulus::ChoosePolicy{static_cast<RotationPolicy>(number)});
}

ProcessId Workload::near_rotation(ProcessId first) {
    if (!world_.options().search_tree || random_.below(3) == 0) return first;
    for (std::size_t i = 0; i < options_.processes; ++i) {
        const ProcessId client = 1 + (first - 1 + i) % options_.processes;
        if (works(client) && world_.process(client)->state().is_busy()) return client;
    }
    return first;
}

void Workload::cut_near(ProcessId first) {
    // Rather an edge on which an object is on its way up.
    ProcessId client = first;
    for (std::size_t i = 0; i < options_.processes && !world_.carries_up(client); ++i) {
        client = 1 + client % options_.processes;
    }
    if (!works(client)) client = first;
    const bool slow = random_.below(2) == 0;
    make(stimulus::Cut{client, slow ? within(Micros{1'500'000}) : Micros{0}});
}

void Workload::leave_from(ProcessId first) {
    // Every second time one with others below it, if there is one; sometimes its parent as well.
    const bool inner = random_.below(2) == 0;
    const bool parent_too = inner && random_.below(3) == 0;
    for (std::size_t i = 0; i < 2 * options_.processes; ++i) {
        const ProcessId client = 1 + (first - 1 + i) % options_.processes;
        if (!works(client)) continue;
        const State& state = world_.process(client)->state();
        const bool any = i >= options_.processes;
        if (!any && state.children.empty() == inner) continue;
        const ProcessId parent = state.parent_id();
        make(stimulus::Leave{client});
        if (parent_too && parent != kServer && works(parent)) make(stimulus::Leave{parent});
        return;
    }
}

void Workload::crash(ProcessId client) {
    make(stimulus::Crash{client, within(Micros{1'000'000})});
}

void Workload::crash_server() {
    if (world_.process(kServer) == nullptr) return;
    make(stimulus::CrashServer{
        within(random_.below(3) == 0 ? world_.options().grace * 2 : Micros{50'000})});
}

void Workload::revoke(ProcessId client) {
    if (4 * (report_.revocations + 1) > options_.processes + 3) return;
    if (works(client) && !world_.revocations().is_revoked(client)) make(stimulus::Revoke{client});
}

ObjectId Workload::some_object() {
    const bool hot = random_.below(3) == 0;
    return object_name(hot ? 0 : random_.below(options_.objects));
}

Micros Workload::within(Micros most) {
    return Micros{
        1 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count())))};
}

ProcessId Workload::some_client() {
    return 1 + random_.below(options_.processes);
}

}  // namespace tributary::netlayer::simulation
