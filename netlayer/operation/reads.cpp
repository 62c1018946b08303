#include "netlayer/operation/reads.hpp"

#include <algorithm>
#include <bit>

#include "netlayer/depend/copier.hpp"
#include "netlayer/splay/adjusting.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

void Reads::invoke(const ReadInvoked& request) {
    if (Status status = check(request); !status) {
        state_.notify(Aborted{request.operation, std::move(status).error()});
        return;
    }
    const Object* copy = state_.copies.find(request.object);
    if (!request.strict && copy != nullptr) {
        note_version(state_.read_versions, request.object, copy->version);
        state_.notify(ReadCompleted{request.operation, *copy});
        return;
    }
    // Without a copy a local read becomes a strict one (C8).
    const std::uint64_t number = ++state_.numbers;
    state_.reads.emplace(number, PendingRead{request.operation, request.object, state_.now});
    ask(number);
}

Status Reads::check(const ReadInvoked& request) const {
    if (state_.phase != Phase::connected) {
        return fail(Errc::disconnected, std::string("the read was not started: this process is ") +
                                            phase_name(state_.phase) +
                                            "; wait until it has joined");
    }
    if (!valid_object_id(request.object)) {
        return fail(Errc::invalid_argument,
                    "object id '" + request.object + "' is not valid; use 1 to 64 letters");
    }
    if (state_.updates.size() + state_.reads.size() >= state_.options.max_operations) {
        ++state_.counters.bound_operations;
        return fail(Errc::limit_exceeded, std::to_string(state_.options.max_operations) +
                                              " operations are pending; wait for one to complete");
    }
    if (state_.queue(request.object) == nullptr) {
        return fail(Errc::limit_exceeded, "object " + request.object +
                                              " would exceed the bound on objects; use an "
                                              "existing one");
    }
    return {};
}

void Reads::ask(std::uint64_t number) {
    const RequestId id{state_.self.id, state_.self.incarnation, number, state_.self.key};
    on_request(state_.self.id, ReadRequest{id, state_.reads.at(number).object, {}, 0});
}

void Reads::on_request(ProcessId from, const ReadRequest& message) {
    const DistQueue* queue = state_.queue(message.object);
    if (queue == nullptr) return;
    const ProcessId head = queue->head().process;
    // If the head is the sender, the object is on its way to the sender: our copy is the latest
    // that was complete when the request was sent (§5.2.2). That holds only for a sender that
    // followed its own head here.
    const bool followed = message.search != Search::server;
    if (head == state_.self.id || (followed && head == from)) {
        answer(message);
        return;
    }
    pass_on(head, message);
}

void Reads::pass_on(ProcessId head, ReadRequest onward) {
    ++onward.hops;
    if (onward.search == Search::queues && onward.hops > most_hops()) {
        ++state_.counters.bound_read_hops;
        onward.search = Search::server;
    }
    if (onward.search == Search::server) {
        cut_detours(onward.path);
        if (state_.is_server()) onward = {onward.id, onward.object, onward.path, 1, Search::again};
    }
    if (onward.search == Search::again && onward.hops > most_hops()) {
        ++state_.counters.bound_hops;
        return;
    }
    const ProcessId next = onward.search == Search::server ? state_.parent_id() : head;
    if (next == state_.parent_id() && !state_.options.search_tree) {
        onward.path.push_back(state_.self.id);
    }
    if (onward.path.size() > state_.options.max_hops) {
        ++state_.counters.bound_hops;
        return;
    }
    state_.send(next, std::move(onward));
}

/// A read that went down and up again left processes in its path that are not on the way back.
void Reads::cut_detours(Path& path) const {
    const auto first = std::find_if(path.begin(), path.end(),
                                    [this](ProcessId id) { return state_.is_live_child(id); });
    if (first != path.end()) path.erase(first + 1, path.end());
}

std::uint64_t Reads::most_hops() const {
    const auto doublings =
        static_cast<std::uint64_t>(std::bit_width(Leases(state_).processes() - 1));
    return state_.options.read_hops_per_doubling * doublings + state_.options.read_hops;
}

void Reads::answer(const ReadRequest& message) {
    const Object* copy = state_.copies.find(message.object);
    if (copy == nullptr) return;
    ++state_.counters.reads_answered;
    if (state_.mutations.reply_without_climb && message.id.origin != state_.self.id) {
        Card reader;
        reader.id = message.id.origin;
        state_.effects.emplace_back(SendDirect{reader, ReadReturn{message.id, *copy, {}}});
        return;
    }
    turn_or_climb(message.id, message.object, message.path, state_.self.key);
}

