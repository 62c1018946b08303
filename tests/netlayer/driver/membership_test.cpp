// Cards, revocation and enrolment among real nodes on loopback: protocol section 6.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <thread>

#include "netlayer/driver/enrolment.hpp"
#include "netlayer/identity/member_register.hpp"
#include "tests/netlayer/driver/cluster.hpp"

namespace tributary::netlayer {
namespace {

class MembershipOnSockets : public testing::Test {
 protected:
    /// A chain: server, first, second.
    void start_chain() {
        cluster_.enrol("first");
        cluster_.enrol("second");
        ASSERT_TRUE(cluster_.start_server());
        first_ = join("first");
        second_ = join("second");
        ASSERT_TRUE(first_ && second_);
        ASSERT_EQ(parent_of(*second_), "first");
    }
    std::unique_ptr<Node> join(const std::string& name) {
        auto node = cluster_.join(name);
        EXPECT_TRUE(node) << (node ? "" : node.error().message);
        return node ? std::move(*node) : nullptr;
    }
    static std::string parent_of(Node& node) {
        const auto status = node.status();
        return status && status->process.parent ? status->process.parent->card.name : "";
    }
    static bool becomes(const std::function<bool()>& true_soon) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (!true_soon()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return true;
    }

    Cluster cluster_{1};
    SystemClock clock_;
    MemberRegister members_{cluster_.folder("server"), clock_};
    std::unique_ptr<Node> first_;
    std::unique_ptr<Node> second_;
};

TEST_F(MembershipOnSockets, ARevokedMembersLinksEndAndTheOthersGoOn) {
    start_chain();

    ASSERT_TRUE(members_.revoke("first"));

    EXPECT_TRUE(becomes([&] { return parent_of(*second_) == "server"; }));
    EXPECT_FALSE(first_->update(increment_of({"a"})));
    EXPECT_TRUE(second_->update(increment_of({"a"}, Durability::durable)));
}

TEST_F(MembershipOnSockets, ARevocationOutlivesTheCoordinator) {
    start_chain();
    cluster_.stop_server();

    ASSERT_TRUE(members_.revoke("first"));
    ASSERT_TRUE(cluster_.start_server());

    EXPECT_TRUE(becomes([&] { return parent_of(*second_) == "server"; }));
    EXPECT_FALSE(first_->update(increment_of({"a"})));
}

TEST_F(MembershipOnSockets, ARevokedMemberIsToldAndCannotComeBack) {
    start_chain();
    ASSERT_TRUE(members_.revoke("first"));
    first_.reset();
    Metrics metrics;

    const auto node = Node::start(cluster_.options("first"), nullptr, metrics);
    ASSERT_TRUE(node);
    const Status status = (*node)->wait_connected(kPatience);

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::permission);
}

TEST_F(MembershipOnSockets, CardsRenewThemselvesAndNeighboursHearOfIt) {
    cluster_.set_card_lifetime(std::chrono::seconds(4), std::chrono::seconds(1));
    start_chain();
    const std::string before = second_->status().value().process.parent->card.membership;
    const auto begun = std::chrono::steady_clock::now();

    const bool renewed = becomes(
        [&] { return second_->status().value().process.parent->card.membership != before; });

    EXPECT_FALSE(before.empty());
    EXPECT_TRUE(renewed);
    std::this_thread::sleep_until(begun + std::chrono::seconds(7));  // the first cards ran out
    EXPECT_EQ(second_->status().value().joins, 1U);
    EXPECT_EQ(cluster_.server_count("driver.links_of_void_cards"), 0U);
    EXPECT_TRUE(second_->update(increment_of({"a"}, Durability::durable)));
}

TEST_F(MembershipOnSockets, AnInvitedSiteAsksIsApprovedAndJoins) {
    ASSERT_TRUE(cluster_.start_server());
    const KeyPair one_time = *generate_keys();
    const KeyPair site = cluster_.make_member("clinic");
    ASSERT_TRUE(
        members_.invite("clinic", one_time.public_key, clock_.wall() + std::chrono::minutes(1)));
    const EnrolmentRequest request{cluster_.endpoint(), cluster_.server_keys().public_key, one_time,
                                   site.public_key, kPatience};

    const Status asked = request_enrolment(request);
    const Status again = request_enrolment(request);
    ASSERT_TRUE(members_.approve("clinic"));
    const auto node = cluster_.join("clinic");

    EXPECT_TRUE(asked) << (asked ? "" : asked.error().message);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::permission);
    EXPECT_TRUE(node) << (node ? "" : node.error().message);
}

TEST_F(MembershipOnSockets, ACoordinatorThatIsNotThereIsUnreachable) {
    const KeyPair keys = *generate_keys();

    const Status asked = request_enrolment(
        {"tcp://127.0.0.1:9", keys.public_key, keys, keys.public_key, std::chrono::seconds(2)});

    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, Errc::unreachable);
}

}  // namespace
}  // namespace tributary::netlayer
