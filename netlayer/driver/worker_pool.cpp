#include "netlayer/driver/worker_pool.hpp"

#include <algorithm>
#include <utility>

namespace tributary::netlayer {

WorkerPool::WorkerPool(std::size_t threads, std::size_t limit) : limit_(limit) {
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

WorkerPool::~WorkerPool() {
    stop();
}

bool WorkerPool::submit(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || tasks_.size() >= limit_) return false;
        tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return true;
}

std::size_t WorkerPool::size() const {
    const std::lock_guard lock(mutex_);
    return tasks_.size() + running_;
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        tasks_.clear();
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void WorkerPool::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (stopping_) return;
        const Task task = std::move(tasks_.front());
        tasks_.pop_front();
        ++running_;
        lock.unlock();
        task();
        lock.lock();
        --running_;
    }
}

}  // namespace tributary::netlayer
