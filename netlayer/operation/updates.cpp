#include "netlayer/operation/updates.hpp"

#include <algorithm>

#include "netlayer/operation/forces.hpp"
#include "netlayer/queue/retrieval.hpp"

namespace tributary::netlayer {

void Updates::invoke(const UpdateInvoked& request) {
    if (Status status = check(request); !status) {
        state_.notify(Aborted{request.operation, std::move(status).error()});
        return;
    }
    Update update;
    update.order = request.objects;
    if (!state_.mutations.order_as_given) std::sort(update.order.begin(), update.order.end());
    update.force = request.force;
    const ObjectId first = update.order.front();
    state_.updates.emplace(request.operation, std::move(update));
    Retrieval(state_).request(first, request.operation);
}

Status Updates::check(const UpdateInvoked& request) const {
    if (state_.phase != Phase::connected) {
        return fail(Errc::disconnected,
                    std::string("the update was not started: this process is ") +
                        phase_name(state_.phase) + "; wait until it has joined");
    }
    if (request.operation == kNoOperation || state_.updates.contains(request.operation)) {
        return fail(Errc::invalid_argument, "operation number " +
                                                std::to_string(request.operation) +
                                                " is zero or in use; choose another");
    }
    if (request.objects.empty() || request.objects.size() > state_.options.max_objects_per_update) {
        state_.counters.bound_update += request.objects.empty() ? 0 : 1;
        return fail(Errc::limit_exceeded,
                    "an update takes 1 to " +
                        std::to_string(state_.options.max_objects_per_update) + " objects, not " +
                        std::to_string(request.objects.size()) + "; split it");
    }
    if (state_.updates.size() + state_.reads.size() >= state_.options.max_operations) {
        ++state_.counters.bound_operations;
        return fail(Errc::limit_exceeded, std::to_string(state_.options.max_operations) +
                                              " operations are pending; wait for one to complete");
    }
    std::set<ObjectId> seen;
    for (const ObjectId& id : request.objects) {
        if (!valid_object_id(id) || !seen.insert(id).second) {
            return fail(Errc::invalid_argument,
                        "object id '" + id + "' is not valid or named twice; use 1 to 64 letters");
        }
        if (state_.queue(id) == nullptr) {
            return fail(Errc::limit_exceeded, "object " + id + " would exceed the bound of " +
                                                  std::to_string(state_.options.max_objects) +
                                                  " objects; use an existing one");
        }
    }
    return {};
}

void Updates::arrived(const Arrival& arrival) {
    const auto found = state_.updates.find(arrival.operation);
    if (found == state_.updates.end()) {
        Retrieval(state_).finished(arrival.object);
        return;
    }
    Update& update = found->second;
    ++update.held;
    if (update.held < update.order.size()) {
        Retrieval(state_).request(update.order[update.held], arrival.operation);
    } else {
        start_program(arrival.operation, update);
    }
}

void Updates::start_program(OperationId operation, Update& update) {
    update.computing = true;
    update.started = state_.now;
    StartComputation start{operation, {}};
    for (const ObjectId& id : update.order) {
        const Object* copy = state_.copies.find(id);
        start.inputs.push_back(copy != nullptr ? *copy : Object{id, 0, nullptr});
    }
    state_.effects.emplace_back(std::move(start));
}

void Updates::computed(const ComputationDone& done) {
    const auto found = state_.updates.find(done.operation);
    if (found == state_.updates.end() || !found->second.computing) return;  // of an earlier life
    const Update update = std::move(found->second);
    state_.updates.erase(found);

    Applied applied{done.operation, {}, {}};
    const Status outcome = check_outputs(update, done);
    if (outcome) {
        for (const ObjectId& id : update.order) {
            const Object* copy = state_.copies.find(id);
            applied.read.push_back({id, copy != nullptr ? copy->version : 0});
            note_version(state_.read_versions, id, applied.read.back().version);
        }
        applied.written = write(*done.outputs);
        record_dependencies(update, *done.outputs);
        state_.notify(applied);
        if (update.force) {
            Versions touched;
            for (const Touched& one : applied.read) note_version(touched, one.object, one.version);
            for (const Touched& one : applied.written) {
                note_version(touched, one.object, one.version);
            }
            Forces(state_).start(done.operation, std::move(touched));
        }
    } else {
        state_.notify(Aborted{done.operation, outcome.error()});
    }
    for (const ObjectId& id : update.order) Retrieval(state_).finished(id);
}

Status Updates::check_outputs(const Update& update, const ComputationDone& done) const {
    if (!done.outputs) return fail(done.outputs.error());
    std::set<ObjectId> seen;
    for (const Output& output : *done.outputs) {
        const bool ours = std::find(update.order.begin(), update.order.end(), output.object) !=
                          update.order.end();
        if (!ours || !seen.insert(output.object).second) {
            return fail(Errc::invalid_argument, "the program wrote object " + output.object +
                                                    ", which is not one of the operation's, or "
                                                    "wrote it twice; nothing was changed");
        }
    }
    return {};
}

std::vector<Touched> Updates::write(const std::vector<Output>& outputs) {
    std::vector<Touched> written;
    for (const Output& output : outputs) {
        const Object* before = state_.copies.find(output.object);
        const Version version = (before != nullptr ? before->version : 0) + 1;
        state_.copies.save(Object{output.object, version, output.body});
        note_version(state_.written_versions, output.object, version);
        written.push_back({output.object, version});
    }
    return written;
}

void Updates::record_dependencies(const Update& update, const std::vector<Output>& outputs) {
    if (state_.is_server()) return;
    for (const Output& output : outputs) {
        for (const ObjectId& input : update.order) state_.dependencies.add(output.object, input);
    }
}

void Updates::compute_again() {
    for (auto& [operation, update] : state_.updates) {
        if (update.computing) start_program(operation, update);
    }
}

void Updates::tick() {
    if (state_.is_frozen()) return;
    std::vector<OperationId> overdue;
    for (const auto& [operation, update] : state_.updates) {
        const bool late = state_.now - update.started >= state_.options.longest_program;
        if (update.computing && late) overdue.push_back(operation);
    }
    for (const OperationId operation : overdue) {
        ++state_.counters.programs_given_up;
        state_.dirty = true;
        // Not Errc::timeout, which is tried again: it would run too long again.
        computed({operation, fail(Errc::limit_exceeded,
                                  "the program of the update ran too long and was given up; the "
                                  "objects are as they were. Give it less to do at a time")});
    }
}

void Updates::abort_all(const std::string& reason) {
    for (const auto& [operation, update] : state_.updates) {
        state_.notify(Aborted{operation, Error{Errc::disconnected, reason}});
    }
    state_.updates.clear();
}

}  // namespace tributary::netlayer
