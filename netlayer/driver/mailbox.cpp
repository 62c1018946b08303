#include "netlayer/driver/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tributary::netlayer {

Result<std::unique_ptr<Mailbox>> Mailbox::make(std::size_t limit) {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) {
        return fail(Errc::io, std::string("cannot make an event descriptor: ") +
                                  std::strerror(errno) + ". Raise the limit of open files");
    }
    return std::make_unique<Mailbox>(descriptor, limit);
}

Mailbox::~Mailbox() {
    ::close(descriptor_);
}

Status Mailbox::post(Task task, Bound bound) {
    const std::lock_guard lock(mutex_);
    if (closed_) return fail(Errc::disconnected, "the node is stopped. Start it again");
    if (bound == Bound::limited && tasks_.size() >= limit_) {
        return fail(Errc::limit_exceeded, std::to_string(limit_) +
                                              " requests wait for the node. Wait for one to "
                                              "complete");
    }
    tasks_.push_back(std::move(task));
    // Fails only when the counter is full, and then it is readable anyway.
    static_cast<void>(::eventfd_write(descriptor_, 1));
    return {};
}

std::vector<Mailbox::Task> Mailbox::take() {
    const std::lock_guard lock(mutex_);
    eventfd_t ignored = 0;
    static_cast<void>(::eventfd_read(descriptor_, &ignored));
    return std::exchange(tasks_, {});
}

std::vector<Mailbox::Task> Mailbox::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return std::exchange(tasks_, {});
}

}  // namespace tributary::netlayer
