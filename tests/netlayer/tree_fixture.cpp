#include "tests/netlayer/tree_fixture.hpp"

#include "netlayer/simulation/history.hpp"

namespace tributary::netlayer::testing {

namespace {

ProcessOptions with_degree(std::size_t degree) {
    ProcessOptions options;
    options.degree = degree;
    return options;
}

ProcessOptions searching() {
    ProcessOptions options;
    options.search_tree = true;
    options.policy = RotationPolicy::none;  // who rotates is up to the test
    options.balance_joins = false;
    return options;
}

ProcessOptions with_grace(ProcessOptions options, Micros grace) {
    options.grace = grace;
    options.persist_state = grace > Micros{0};
    return options;
}

}  // namespace

Tree::Tree(std::size_t degree, Mutations mutations, Micros grace, Inspection inspect)
    : Tree(with_grace(with_degree(degree), grace), mutations, std::move(inspect)) {}

Tree::Tree(Search /*search*/, Mutations mutations, Micros grace)
    : Tree(with_grace(searching(), grace), mutations) {}

Tree::Tree(const ProcessOptions& options, Mutations mutations, Inspection inspect)
    : options_(options), mutations_(mutations), inspect_(std::move(inspect)) {
    Process::Setup setup;
    setup.self.incarnation = ++incarnations_;
    setup.self.name = "server";
    setup.options = options_;
    setup.mutations = mutations_;
    setup.inspect = inspect_;
    processes_[kServer] = std::make_unique<Process>(std::move(setup));
    give(kServer, Started{});
}

void Tree::ask_to_join(ProcessId id) {
    if (!processes_.contains(id) || at(id).phase() == Phase::left) {
        Process::Setup setup;
        setup.self.id = id;
        setup.self.name = "p" + std::to_string(id);
        if (options_.search_tree) setup.self.key = id;
        setup.options = options_;
        setup.mutations = mutations_;
        setup.inspect = inspect_;
        processes_[id] = std::make_unique<Process>(std::move(setup));
    }
    std::erase_if(cut_, [id](const auto& edge) { return edge.first == id || edge.second == id; });
    give(id, JoinInvoked{at(kServer).state().self, ++incarnations_});
}

void Tree::join(ProcessId id) {
    ask_to_join(id);
    settle();
}

void Tree::join_all(ProcessId last) {
    for (ProcessId id = 1; id <= last; ++id) join(id);
}

void Tree::give(ProcessId id, Input input) {
    for (Effect& effect : at(id).step({now_, std::move(input)})) perform(id, std::move(effect));
}

void Tree::perform(ProcessId id, Effect effect) {
    if (auto* send = std::get_if<Send>(&effect)) {
        if (!is_heartbeat(send->message)) ++sent_;
        if (cut_.contains({id, send->to})) return;
        flying_[{id, send->to}].push_back(MessageReceived{
            id, send->epoch, send->sequence, send->acknowledged, std::move(send->message)});
    } else if (auto* direct = std::get_if<SendDirect>(&effect)) {
        flying_[{id, direct->to.id}].push_back(DirectReceived{id, std::move(direct->message)});
    } else if (const auto* close = std::get_if<CloseLink>(&effect)) {
        if (!cut_.contains({id, close->peer})) {
            flying_[{id, close->peer}].push_back(LinkDown{id, close->epoch});
        }
    } else if (const auto* timer = std::get_if<SetTimer>(&effect)) {
        ticks_[id] = timer->at;
    } else if (const auto* start = std::get_if<StartComputation>(&effect)) {
        held_[start->operation] = {id, *start};
    } else if (const auto* persist = std::get_if<Persist>(&effect)) {
        for (const Object& object : persist->objects) stored_[object.id] = object;
        if (options_.persist_state) image_ = at(id).image();
    } else if (const auto* welcome = std::get_if<Welcome>(&effect)) {
        Input news = LinkResumed{id, welcome->epoch, welcome->received};
        if (welcome->closed) news = LinkDown{id, welcome->epoch, true};
        flying_[{id, welcome->to}].push_back(std::move(news));
    } else if (const auto* notify = std::get_if<Notify>(&effect)) {
        notices_[id].push_back(notify->notice);
    }
}

bool Tree::deliver(ProcessId from, ProcessId to) {
    auto& queue = flying_[{from, to}];
    if (queue.empty()) return false;
    Input input = std::move(queue.front());
    queue.pop_front();
    if (processes_.contains(to)) give(to, std::move(input));
    return true;
}

void Tree::exchange(ProcessId asking, ProcessId answering) {
    deliver(asking, answering);
    deliver(answering, asking);
}

void Tree::settle() {
    bool moved = true;
    while (moved) {
        moved = false;
        std::vector<std::pair<ProcessId, ProcessId>> edges;
        for (const auto& [edge, queue] : flying_) edges.push_back(edge);
        for (const auto& [from, to] : edges) {
            if (!stalled_.contains({from, to}) && deliver(from, to)) moved = true;
        }
        while (!hold_ && !held_.empty()) {
            finish(held_.begin()->first);
            moved = true;
        }
    }
}

void Tree::pass(Micros time) {
    const Micros end = now_ + time;
    while (now_ < end) {
        pass_silently(options_.heartbeat);
        settle();
    }
}

void Tree::pass_silently(Micros time) {
    const Micros end = now_ + time;
    while (now_ < end) {
        now_ += options_.heartbeat / 2;
        const auto due = ticks_;
        for (const auto& [id, tick] : due) {
            if (tick <= now_) give(id, TimerFired{kTick});
        }
    }
}

void Tree::cut(ProcessId a, ProcessId b) {
    for (const auto& edge : {std::make_pair(a, b), std::make_pair(b, a)}) {
        cut_.insert(edge);
        std::erase_if(flying_[edge], [](const Input& input) {
            return std::holds_alternative<MessageReceived>(input);
        });
    }
}

void Tree::flow(ProcessId a, ProcessId b) {
    stalled_.erase({a, b});
    stalled_.erase({b, a});
}

void Tree::link_down(ProcessId where, ProcessId peer) {
    const auto& links = state(where).links.all();
    const auto found = links.find(peer);
    if (found != links.end()) give(where, LinkDown{peer, found->second.epoch});
}

void Tree::interrupt(ProcessId a, ProcessId b) {
    cut(a, b);
    link_down(a, b);
    link_down(b, a);
}

void Tree::resume(ProcessId a, ProcessId b) {
    cut_.erase({a, b});
    cut_.erase({b, a});
    const auto is_parent_of = [this](ProcessId above, ProcessId below) {
        const auto& parent = state(below).parent;
        return parent && parent->card.id == above;
    };
    const auto departed_from = [this](ProcessId above, ProcessId below) -> Epoch {
        for (const auto& [peer, epoch] : state(below).departed_edges) {
            if (peer == above) return epoch;
        }
        return 0;
    };
    const bool a_below = is_parent_of(b, a) || (!is_parent_of(a, b) && departed_from(b, a) != 0);
    const ProcessId below = a_below ? a : b;
    const ProcessId above = a_below ? b : a;
    const Epoch epoch =
        is_parent_of(above, below) ? state(below).parent->epoch : departed_from(above, below);
    give(above, LinkGreeted{below, epoch, at(below).received(above, epoch).value_or(0)});
}

void Tree::restart_server() {
    std::vector<ProcessId> below;
    for (const auto& [id, link] : state(kServer).links.all()) below.push_back(id);
    for (const ProcessId id : below) cut(kServer, id);
    Process::Setup setup;
    setup.self.incarnation = ++incarnations_;
    setup.options = options_;
    setup.mutations = mutations_;
    setup.inspect = inspect_;
    for (const auto& [id, object] : stored_) setup.restored.push_back(object);
    setup.image = image_;
    processes_[kServer] = std::make_unique<Process>(std::move(setup));
    give(kServer, Started{});
    for (const ProcessId id : below) {
        link_down(id, kServer);
        resume(kServer, id);
    }
}

OperationId Tree::update(ProcessId where, std::vector<ObjectId> objects,
                         std::vector<ObjectId> writes, bool force) {
    const OperationId id = ++operations_;
    writes_[id] = writes == std::vector<ObjectId>{"*"} ? objects : std::move(writes);
    give(where, UpdateInvoked{id, std::move(objects), force});
    return id;
}

OperationId Tree::read(ProcessId where, const ObjectId& object, bool strict) {
    const OperationId id = ++operations_;
    give(where, ReadInvoked{id, object, strict});
    return id;
}

void Tree::finish(OperationId operation) {
    const auto found = held_.find(operation);
    if (found == held_.end()) return;
    const auto [id, start] = std::move(found->second);
    held_.erase(found);
    run_program(id, start);
}

void Tree::run_program(ProcessId id, const StartComputation& start) {
    std::vector<Output> outputs;
    for (const ObjectId& object : writes_[start.operation]) {
        for (const Object& input : start.inputs) {
            if (input.id != object) continue;
            outputs.push_back({object, simulation::with_value(input.body, start.operation)});
        }
    }
    give(id, ComputationDone{start.operation, std::move(outputs)});
}

Version Tree::version(ProcessId id, const ObjectId& object) {
    const Object* copy = at(id).copy(object);
    return copy != nullptr ? copy->version : 0;
}

std::vector<OperationId> Tree::values(ProcessId id, const ObjectId& object) {
    const Object* copy = at(id).copy(object);
    return copy != nullptr ? simulation::values(copy->body) : std::vector<OperationId>{};
}

bool Tree::owns(ProcessId id, const ObjectId& object) {
    const auto& queues = state(id).queues;
    const auto found = queues.find(object);
    return found != queues.end() && found->second.head_is_self();
}

std::size_t Tree::in_flight(ProcessId from, ProcessId to) {
    return flying_[{from, to}].size();
}

bool Tree::applied(ProcessId id, OperationId operation) {
    for (const Applied& notice : notices<Applied>(id)) {
        if (notice.operation == operation) return true;
    }
    return false;
}

bool Tree::durable(ProcessId id, OperationId operation) {
    for (const Durable& notice : notices<Durable>(id)) {
        if (notice.operation == operation) return true;
    }
    return false;
}

std::vector<OperationId> Tree::result(ProcessId id, OperationId operation) {
    for (const ReadCompleted& notice : notices<ReadCompleted>(id)) {
        if (notice.operation == operation) return simulation::values(notice.object.body);
    }
    return {0};
}

}  // namespace tributary::netlayer::testing
