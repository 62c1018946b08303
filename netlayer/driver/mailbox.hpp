#pragma once
// The way into the reactor for other threads: a bounded queue of things to do, and a descriptor
// that becomes readable when there are any.
// Invariants: what post() accepted is handed out by take() exactly once, in order; after close()
// nothing more is accepted. post() from any thread; take() and close() from the reactor's.

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.hpp"

namespace tributary::netlayer {

class Mailbox {
 public:
    using Task = std::function<void()>;
    enum class Bound { limited, unlimited };

    /// @param limit  tasks that may wait when posted with Bound::limited
    /// @error io (no descriptors left)
    static Result<std::unique_ptr<Mailbox>> make(std::size_t limit);
    /// For make().
    Mailbox(int descriptor, std::size_t limit) : descriptor_(descriptor), limit_(limit) {}
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox();

    /// @param bound  unlimited for answers, whose number the questions bound
    /// @error limit_exceeded, disconnected (closed)
    Status post(Task task, Bound bound = Bound::limited);
    /// Everything that waits.
    std::vector<Task> take();
    /// The last take(): later posts are refused.
    std::vector<Task> close();
    /// Readable while something waits.
    [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
    std::mutex mutex_;
    std::vector<Task> tasks_;
    bool closed_ = false;
    int descriptor_;
    std::size_t limit_;
};

}  // namespace tributary::netlayer
