#pragma once
// A few threads that run programs of updates, so that training never holds up the reactor.
// Invariants: at most `limit` tasks wait; after stop() no task starts, and the running ones have
// ended. submit() and size() from any thread; stop() once, not from a task.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tributary::netlayer {

class WorkerPool {
 public:
    using Task = std::function<void()>;

    /// @param threads  at least one is started
    WorkerPool(std::size_t threads, std::size_t limit);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    ~WorkerPool();

    /// @return  false at the bound, or after stop()
    bool submit(Task task);
    /// Tasks that wait or run.
    [[nodiscard]] std::size_t size() const;
    void stop();

 private:
    void run();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    std::size_t running_ = 0;
    std::size_t limit_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace tributary::netlayer
