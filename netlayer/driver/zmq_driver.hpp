#pragma once
// The reactor: feeds one Process from sockets, timers, the pool, the store and local callers, and
// performs its effects.
// Invariants: the process sees one event at a time, with a time that never goes back; effects are
// performed in order, and none that stands behind a Persist before that is on disk (the steps of
// one turn are stored together, with the state after the last); when as many effects wait for the
// store as the bound allows, peers are not read. After a failure of the store nothing is performed
// any more. Thread: run() on the reactor's own thread; mailbox() and request_stop() from any;
// everything else from tasks in the mailbox. protocol sections 1 (decision 1), 6, 7.

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/random.hpp"
#include "netlayer/driver/incarnations.hpp"
#include "netlayer/driver/mailbox.hpp"
#include "netlayer/driver/node.hpp"
#include "netlayer/driver/operations.hpp"
#include "netlayer/driver/store_writer.hpp"
#include "netlayer/driver/transport.hpp"
#include "netlayer/driver/worker_pool.hpp"
#include "netlayer/process.hpp"

namespace tributary::netlayer {

class ZmqDriver {
 public:
    using Done = std::function<void(Status)>;

    /// Everything but the thread.
    /// @param store  server only
    /// @error as Node::start
    static Result<std::unique_ptr<ZmqDriver>> make(NodeOptions options,
                                                   std::unique_ptr<Store> store, Metrics& metrics);
    /// For make().
    explicit ZmqDriver(NodeOptions options);
    ~ZmqDriver();
    ZmqDriver(const ZmqDriver&) = delete;
    ZmqDriver& operator=(const ZmqDriver&) = delete;

    /// Works until request_stop(); then everything that waits fails with `disconnected`.
    void run();
    void request_stop();
    [[nodiscard]] Mailbox& mailbox() { return *mailbox_; }
    [[nodiscard]] const std::string& endpoint() const { return transport_->endpoint(); }

    void update(UpdateRequest request, Operations::UpdateDone done);
    void read(ObjectId object, bool strict, Operations::ReadDone done);
    void leave(Done done);
    void rotate(ProcessId child);
    Status choose(RotationPolicy policy);
    Result<KeyTable> keys(bool bisect);
    void with_store(StoreTask task, Done done);
    Result<SigningPublic> coordinator_key() const;
    void when_connected(Done done);
    [[nodiscard]] NodeStatus status() const;
    [[nodiscard]] OverlayView overlay() const { return process_->overlay(); }

 private:
    Status open_sockets(Metrics& metrics);
    Status open_keys();
    MemberKeys member_keys(ProcessId member, const std::string& organization);
    void assign_key(JoinRequest& request);
    Status begin_life(std::unique_ptr<Store> store);
    Status begin_service(std::unique_ptr<Store> store, Process::Setup& setup);
    [[nodiscard]] Card own_card() const;

    void turn();
    [[nodiscard]] Micros time_to_wait() const;
    void fire_timers();
    void join_when_due();
    void give_up_joining();
    void step(Input input);
    void submit_changes();
    void perform_what_may();

    void perform(const Send& effect) { transport_->send(effect); }
    void perform(const SendDirect& effect) { transport_->send_direct(effect); }
    void perform(const OpenLink& effect) { transport_->open(effect); }
    void perform(const CloseLink& effect) { transport_->close(effect); }
    void perform(const Welcome& effect) { transport_->welcome(effect); }
    void perform(const SetTimer& effect) { timers_[effect.timer] = effect.at; }
    void perform(const StartComputation& effect);
    void perform(const Persist& /*effect*/) {}
    void perform(const Notify& effect);

    void on(const Applied& notice) { operations_.on(notice); }
    void on(const Durable& notice) { operations_.on(notice); }
    void on(const Aborted& notice) { operations_.on(notice); }
    void on(const ReadCompleted& notice) { operations_.on(notice); }
    void on(const Joined& notice);
    void on(const JoinRefused& notice);
    void on(const Left& notice);
    void on(const LeaveRefused& notice);
    void on(const LostConnection& notice);
    void on(const ParentReplaced& notice);
    void on(const ChildJoined& notice);
    void on(const ChildGone& notice);

    void on_stored(const Result<std::uint64_t>& token);
    void tell_stored();
    void remember(const JoinRequest& request);
    void join_later();
    void answer(std::vector<Done>& waiting, const Status& status);
    void end();
    [[nodiscard]] std::optional<Error> dead() const;
    [[nodiscard]] bool is_server() const { return options_.role == Role::server; }
    [[nodiscard]] bool may_read() const;

    NodeOptions options_;
    SystemClock clock_;
    Random random_;
    std::unique_ptr<Mailbox> mailbox_;
    std::unique_ptr<Context> context_;
    std::unique_ptr<Transport> transport_;
    std::optional<Incarnations> incarnations_;  ///< client
    std::optional<Process> process_;
    Operations operations_;
    std::map<TimerId, Micros> timers_;
    std::deque<Effect> effects_;          ///< not performed yet
    std::map<ObjectId, Object> changed_;  ///< of this turn's steps, newest versions
    std::vector<Effect> changing_;        ///< effects that wait for this turn's Persist
    std::uint64_t unsubmitted_ = 0;       ///< its token, or 0
    std::uint64_t stored_ = 0;            ///< newest token on disk
    /// Versions by the token of their Persist, to be told when that is on disk.
    std::deque<std::pair<std::uint64_t, std::vector<Object>>> storing_;
    std::set<std::string> remembered_;
    std::optional<KeyOffice> keys_;  ///< server of a search tree
    std::vector<Done> connect_waits_;
    std::vector<Done> leave_waits_;
    std::optional<Micros> join_at_;
    Micros backoff_;
    NodeStatus notes_;  ///< joins, last_loss, last_refusal, failure
    bool left_ = false;
    bool ended_ = false;
    std::atomic<bool> stopping_{false};
    std::unique_ptr<WorkerPool> pool_;
    std::unique_ptr<StoreWriter> writer_;  ///< server
};

}  // namespace tributary::netlayer
