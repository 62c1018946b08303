#pragma once
// The thread that writes to the store, so that a disk never holds up the reactor. What waits while
// one transaction is being flushed goes into the next one together (group commit).
// Invariants: batches are written in order of their tokens; `stored` is told a token only when the
// batch and all before it are on disk; after the first failure of a batch nothing is written any
// more; a task is called once, whatever happens.
// submit(), enrol() and run_on_store() from one thread; `stored` is called on the writer's own
// thread.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "netlayer/effect.hpp"
#include "netlayer/server/image_codec.hpp"
#include "netlayer/store/store.hpp"

namespace tributary::netlayer {

class StoreWriter {
 public:
    using Report = std::function<void(Result<std::uint64_t> token)>;
    /// Runs on the writer's thread; null: the store has failed, or the writer has ended.
    using Task = std::function<void(Store* store)>;
    static constexpr std::size_t kMaxTasks = 64;  ///< that wait

    StoreWriter(std::unique_ptr<Store> store, Report stored);
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;
    /// Writes what was submitted, then ends the thread.
    ~StoreWriter();

    void submit(Persist batch);
    /// Remembers a member; a failure is logged.
    void enrol(Member member);
    /// Lets a task use the store between two transactions, after what was submitted before it.
    /// @return false when kMaxTasks wait already: it will not run
    bool run_on_store(Task task);
    void stop();

 private:
    void run();
    void work();
    void end();
    Status write(const std::vector<Persist>& batches, const std::vector<Member>& members);

    std::unique_ptr<Store> store_;
    ImageEncoder encoder_;  ///< the writer thread's only
    Report stored_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Persist> batches_;
    std::vector<Member> members_;
    std::vector<Task> tasks_;
    bool stopping_ = false;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace tributary::netlayer
