// Nothing that stands behind a Persist leaves the server before the store has it.
// protocol section 7.

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <utility>

#include "netlayer/store/sqlite_store.hpp"
#include "tests/netlayer/driver/cluster.hpp"

namespace tributary::netlayer {
namespace {

/// What a test knows and decides about the store of a running server.
struct Gate {
    std::atomic<bool> closed{false};
    std::promise<void> reached;
    std::promise<void> opened;
    bool broken = false;
};

/// A store whose commits wait at a gate, or fail.
class GatedStore final : public Store {
 public:
    GatedStore(std::unique_ptr<Store> inner, std::shared_ptr<Gate> gate)
        : inner_(std::move(inner)), gate_(std::move(gate)) {}

    Status commit(const Batch& batch) override {
        if (gate_->closed && std::exchange(first_, false)) {
            gate_->reached.set_value();
            gate_->opened.get_future().wait();
        }
        if (gate_->broken) return fail(Errc::io, "the disk is full");
        return inner_->commit(batch);
    }
    Result<std::optional<StoredState>> load_state() override { return inner_->load_state(); }
    Result<std::vector<Object>> load() override { return inner_->load(); }
    Result<Incarnation> begin_incarnation() override { return inner_->begin_incarnation(); }
    Status enrol(const Member& member) override { return inner_->enrol(member); }
    Result<std::vector<Member>> members() override { return inner_->members(); }
    Result<std::vector<StoredVersion>> history(const ObjectId& object) override {
        return inner_->history(object);
    }
    Result<Object> version(const ObjectId& object, Version version) override {
        return inner_->version(object, version);
    }
    Status tag(const Tag& tag, Retag retag) override { return inner_->tag(tag, retag); }
    Status untag(const ObjectId& object, const std::string& name) override {
        return inner_->untag(object, name);
    }

 private:
    std::unique_ptr<Store> inner_;
    std::shared_ptr<Gate> gate_;
    bool first_ = true;
};

class PersistBeforeSend : public testing::Test {
 protected:
    void SetUp() override {
        cluster_.enrol("campus");
        const auto gate = gate_;
        ASSERT_TRUE(cluster_.start_server([gate](std::unique_ptr<Store> store) {
            return std::make_unique<GatedStore>(std::move(store), gate);
        }));
        auto campus = cluster_.join("campus");
        ASSERT_TRUE(campus) << campus.error().message;
        campus_ = std::move(*campus);
        gate_->closed = true;
    }

    Cluster cluster_;
    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
    std::unique_ptr<Node> campus_;
};

TEST_F(PersistBeforeSend, DurableIsNotReportedBeforeTheStoreHasIt) {
    std::promise<Result<UpdateReport>> outcome;
    auto answered = outcome.get_future();
    campus_->submit(increment_of({"a"}, Durability::durable),
                    [&](auto report) { outcome.set_value(std::move(report)); });
    gate_->reached.get_future().wait();

    // Two round trips of the server's reactor: an answer that may leave has left.
    const auto first = cluster_.server().status();
    const auto second = cluster_.server().status();
    const bool early =
        answered.wait_for(std::chrono::milliseconds(200)) == std::future_status::ready;
    gate_->opened.set_value();
    const bool on_time = answered.wait_for(kPatience) == std::future_status::ready;

    EXPECT_GT(second->unstored, 0U);
    EXPECT_FALSE(early);
    ASSERT_TRUE(on_time);
    EXPECT_TRUE(answered.get());
}

TEST_F(PersistBeforeSend, ADiskThatIsSlowerThanALeaseIsAPause) {
    std::promise<Result<UpdateReport>> outcome;
    auto answered = outcome.get_future();
    campus_->submit(increment_of({"a"}, Durability::durable),
                    [&](auto report) { outcome.set_value(std::move(report)); });
    gate_->reached.get_future().wait();

    std::this_thread::sleep_for(3 * cluster_.options("campus").process.silence);
    gate_->opened.set_value();

    ASSERT_EQ(answered.wait_for(kPatience), std::future_status::ready);
    EXPECT_TRUE(answered.get());
    EXPECT_EQ(campus_->status().value().joins, 1U);
    EXPECT_EQ(campus_->status().value().last_loss, "");
}

TEST_F(PersistBeforeSend, AFailedStoreEndsAllWorkWithItsReason) {
    gate_->broken = true;
    gate_->opened.set_value();
    std::promise<Result<UpdateReport>> outcome;
    auto answered = outcome.get_future();
    campus_->submit(increment_of({"a"}, Durability::durable),
                    [&](auto report) { outcome.set_value(std::move(report)); });
    ASSERT_EQ(answered.wait_for(kPatience), std::future_status::ready);

    const auto report = answered.get();
    const auto status = cluster_.server().status();
    const auto read = cluster_.server().read("a", false);

    EXPECT_FALSE(report);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->failure, "the disk is full");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "the disk is full");
}

}  // namespace
}  // namespace tributary::netlayer
