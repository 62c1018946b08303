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
constexpr Micros kFirstCheck{100'000};
// A program does not start again before its last words have arrived: longer than any delay.
constexpr Micros kStartAgain{50'000};
/// Between the report of a contribution and the journal's write.
constexpr Micros kTrim{1'000};
constexpr std::uint64_t kEndsBeforeTrimOne = 8;
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
    life_[kServer] = history_.begin_life(kServer, ++incarnations_);
    world_.start(kServer, incarnations_);
    world_.give(kServer, Started{});
    for (ProcessId client = 1; client <= options_.processes; ++client) {
        const bool late = options_.late_joins && random_.below(3) == 0;
        world_.wake(within(late ? Micros{2'000'000} : Micros{50'000}), {Reason::join, client});
        if (!options_.back_to_back) world_.wake(within(kThink), {Reason::think, client});
    }
    if (!options_.back_to_back) world_.wake(within(kThink), {Reason::think, kServer});
    world_.wake(kBetweenFaults, {Reason::fault, 0});
    if (options_.rotations) world_.wake(kBetweenFaults, {Reason::rotate, 0});
    if (options_.change_policy) world_.wake(kBetweenPolicies, {Reason::policy, 0});
    world_.wake(kFirstCheck, {Reason::check_quiet, 0});
}

void Workload::woken(const Wake& wake) {
    switch (wake.reason) {
        case Reason::think: think(wake.client); break;
        case Reason::fault: fault(); break;
        case Reason::rotate: rotate(); break;
        case Reason::policy: choose_policy(); break;
        case Reason::restart: world_.restart_server(++incarnations_); break;
        case Reason::join: join(wake.client); break;
        case Reason::contribute: contribute(wake.client); break;
        case Reason::check_quiet: check_quiet(); break;
    }
}

void Workload::think(ProcessId client) {
    if (updates_ >= options_.operations) return;
    if (options_.back_to_back) {
        if (works(client)) invoke_next(client);
        return;  // woken again by its completion, or when it has joined
    }
    world_.wake(within(client == kServer ? kThink * 10 : kThink), {Reason::think, client});
    if (works(client)) invoke(client);
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
    Operation operation = next_operation(options_, random_);
    operation.life = life_.at(client);
    operation.invoked = world_.now();
    const Operation& recorded = history_.invoke(std::move(operation));
    if (recorded.kind == Kind::update) {
        if (++updates_ == options_.operations) drained_at_ = world_.now();
        world_.give(client, UpdateInvoked{recorded.id, recorded.objects, false});
    } else {
        world_.give(client, ReadInvoked{recorded.id, recorded.objects.front(), true});
    }
}

void Workload::contribute(ProcessId client) {
    if (contributions_.is_reported(client)) {
        // Between its report and the journal's write a program may end like anywhere else.
        const bool ends = options_.crashes && updates_ < options_.operations && works(client) &&
                          random_.below(kEndsBeforeTrimOne) == 0;
        if (ends) {
            crash(client);
        } else {
            contributions_.trim(client);
        }
    }
    if (works(client)) contributions_.work(client, life_.at(client));
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
    Operation operation;
    operation.life = life_.at(client);
    operation.kind = kind;
    operation.objects = some_objects();
    if (options_.contributions && kind == Kind::update && client != kServer &&
        random_.below(2) == 0) {
        if (++updates_ == options_.operations) drained_at_ = world_.now();
        contributions_.submit(client, std::move(operation.objects));
        if (random_.below(kImpatientOne) == 0) contributions_.lose_patience(client);
        contribute(client);
        return;
    }
    operation.invoked = world_.now();
    if (kind == Kind::update) {
        for (const ObjectId& id : operation.objects) {
            if (operation.writes.empty() || random_.below(3) != 0) operation.writes.push_back(id);
        }
        if (++updates_ == options_.operations) drained_at_ = world_.now();
    }
    const Operation& recorded = history_.invoke(std::move(operation));
    const bool force = random_.below(4) == 0;
    world_.give(client, UpdateInvoked{recorded.id, recorded.objects, force});
}

void Workload::invoke_read(ProcessId client, Kind kind) {
    Operation operation;
    operation.life = life_.at(client);
    operation.kind = kind;
    operation.objects = {some_object()};
    operation.invoked = world_.now();
    const Operation& recorded = history_.invoke(std::move(operation));
    world_.give(client,
                ReadInvoked{recorded.id, recorded.objects.front(), kind == Kind::strict_read});
}

Observer::Computed Workload::compute(ProcessId, const StartComputation& start) {
    Operation& operation = history_.at(start.operation);
    for (const Object& input : start.inputs) operation.read[input.id] = input;
    if (auto outputs = contributions_.run(operation)) {
        return {{start.operation, std::move(*outputs)}, compute_time(options_, random_)};
    }
    operation.refused = !options_.back_to_back && random_.below(20) == 0;
    const Micros after = compute_time(options_, random_);
    if (operation.refused) {
        return {{start.operation, fail(Errc::invalid_argument, "the batch is refused")}, after};
    }
    std::vector<Output> outputs;
    for (const ObjectId& id : operation.writes) {
        outputs.push_back({id, with_value(operation.read.at(id).body, operation.id)});
    }
    return {{start.operation, std::move(outputs)}, after};
}

void Workload::hear(ProcessId id, const Notice& notice) {
    const bool next =
        std::holds_alternative<Applied>(notice) || std::holds_alternative<Aborted>(notice) ||
        std::holds_alternative<ReadCompleted>(notice) || std::holds_alternative<Joined>(notice);
    if (options_.back_to_back && next) world_.wake(Micros{1}, {Reason::think, id});
    contributions_.hear(id, notice);
    if (options_.contributions && id != kServer) world_.wake(kTrim, {Reason::contribute, id});
    if (const auto* applied = std::get_if<Applied>(&notice)) {
        Operation& operation = history_.at(applied->operation);
        operation.outcome = Outcome::completed;
        operation.completed = world_.now();
        ++(operation.kind == Kind::update ? report_.operations : report_.reads);
    } else if (const auto* durable = std::get_if<Durable>(&notice)) {
        history_.at(durable->operation).confirmed = true;
    } else if (const auto* aborted = std::get_if<Aborted>(&notice)) {
        Operation& operation = history_.at(aborted->operation);
        operation.outcome = Outcome::aborted;
        operation.completed = world_.now();
        if (operation.refused && operation.kind == Kind::update) ++report_.refused;
    } else if (const auto* read = std::get_if<ReadCompleted>(&notice)) {
        Operation& operation = history_.at(read->operation);
        operation.outcome = Outcome::completed;
        operation.completed = world_.now();
        operation.read[read->object.id] = read->object;
        ++report_.reads;
    } else if (std::holds_alternative<Joined>(notice)) {
        ++report_.joins;
    } else if (std::holds_alternative<LostConnection>(notice)) {
        history_.end_life(life_.at(id), Fate::lost);
        contributions_.interrupt(id);
        world_.wake(within(Micros{300'000}), {Reason::join, id});
    } else if (std::holds_alternative<Left>(notice)) {
        history_.end_life(life_.at(id), Fate::left);
        contributions_.interrupt(id);
        ++report_.leaves;
        world_.wake(kStartAgain + within(Micros{500'000}), {Reason::join, id});
    } else if (const auto* replaced = std::get_if<ParentReplaced>(&notice)) {
        (world_.options().search_tree ? report_.rotations : report_.promotions) +=
            replaced->promoted ? 1 : 0;
    } else if (const auto* gone = std::get_if<ChildGone>(&notice)) {
        report_.reconstitutions += gone->reconstituted;
        const Process* child = world_.process(gone->child);
        const bool works_on =
            child != nullptr && child->state().parent && child->state().parent->card.id == id;
        if (!gone->left && works_on) world_.count("false suspicion");
    }
}

void Workload::fault() {
    if (updates_ >= options_.operations) return;
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
        ++report_.resets;
        world_.reset_parent(client);
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
    if (updates_ >= options_.operations) return;
    world_.wake(within(kBetweenRotations), {Reason::rotate, 0});
    const ProcessId client = some_client();
    if (!works(client)) return;
    const auto& children = world_.process(client)->state().children;
    if (children.empty()) return;
    auto child = children.begin();
    std::advance(child, static_cast<std::ptrdiff_t>(random_.below(children.size())));
    world_.give(client, RotateInvoked{child->first});
}

void Workload::choose_policy() {
    if (updates_ >= options_.operations) return;
    world_.wake(within(kBetweenPolicies), {Reason::policy, 0});
    const std::uint64_t number = random_.below(static_cast<std::uint64_t>(kLastPolicy) + 1);
    world_.give(kServer, PolicyChosen{static_cast<RotationPolicy>(number)});
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
    ++report_.cuts;
    if (random_.below(2) == 0) world_.slow_timers(client, within(Micros{1'500'000}));
    world_.cut_parent(client);
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
        world_.give(client, LeaveInvoked{});
        if (parent_too && parent != kServer && works(parent)) world_.give(parent, LeaveInvoked{});
        return;
    }
}

void Workload::crash(ProcessId client) {
    ++report_.crashes;
    history_.end_life(life_.at(client), Fate::lost);
    contributions_.interrupt(client);
    world_.crash(client);
    world_.wake(within(Micros{1'000'000}), {Reason::join, client});
}

void Workload::crash_server() {
    if (world_.process(kServer) == nullptr) return;
    ++report_.server_restarts;
    const Micros pause =
        within(random_.below(3) == 0 ? world_.options().grace * 2 : Micros{50'000});
    world_.crash_server(pause);
    world_.wake(pause, {Reason::restart, kServer});
}

void Workload::revoke(ProcessId client) {
    if (4 * (report_.revocations + 1) > options_.processes + 3 || !works(client)) return;
    if (world_.revocations().is_revoked(client)) return;
    ++report_.revocations;
    world_.revoke(client);
}

void Workload::join(ProcessId client) {
    if (updates_ >= options_.operations || world_.revocations().is_revoked(client)) return;
    const Process* process = world_.process(client);
    if (process == nullptr || process->phase() == Phase::left) world_.start(client);
    if (world_.process(client)->phase() != Phase::idle) return;
    life_[client] = history_.begin_life(client, ++incarnations_);
    Card server;
    server.id = kServer;
    world_.give(client, JoinInvoked{server, incarnations_});
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

bool Workload::works(ProcessId client) const {
    const Process* process = world_.process(client);
    return process != nullptr && process->phase() == Phase::connected;
}

}  // namespace tributary::netlayer::simulation
