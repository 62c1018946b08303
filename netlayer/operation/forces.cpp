#include "netlayer/operation/forces.hpp"

#include "netlayer/depend/copier.hpp"
#include "netlayer/splay/adjusting.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

void Forces::start(OperationId operation, Versions objects) {
    if (state_.is_server()) {  // the Persist of this step stands before the notice
        state_.notify(Durable{operation});
        return;
    }
    const std::uint64_t number = ++state_.numbers;
    const auto [place, inserted] =
        state_.forces.emplace(number, PendingForce{operation, std::move(objects), state_.now});
    ask(number, place->second, false);
}

void Forces::ask(std::uint64_t number, const PendingForce& force, bool whole) {
    Force message;
    message.id = {state_.self.id, state_.self.incarnation, number, state_.self.key};
    if (!state_.options.search_tree) message.path = {state_.self.id};
    message.whole = whole;
    fill(message, force.objects);
    Adjusting(state_).passes(state_.self.key, kServerKey, message);
    state_.send(state_.parent_id(), std::move(message));
}

void Forces::fill(Force& message, const Versions& objects) {
    std::set<ObjectId> lacking;
    for (const auto& [id, version] : objects) {
        const auto had = state_.parent->has.find(id);
        if (!message.whole && had != state_.parent->has.end() && had->second >= version) {
            message.known.push_back({id, version});
        } else {
            lacking.insert(id);
        }
    }
    // What a known version depends on went up together with it.
    Bundle bundle = Copier(state_).collect(lacking);
    message.objects = std::move(bundle.copies);
    message.dependencies = std::move(bundle.dependencies);
}

std::optional<Versions> Forces::asked_for(const Force& message) const {
    Versions objects;
    for (const Object& object : message.objects) note_version(objects, object.id, object.version);
    for (const KnownVersion& known : message.known) {
        const Object* copy = state_.copies.find(known.object);
        const bool had = known.version == 0 || (copy != nullptr && copy->version >= known.version);
        if (!had && !state_.mutations.force_names_only) {
            return std::nullopt;
        }
        note_version(objects, known.object, known.version);
    }
    return objects;
}

void Forces::on_force(const Force& message) {
    Adjusting(state_).passes(message.id.key, kServerKey, message);
    Copier(state_).save(message.objects, message.dependencies);
    const auto objects = asked_for(message);
    if (!objects) {  // asked for again, with bodies
        ++state_.counters.forces_incomplete;
        return;
    }
    if (state_.is_server()) {
        confirm(message.id, message.path);
        return;
    }
    if (message.path.size() >= state_.options.max_hops) {
        ++state_.counters.bound_hops;
        return;
    }
    Force onward{message.id, {}, {}, message.path, {}, message.whole};
    if (!state_.options.search_tree) onward.path.push_back(state_.self.id);
    fill(onward, *objects);
    state_.send(state_.parent_id(), std::move(onward));
}

void Forces::on_confirm(const ForceConfirm& message) {
    Path path = message.path;
    // A successor finds itself where the leaver would have sent the answer on to it.
    while (!path.empty() && path.back() == state_.self.id) path.pop_back();
    const bool by_key = state_.options.search_tree && message.id.origin != state_.self.id;
    if (!path.empty() || by_key) {
        confirm(message.id, std::move(path));
        return;
    }
    const RequestId& id = message.id;
    const auto found = state_.forces.find(id.number);
    if (id.origin != state_.self.id || id.incarnation != state_.self.incarnation ||
        found == state_.forces.end()) {
        return;
    }
    const OperationId operation = found->second.operation;
    state_.forces.erase(found);
    if (operation != kNoOperation) state_.notify(Durable{operation});
}

void Forces::confirm(const RequestId& id, Path path) {
    if (state_.options.search_tree) {
        const Child* next = SearchTree(state_).next_hop(id.key);
        if (next != nullptr) state_.send(next->card.id, ForceConfirm{id, {}});
        return;
    }
    if (path.empty()) return;
    const ProcessId next = path.back();
    path.pop_back();
    if (state_.is_live_child(next)) state_.send(next, ForceConfirm{id, std::move(path)});
}

void Forces::tick() {
    if (state_.is_frozen()) return;
    for (auto& [number, force] : state_.forces) {
        if (state_.now - force.asked < state_.options.retry_force) continue;
        force.asked = state_.now;
        ++state_.counters.forces_retried;
        ask(number, force, true);
    }
}

}  // namespace tributary::netlayer
