#include "netlayer/operation/forces.hpp"

#include "netlayer/depend/copier.hpp"

namespace tributary::netlayer {

void Forces::start(OperationId operation, std::set<ObjectId> objects) {
    if (state_.is_server()) {  // the Persist of this step stands before the notice
        state_.notify(Durable{operation});
        return;
    }
    const std::uint64_t number = ++state_.numbers;
    const auto [place, inserted] =
        state_.forces.emplace(number, PendingForce{operation, std::move(objects), state_.now});
    ask(number, place->second);
}

void Forces::ask(std::uint64_t number, const PendingForce& force) {
    Force message;
    message.id = {state_.self.id, state_.self.incarnation, number};
    message.path = {state_.self.id};
    Bundle bundle = Copier(state_).collect(force.objects);
    message.objects = std::move(bundle.copies);
    message.dependencies = std::move(bundle.dependencies);
    state_.send(state_.parent_id(), std::move(message));
}

void Forces::on_force(const Force& message) {
    Copier(state_).save(message.objects, message.dependencies);
    if (state_.is_server()) {
        confirm(message.id, message.path);
        return;
    }
    if (message.path.size() >= state_.options.max_hops) {
        ++state_.counters.bound_hops;
        return;
    }
    Force onward{message.id, {}, {}, message.path};
    onward.path.push_back(state_.self.id);
    std::set<ObjectId> roots;
    for (const Object& object : message.objects) roots.insert(object.id);
    Bundle bundle = Copier(state_).collect(roots);
    onward.objects = std::move(bundle.copies);
    onward.dependencies = std::move(bundle.dependencies);
    state_.send(state_.parent_id(), std::move(onward));
}

void Forces::on_confirm(const ForceConfirm& message) {
    Path path = message.path;
    // A successor finds itself where the leaver would have sent the answer on to it.
    while (!path.empty() && path.back() == state_.self.id) path.pop_back();
    if (!path.empty()) {
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
        ask(number, force);
    }
}

}  // namespace tributary::netlayer
