#pragma once
// The operations that callers wait for, from invocation to their last report.
// Invariants: `done` of every operation is called exactly once, `on_durable` at most once and only
// after a successful `done` or together with it; numbers are never used twice.
// Thread: the reactor's. protocol section 1, decision 5.

#include <functional>
#include <map>
#include <memory>

#include "netlayer/driver/node.hpp"
#include "netlayer/effect.hpp"

namespace tributary::netlayer {

class Operations {
 public:
    using UpdateDone = std::function<void(Result<UpdateReport>)>;
    using ReadDone = std::function<void(Result<Object>)>;

    /// @param last  every operation gets a larger number
    explicit Operations(std::size_t limit, OperationId last = 0) : limit_(limit), last_(last) {}

    /// Registers an update; at the bound it fails at once.
    /// @return  the event for the process, or nothing
    std::optional<UpdateInvoked> begin(UpdateRequest request, UpdateDone done);
    std::optional<ReadInvoked> begin(ObjectId object, bool strict, ReadDone done);

    /// The program of an update that is still wanted; empty otherwise.
    [[nodiscard]] Computation program(OperationId operation) const;

    void on(const Applied& notice);
    void on(const Durable& notice);
    void on(const Aborted& notice);
    void on(const ReadCompleted& notice);
    /// Fails everything that waits.
    void fail_all(const Error& error);

    [[nodiscard]] std::size_t size() const { return updates_.size() + reads_.size(); }

 private:
    struct Update {
        UpdateRequest request;
        UpdateDone done;
        UpdateReport report;
        bool applied = false;
    };

    static void settle(Update& update, const Status& durable);

    std::size_t limit_;
    OperationId last_ = 0;
    std::map<OperationId, Update> updates_;
    std::map<OperationId, ReadDone> reads_;
};

}  // namespace tributary::netlayer
