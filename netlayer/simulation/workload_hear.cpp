// What the clients make of what they hear, and the programs that they run.
#include <algorithm>

#include "netlayer/simulation/load.hpp"
#include "netlayer/simulation/workload.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {

namespace {

constexpr Micros kBackAfterLoss{300'000};
constexpr Micros kBackAfterLeave{500'000};
// A program does not start again before its last words have arrived: longer than any delay.
constexpr Micros kStartAgain{50'000};
/// Between the report of a contribution and the journal's write.
constexpr Micros kTrim{1'000};
constexpr std::uint64_t kEndsBeforeTrimOne = 8;
/// One program in so many refuses what it is given.
constexpr std::uint64_t kRefuseOne = 20;

}  // namespace

Observer::Computed Workload::compute(ProcessId id, const StartComputation& start) {
    Operation& operation = history_.at(start.operation);
    for (const Object& input : start.inputs) operation.read[input.id] = input;
    if (auto outputs = contributions_.run(operation)) {
        const Micros takes =
            reaction(id, Reaction::attempt, [this] { return compute_time(options_, random_); });
        return {{start.operation, std::move(*outputs)}, takes};
    }
    const auto [refuses, takes] = program_of(start.operation);
    operation.refused = refuses;
    if (operation.refused) {
        return {{start.operation, fail(Errc::invalid_argument, "the batch is refused")}, takes};
    }
    std::vector<Output> outputs;
    for (const ObjectId& object : operation.writes) {
        outputs.push_back({object, with_value(operation.read.at(object).body, operation.id)});
    }
    return {{start.operation, std::move(outputs)}, takes};
}

Program Workload::program_of(OperationId id) {
    const auto found = entry_of_.find(id);
    auto* known = found == entry_of_.end()
                      ? nullptr
                      : &std::get<stimulus::Operate>(made_.entries[found->second].stimulus).program;
    if (given_ != nullptr && known != nullptr && *known) return **known;
    Program drawn;
    drawn.refuses = !options_.back_to_back && random_.below(kRefuseOne) == 0;
    drawn.takes = options_.back_to_back ? work_time(options_, history_.at(id), random_)
                                        : compute_time(options_, random_);
    if (known != nullptr && !*known) *known = drawn;
    return drawn;
}

Micros Workload::reaction(ProcessId client, Reaction kind, const std::function<Micros()>& draw) {
    auto& made = made_.reactions[{client, kind}];
    if (given_ != nullptr) {
        const auto written = given_->reactions.find({client, kind});
        if (written != given_->reactions.end() && made.size() < written->second.size()) {
            made.push_back(written->second[made.size()]);
            return made.back();
        }
    }
    made.push_back(draw());
    return made.back();
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
        waited_for_.erase(operation.id);
        ++(operation.kind == Kind::update ? report_.operations : report_.reads);
    } else if (const auto* durable = std::get_if<Durable>(&notice)) {
        history_.at(durable->operation).confirmed = true;
    } else if (const auto* aborted = std::get_if<Aborted>(&notice)) {
        Operation& operation = history_.at(aborted->operation);
        operation.outcome = Outcome::aborted;
        waited_for_.erase(operation.id);
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
        forget_updates(id);
        const Micros after =
            reaction(id, Reaction::join_after_loss, [this] { return within(kBackAfterLoss); });
        world_.wake(after, {Reason::join, id});
    } else if (std::holds_alternative<Left>(notice)) {
        history_.end_life(life_.at(id), Fate::left);
        contributions_.interrupt(id);
        forget_updates(id);
        ++report_.leaves;
        const Micros after =
            reaction(id, Reaction::join_after_leave, [this] { return within(kBackAfterLeave); });
        world_.wake(kStartAgain + after, {Reason::join, id});
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

void Workload::contribute(ProcessId client) {
    if (contributions_.is_reported(client) && !ends_before_trim(client)) {
        contributions_.trim(client);
    }
    if (works(client)) contributions_.work(client, life_.at(client));
}

bool Workload::ends_before_trim(ProcessId client) {
    if (given_ == nullptr) {
        const bool ends = options_.crashes && !is_calm() && works(client) &&
                          random_.below(kEndsBeforeTrimOne) == 0;
        if (ends) crash(client);
        return ends;
    }
    if (next_ >= end_) return false;
    const Script::Entry& next = given_->entries[next_];
    const auto* crash = std::get_if<stimulus::Crash>(&next.stimulus);
    const bool ends = crash != nullptr && crash->client == client && next.at == world_.now() &&
                      !options_.skip.contains(next.number) && works(client);
    if (ends) follow(next_);
    return ends;
}

void Workload::join(ProcessId client) {
    if (life_.contains(client)) {
        come_in(client);
    } else {
        make(stimulus::Join{client});
    }
}

void Workload::come_in(ProcessId client) {
    if (world_.revocations().is_revoked(client)) return;
    const Process* process = world_.process(client);
    if (process == nullptr || process->phase() == Phase::left) world_.start(client);
    if (world_.process(client)->phase() != Phase::idle) return;
    life_[client] = history_.begin_life(client, ++incarnations_);
    Card server;
    server.id = kServer;
    world_.give(client, JoinInvoked{server, incarnations_});
}

}  // namespace tributary::netlayer::simulation
