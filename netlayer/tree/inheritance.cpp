#include "netlayer/tree/inheritance.hpp"

#include <algorithm>

#include "netlayer/depend/copier.hpp"
#include "netlayer/operation/forces.hpp"
#include "netlayer/operation/reads.hpp"
#include "netlayer/queue/merge.hpp"
#include "netlayer/queue/retrieval.hpp"

namespace tributary::netlayer {

bool Inheritance::keep(const PromotePart& part) {
    PromotePart& kept = state_.holding->inherited;
    const ProcessOptions& options = state_.options;
    if (kept.objects.size() + part.objects.size() > options.max_copies ||
        kept.queues.size() + part.queues.size() > options.max_objects ||
        kept.dependencies.size() + part.dependencies.size() >
            options.max_copies * options.max_objects_per_update) {
        return false;
    }
    // Copies are of use even if this attempt fails: the next one need not send them again. What
    // they depend on is recorded at the leaver until it has left (INV-D).
    Copier(state_).save(part.objects, {});
    kept.objects.insert(kept.objects.end(), part.objects.begin(), part.objects.end());
    kept.queues.insert(kept.queues.end(), part.queues.begin(), part.queues.end());
    kept.dependencies.insert(kept.dependencies.end(), part.dependencies.begin(),
                             part.dependencies.end());
    return true;
}

bool Inheritance::accept(const Promote& message) {
    if (!fits(message)) return false;
    auto merged = merge(message);
    if (!merged) {
        ++state_.counters.merges_refused;
        return false;
    }
    const PromotePart& inherited = state_.holding->inherited;
    Copier(state_).save(inherited.objects, inherited.dependencies);
    state_.queues = std::move(*merged);
    return true;
}

bool Inheritance::fits(const Promote& message) const {
    const Holding& holding = *state_.holding;
    const ProcessId above = message.parent.card.id;
    if (holding.successor.id != state_.self.id || above == state_.self.id ||
        above == holding.leaver || state_.children.contains(above) ||
        state_.links.is_dead(above, message.parent.epoch) ||
        message.siblings.size() != holding.announced.size()) {
        return false;
    }
    return std::all_of(message.siblings.begin(), message.siblings.end(), [&](const auto& sibling) {
        const auto announced = holding.announced.find(sibling.card.id);
        return announced != holding.announced.end() && announced->second == sibling.epoch &&
               sibling.card.id != above;
    });
}

std::optional<std::map<ObjectId, DistQueue>> Inheritance::merge(const Promote& message) const {
    const Holding& holding = *state_.holding;
    std::set<ProcessId> near{holding.leaver, state_.self.id, message.parent.card.id};
    for (const auto& [sibling, epoch] : holding.announced) near.insert(sibling);
    std::map<ObjectId, std::deque<QueueEntry>> leavers;
    for (const auto& [id, queue] : state_.queues) {
        // A queue that the leaver never used: the object is somewhere above.
        leavers[id] = {{message.parent.card.id, kNoOperation}};
    }
    for (const QueueCopy& copy : holding.inherited.queues) {
        auto& entries = leavers[copy.object];
        entries.clear();
        for (const ProcessId process : copy.processes) {
            if (!near.contains(process)) return std::nullopt;
            entries.push_back({process, kNoOperation});
        }
    }
    std::map<ObjectId, DistQueue> merged;
    for (auto& [id, entries] : leavers) {
        auto queue = merge_one(id, std::move(entries));
        if (!queue) return std::nullopt;
        merged.emplace(id, std::move(*queue));
    }
    return merged;
}

std::optional<DistQueue> Inheritance::merge_one(const ObjectId& id,
                                                std::deque<QueueEntry> leavers) const {
    const ProcessId self = state_.self.id;
    const ProcessId leaver = state_.holding->leaver;
    const auto found = state_.queues.find(id);
    const DistQueue own =
        found != state_.queues.end() ? found->second : DistQueue(self, leaver, false);
    const bool at_leaver = leavers.front().process == leaver;
    auto entries = merge_queues({leaver, std::move(leavers)}, {self, own.entries()});
    if (!entries || entries->empty()) return std::nullopt;
    const bool idle = at_leaver ? !state_.mutations.promote_without_signal : own.idle();
    return DistQueue(self, std::move(*entries), idle);
}

void Inheritance::take_own(const std::vector<Message>& held) {
    const ProcessId self = state_.self.id;
    for (const Message& message : held) {
        if (const auto* climb = std::get_if<ReadClimb>(&message)) {
            Reads(state_).on_climb(*climb);
        } else if (const auto* force = std::get_if<Force>(&message)) {
            Forces(state_).on_force(*force);
        } else if (const auto* request = std::get_if<ReadRequest>(&message)) {
            Reads(state_).on_request(self, *request);
        } else if (const auto* retrieve = std::get_if<Retrieve>(&message)) {
            Retrieval(state_).on_retrieve(self, *retrieve);
        }
    }
}

}  // namespace tributary::netlayer
