#include "netlayer/driver/store_writer.hpp"

#include <utility>

#include "base/log.hpp"

namespace tributary::netlayer {

StoreWriter::StoreWriter(std::unique_ptr<Store> store, Report stored)
    : store_(std::move(store)), stored_(std::move(stored)), thread_([this] { run(); }) {}

StoreWriter::~StoreWriter() {
    stop();
}

void StoreWriter::submit(Persist batch) {
    {
        const std::lock_guard lock(mutex_);
        batches_.push_back(std::move(batch));
    }
    changed_.notify_one();
}

void StoreWriter::enrol(Member member) {
    {
        const std::lock_guard lock(mutex_);
        members_.push_back(std::move(member));
    }
    changed_.notify_one();
}

bool StoreWriter::run_on_store(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (tasks_.size() >= kMaxTasks) return false;
        if (!ended_) tasks_.push_back(std::exchange(task, nullptr));
    }
    if (task) task(nullptr);
    changed_.notify_one();
    return true;
}

void StoreWriter::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void StoreWriter::run() {
    work();
    end();
}

/// Nobody may wait for a task that cannot run any more.
void StoreWriter::end() {
    std::unique_lock lock(mutex_);
    ended_ = true;
    const std::vector<Task> tasks = std::exchange(tasks_, {});
    lock.unlock();
    for (const Task& task : tasks) task(nullptr);
}

void StoreWriter::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] {
            return stopping_ || !batches_.empty() || !members_.empty() || !tasks_.empty();
        });
        const std::vector<Persist> batches = std::exchange(batches_, {});
        const std::vector<Member> members = std::exchange(members_, {});
        const std::vector<Task> tasks = std::exchange(tasks_, {});
        if (batches.empty() && members.empty() && tasks.empty()) return;
        lock.unlock();
        const Status status = write(batches, members);
        if (!status) stored_(fail(status.error()));
        if (status && !batches.empty()) stored_(batches.back().token);
        for (const Task& task : tasks) task(status ? store_.get() : nullptr);
        if (!status) return;
        lock.lock();
    }
}

Status StoreWriter::write(const std::vector<Persist>& batches, const std::vector<Member>& members) {
    for (const Member& member : members) {
        if (const Status status = store_->enrol(member); !status) {
            log::warning("driver", "a member was not remembered",
                         {{"member", member.name}, {"cause", status.error().message}});
        }
    }
    Batch together;
    for (const Persist& batch : batches) {
        together.objects.insert(together.objects.end(), batch.objects.begin(), batch.objects.end());
    }
    // Only the image after the last step counts: the earlier ones are contained in it.
    if (!batches.empty() && batches.back().image) {
        together.state = encoder_.encode(*batches.back().image);
    }
    return batches.empty() ? Status{} : store_->commit(together);
}

}  // namespace tributary::netlayer
