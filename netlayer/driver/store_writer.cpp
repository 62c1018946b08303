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

void StoreWriter::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void StoreWriter::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !batches_.empty() || !members_.empty(); });
        const std::vector<Persist> batches = std::exchange(batches_, {});
        const std::vector<Member> members = std::exchange(members_, {});
        if (batches.empty() && members.empty()) return;
        lock.unlock();
        const Status status = write(batches, members);
        if (!status) {
            stored_(fail(status.error()));
            return;
        }
        if (!batches.empty()) stored_(batches.back().token);
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