void Reads::on_climb(const ReadClimb& message) {
    std::vector<Object> all = message.copies;
    all.push_back(message.object);
    Copier(state_).save(all, message.dependencies);
    turn_or_climb(message.id, message.object.id, message.path, message.owner);
}

void Reads::turn_or_climb(const RequestId& id, const ObjectId& object, Path path, Key owner) {
    const Object* copy = state_.copies.find(object);
    if (copy == nullptr) return;
    const bool ancestor = is_ancestor_of_reader(id, path);
    if (state_.is_server() || (ancestor && Leases(state_).held())) {
        ReadReturn back{id, *copy, std::move(path), owner};
        Adjusting(state_).passes(owner, id.key, back);
        descend(std::move(back));
        return;
    }
    if (ancestor) {
        if (!state_.options.search_tree) path.push_back(state_.self.id);
        ++state_.counters.reads_above_ancestor;
    }
    if (path.size() > state_.options.max_hops) {
        ++state_.counters.bound_hops;
        return;
    }
    ReadClimb climb{id, *copy, {}, {}, std::move(path), owner};
    Bundle bundle = Copier(state_).collect({object}, object);
    climb.copies = std::move(bundle.copies);
    climb.dependencies = std::move(bundle.dependencies);
    if (!ancestor) Adjusting(state_).passes(owner, id.key, climb);  // else on its way down again
    state_.send(state_.parent_id(), std::move(climb));
}

bool Reads::is_ancestor_of_reader(const RequestId& id, const Path& path) const {
    if (state_.options.search_tree) {
        return id.origin == state_.self.id || state_.covers(id.key);
    }
    if (path.empty()) return id.origin == state_.self.id;
    return state_.is_live_child(path.back());
}

void Reads::on_return(const ReadReturn& message) {
    Adjusting(state_).passes(message.owner, message.id.key, message);
    descend(message);
}

void Reads::descend(ReadReturn message) {
    if (state_.options.search_tree && message.id.origin != state_.self.id) {
        const Child* next = SearchTree(state_).next_hop(message.id.key);
        if (next == nullptr) {
            ++state_.counters.reads_unanswerable;  // the reader repeats it (C15)
        } else {
            state_.send(next->card.id, std::move(message));
        }
        return;
    }
    if (!message.path.empty()) {
        const ProcessId next = message.path.back();
        message.path.pop_back();
        if (next == state_.self.id) {
            descend(std::move(message));
        } else if (state_.is_live_child(next)) {
            state_.send(next, std::move(message));
        } else {
            ++state_.counters.reads_unanswerable;  // the reader repeats it (C15)
        }
        return;
    }
    const RequestId& id = message.id;
    const auto found = state_.reads.find(id.number);
    if (id.origin != state_.self.id || id.incarnation != state_.self.incarnation ||
        found == state_.reads.end() || found->second.object != message.object.id) {
        ++state_.counters.reads_unanswerable;
        return;
    }
    const OperationId operation = found->second.operation;
    state_.reads.erase(found);
    // Kept if newer, without dependencies: they are recorded at an ancestor (C8).
    state_.copies.save(message.object, state_.mutations.save_copies_unconditionally);
    note_version(state_.read_versions, message.object.id, message.object.version);
    if (state_.mutations.force_names_only && state_.parent) {
        note_version(state_.parent->has, message.object.id, message.object.version);
    }
    state_.notify(ReadCompleted{operation, std::move(message.object)});
}

void Reads::tick() {
    if (state_.is_frozen()) return;
    std::vector<std::uint64_t> late;
    for (auto& [number, read] : state_.reads) {
        if (state_.now - read.asked < state_.options.retry_read) continue;
        read.asked = state_.now;
        late.push_back(number);
    }
    for (const std::uint64_t number : late) {
        ++state_.counters.reads_retried;
        ask(number);
    }
}

void Reads::abort_all(const std::string& reason) {
    for (const auto& [number, read] : state_.reads) {
        state_.notify(Aborted{read.operation, Error{Errc::disconnected, reason}});
    }
    state_.reads.clear();
}

}  // namespace tributary::netlayer
