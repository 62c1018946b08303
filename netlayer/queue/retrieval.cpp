#include "netlayer/queue/retrieval.hpp"

#include <algorithm>

#include "netlayer/depend/copier.hpp"
#include "netlayer/splay/adjusting.hpp"
#include "netlayer/tree/census.hpp"

namespace tributary::netlayer {

bool Retrieval::request(const ObjectId& id, OperationId operation) {
    DistQueue* queue = state_.queue(id);
    if (queue == nullptr) return false;
    append(id, *queue, {state_.self.id, operation, state_.self.key});
    return true;
}

void Retrieval::finished(const ObjectId& id) {
    DistQueue* queue = state_.queue(id);
    if (queue == nullptr || !queue->head_is_self()) return;
    queue->set_idle(true);
    release(id, *queue);
}

bool Retrieval::on_retrieve(ProcessId from, const Retrieve& message) {
    DistQueue* queue = state_.queue(message.object);
    if (queue == nullptr) return false;
    const std::size_t most = state_.options.max_queue_of_one;
    if (queue->size() >= state_.options.max_queue ||
        (queue->size() >= most && queue->count(from) >= most)) {
        ++state_.counters.bound_queue;
        return false;
    }
    append(message.object, *queue, {from, kNoOperation, message.requester});
    return true;
}

bool Retrieval::on_migrate(ProcessId from, const Migrate& message) {
    const ObjectId& id = message.object.id;
    DistQueue* queue = state_.queue(id);
    if (queue == nullptr) return false;
    // The head points to where the object is: only from there can it come, and only for somebody.
    if (queue->size() < 2) return state_.mutations.no_fence;
    if (queue->head().process != from && !state_.mutations.no_fence) return false;

    state_.copies.save(message.object, state_.mutations.save_copies_unconditionally);
    Copier(state_).save(message.copies, message.dependencies);
    if (state_.parent && from == state_.parent_id()) {
        note_version(state_.parent->has, id, message.object.version);
    }
    Adjusting(state_).passes(message.from, message.to, message);
    queue->pop();
    dispatch(id, *queue, {message.from, message.to, message.hops, message.splay});
    release(id, *queue);
    return true;
}

std::uint64_t Retrieval::replace_child(ProcessId child) {
    std::uint64_t reconstituted = 0;
    for (auto& [id, queue] : state_.queues) {
        if (queue.replace_by_self(child)) {
            queue.set_idle(true);
            ++reconstituted;
        }
        release(id, queue);
    }
    return reconstituted;
}

void Retrieval::replace(ProcessId neighbour, ProcessId successor) {
    for (auto& [id, queue] : state_.queues) queue.replace(neighbour, successor);
}

void Retrieval::release_all() {
    for (auto& [id, queue] : state_.queues) release(id, queue);
}

void Retrieval::append(const ObjectId& id, DistQueue& queue, QueueEntry entry) {
    const ProcessId last = queue.tail().process;
    queue.push(entry);
    if (last == state_.self.id) {
        release(id, queue);
    } else {
        state_.send(last, Retrieve{id, entry.requester});
    }
}

void Retrieval::release(const ObjectId& id, DistQueue& queue) {
    if (state_.is_frozen() && !state_.mutations.frozen_local_steps) return;
    while (queue.can_hand_on()) {  // each turn removes an element
        queue.pop();
        dispatch(id, queue, {state_.self.key, next_owner(queue.head())});
    }
}

Key Retrieval::next_owner(const QueueEntry& head) const {
    if (head.requester != kNoKey) return head.requester;
    if (state_.parent && head.process == state_.parent_id()) return state_.parent->card.key;
    const auto child = state_.children.find(head.process);
    return child != state_.children.end() ? child->second.card.key : state_.self.key;
}

void Retrieval::dispatch(const ObjectId& id, DistQueue& queue, Trip trip) {
    const QueueEntry& head = queue.head();
    if (queue.head_is_self()) {
        if (trip.hops > 0) Census(state_).arrived(trip.hops, trip.from);
        if (head.operation == kNoOperation) {
            queue.set_idle(true);
        } else {
            state_.arrivals.push_back({id, head.operation});
        }
        return;
    }
    const Object* copy = state_.copies.find(id);
    Migrate message{copy != nullptr ? *copy : Object{id, 0, nullptr}, {}, {}};
    if (head.process == state_.parent_id()) {
        Bundle bundle = Copier(state_).collect({id}, id);
        message.copies = std::move(bundle.copies);
        message.dependencies = std::move(bundle.dependencies);
    }
    message.from = trip.from;
    message.to = trip.to;
    message.splay = trip.splay;
    message.hops = std::min<std::uint64_t>(trip.hops, kReportedHops) + 1;
    if (trip.from == state_.self.key) {
        message.splay = Adjusting(state_).invites(trip.to);
        Adjusting(state_).passes(trip.from, trip.to, message);
    }
    ++state_.counters.migrations;
    state_.send(head.process, std::move(message));
}

}  // namespace tributary::netlayer
