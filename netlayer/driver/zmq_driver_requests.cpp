// What local callers ask of a node, on the reactor's thread.
#include <utility>

#include "netlayer/driver/zmq_driver.hpp"

namespace tributary::netlayer {

std::optional<Error> ZmqDriver::dead() const {
    if (ended_) return Error{Errc::disconnected, "the node is stopped. Start it again"};
    if (!notes_.failure.empty()) return Error{Errc::io, notes_.failure};
    return std::nullopt;
}

void ZmqDriver::update(UpdateRequest request, Operations::UpdateDone done) {
    if (const auto error = dead()) {
        done(fail(*error));
    } else if (auto invoked = operations_.begin(std::move(request), std::move(done))) {
        step(std::move(*invoked));
    }
}

void ZmqDriver::read(ObjectId object, bool strict, Operations::ReadDone done) {
    if (const auto error = dead()) {
        done(fail(*error));
    } else if (auto invoked = operations_.begin(std::move(object), strict, std::move(done))) {
        step(std::move(*invoked));
    }
}

void ZmqDriver::leave(Done done) {
    if (const auto error = dead()) {
        done(fail(*error));
    } else if (left_) {
        done({});
    } else {
        leave_waits_.push_back(std::move(done));
        step(LeaveInvoked{});
    }
}

void ZmqDriver::rotate(ProcessId child) {
    if (!dead()) step(RotateInvoked{child});
}

Status ZmqDriver::choose(RotationPolicy policy) {
    if (const auto error = dead()) return fail(*error);
    if (!is_server() || !options_.process.search_tree) {
        return fail(Errc::invalid_argument,
                    "a policy needs a tree that rotates, and its coordinator. Start one with: "
                    "tributary coordinator --tree search");
    }
    step(PolicyChosen{policy});
    return {};
}

Result<SigningPublic> ZmqDriver::coordinator_key() const {
    if (const auto& key = transport_->coordinator_key()) return *key;
    return fail(
        Errc::unreachable,
        "the coordinator's signing key is not known yet. Repeat when the site is connected: "
        "tributary status --state DIR");
}

/// `done` is called on the writer's thread, or at once.
void ZmqDriver::with_store(StoreTask task, Done done) {
    if (const auto error = dead()) return done(fail(*error));
    if (!is_server()) {
        return done(fail(Errc::invalid_argument,
                         "a member has no store. Ask the coordinator: give its --state"));
    }
    const bool accepted = writer_->run_on_store([task = std::move(task), done](Store* store) {
        done(store != nullptr ? task(*store)
                              : Status(fail(Errc::io,
                                            "the store failed. Ask for the status of the "
                                            "coordinator, and start it again")));
    });
    if (accepted) return;
    done(fail(Errc::limit_exceeded,
              "too many requests wait for the store. Repeat when some have been answered"));
}

void ZmqDriver::when_connected(Done done) {
    if (const auto error = dead()) {
        done(fail(*error));
    } else if (process_->phase() == Phase::connected) {
        done({});
    } else {
        connect_waits_.push_back(std::move(done));
    }
}

NodeStatus ZmqDriver::status() const {
    NodeStatus status = notes_;
    status.process = process_->status();
    status.endpoint = transport_->endpoint();
    status.connected = process_->phase() == Phase::connected || process_->phase() == Phase::leaving;
    status.programs = pool_->size();
    status.unstored = effects_.size() + changing_.size();
    return status;
}

void ZmqDriver::answer(std::vector<Done>& waiting, const Status& status) {
    for (const Done& done : std::exchange(waiting, {})) done(status);
}

void ZmqDriver::end() {
    ended_ = true;
    for (const Mailbox::Task& task : mailbox_->close()) task();
    const Error error = *dead();
    operations_.fail_all(error);
    answer(connect_waits_, fail(error));
    answer(leave_waits_, fail(error));
}

}  // namespace tributary::netlayer
