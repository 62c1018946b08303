#include "netlayer/driver/operations.hpp"

#include <utility>

namespace tributary::netlayer {

namespace {

Error too_many(std::size_t limit) {
    return {Errc::limit_exceeded, std::to_string(limit) +
                                      " operations wait for their reports. Wait for one to "
                                      "complete"};
}

}  // namespace

std::optional<UpdateInvoked> Operations::begin(UpdateRequest request, UpdateDone done) {
    if (size() >= limit_) {
        done(fail(too_many(limit_)));
        return std::nullopt;
    }
    const bool force = request.wait == Durability::durable || request.on_durable != nullptr;
    UpdateInvoked invoked{++last_, request.objects, force};
    updates_.emplace(last_, Update{std::move(request), std::move(done), {}, false});
    return invoked;
}

std::optional<ReadInvoked> Operations::begin(ObjectId object, bool strict, ReadDone done) {
    if (size() >= limit_) {
        done(fail(too_many(limit_)));
        return std::nullopt;
    }
    reads_.emplace(++last_, std::move(done));
    return ReadInvoked{last_, std::move(object), strict};
}

Computation Operations::program(OperationId operation) const {
    const auto found = updates_.find(operation);
    return found == updates_.end() ? Computation() : found->second.request.program;
}

void Operations::on(const Applied& notice) {
    const auto found = updates_.find(notice.operation);
    if (found == updates_.end()) return;
    Update& update = found->second;
    update.applied = true;
    for (const Touched& touched : notice.read) update.report.read[touched.object] = touched.version;
    for (const Touched& touched : notice.written) {
        update.report.written[touched.object] = touched.version;
    }
    const bool only_applied = update.request.wait == Durability::applied;
    if (only_applied) update.done(update.report);
    if (only_applied && !update.request.on_durable) updates_.erase(found);
}

void Operations::on(const Durable& notice) {
    auto node = updates_.extract(notice.operation);
    if (node) settle(node.mapped(), {});
}

void Operations::on(const Aborted& notice) {
    if (auto read = reads_.extract(notice.operation)) read.mapped()(fail(notice.error));
    if (auto update = updates_.extract(notice.operation)) {
        settle(update.mapped(), fail(notice.error));
    }
}

void Operations::on(const ReadCompleted& notice) {
    if (auto read = reads_.extract(notice.operation)) read.mapped()(notice.object);
}

void Operations::fail_all(const Error& error) {
    for (auto& [operation, done] : std::exchange(reads_, {})) done(fail(error));
    for (auto& [operation, update] : std::exchange(updates_, {})) settle(update, fail(error));
}

void Operations::settle(Update& update, const Status& durable) {
    const bool told = update.applied && update.request.wait == Durability::applied;
    if (!told) {
        update.report.durable = durable.has_value();
        update.done(durable ? Result<UpdateReport>(update.report)
                            : Result<UpdateReport>(fail(durable.error())));
    }
    if (update.applied && update.request.on_durable) update.request.on_durable(durable);
}

}  // namespace tributary::netlayer
