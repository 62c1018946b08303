// What strangers and broken peers can send to a server: refused or dropped, counted, never
// processed. The peers are raw ZeroMQ sockets. protocol section 6.

#include <gtest/gtest.h>

#include <memory>

#include "netlayer/identity/member_register.hpp"
#include "netlayer/wire/codec.hpp"
#include "tests/netlayer/driver/cluster.hpp"
#include "tests/netlayer/driver/raw_peer.hpp"

namespace tributary::netlayer {
namespace {

class HostilePeer : public testing::Test {
 protected:
    void SetUp() override {
        member_ = cluster_.enrol("member");
        ASSERT_TRUE(cluster_.start_server());
    }
    std::unique_ptr<RawPeer> peer(const KeyPair* keys) {
        const Mechanism mechanism = keys == nullptr ? Mechanism::null : Mechanism::curve;
        return std::make_unique<RawPeer>(cluster_.endpoint(), mechanism,
                                         keys == nullptr ? KeyPair{} : *keys,
                                         cluster_.server_keys().public_key);
    }
    /// A join request that claims this sender and this card.
    [[nodiscard]] Bytes join_request(ProcessId from, const KeyPair& keys,
                                     const std::string& name) const {
        const Card card{process_id_of_key(keys.public_key), 1, "tcp://127.0.0.1:9", keys.public_key,
                        name};
        return *encode(Frame{from, kServer, 0, 0, 0, JoinRequest{card}});
    }
    [[nodiscard]] std::size_t children() {
        return cluster_.server().status().value().process.children.size();
    }

    Cluster cluster_;
    KeyPair member_;
};

TEST_F(HostilePeer, UnknownKeyIsRefusedAndCounted) {
    const KeyPair stranger = *generate_keys();

    const auto raw = peer(&stranger);
    raw->send(join_request(process_id_of_key(stranger.public_key), stranger, "stranger"));

    EXPECT_TRUE(cluster_.server_counts("driver.keys_refused", 1));
    EXPECT_EQ(children(), 0U);
    EXPECT_EQ(cluster_.server_count("driver.messages_received"), 0U);
}

TEST_F(HostilePeer, AnUnenrolledNodeIsToldItsKeyIsNotKnown) {
    cluster_.enrol("late");
    std::filesystem::remove(cluster_.folder("server") / "authorized" / "late");
    Metrics metrics;
    const auto node = Node::start(cluster_.options("late"), nullptr, metrics);
    ASSERT_TRUE(node);

    const Status status = (*node)->wait_connected(kPatience);

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::permission);
    EXPECT_NE(status.error().message.find("Enrol"), std::string::npos);
}

TEST_F(HostilePeer, NullMechanismIsRefusedAndCounted) {
    const auto raw = peer(nullptr);
    raw->send(join_request(process_id_of_key(member_.public_key), member_, "member"));

    EXPECT_TRUE(cluster_.server_counts("driver.handshakes_refused", 1));
    EXPECT_EQ(children(), 0U);
    EXPECT_EQ(cluster_.server_count("driver.messages_received"), 0U);
}

TEST_F(HostilePeer, PlainMechanismIsRefusedAndCounted) {
    RawPeer raw(cluster_.endpoint(), Mechanism::plain, member_, cluster_.server_keys().public_key);
    raw.send(join_request(process_id_of_key(member_.public_key), member_, "member"));

    EXPECT_TRUE(cluster_.server_counts("driver.handshakes_refused", 1));
    EXPECT_EQ(children(), 0U);
    EXPECT_EQ(cluster_.server_count("driver.messages_received"), 0U);
}

TEST_F(HostilePeer, OversizeIsDroppedAndCounted) {
    const auto raw = peer(&member_);
    raw->send(Bytes((std::size_t{16} << 20U) + (std::size_t{128} << 10U), 0));

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_oversize", 1));
    EXPECT_EQ(cluster_.server_count("driver.messages_received"), 0U);
}

TEST_F(HostilePeer, FarOversizeEndsTheConnection) {
    const auto raw = peer(&member_);
    raw->send(Bytes(std::size_t{20} << 20U, 0));

    EXPECT_TRUE(cluster_.server_counts("driver.disconnects", 1));
    EXPECT_EQ(cluster_.server_count("driver.dropped_oversize"), 0U);
    EXPECT_EQ(cluster_.server_count("driver.messages_received"), 0U);
}

TEST_F(HostilePeer, GarbageIsDroppedAndCounted) {
    const auto raw = peer(&member_);
    raw->send(ByteView{});
    raw->send(to_bytes("not a frame"));
    raw->send(Bytes(1000, 0xFF));

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_garbage", 3));
    EXPECT_EQ(cluster_.server_count("driver.messages_received"), 0U);
}

TEST_F(HostilePeer, SeveralContentFramesAreGarbage) {
    const auto raw = peer(&member_);
    const Bytes valid = join_request(process_id_of_key(member_.public_key), member_, "member");
    raw->send(valid, true);
    raw->send(valid);

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_garbage", 1));
    EXPECT_EQ(children(), 0U);
}

TEST_F(HostilePeer, AMemberCannotSpeakForAnother) {
    const KeyPair victim = cluster_.enrol("victim");
    const ProcessId victim_id = process_id_of_key(victim.public_key);
    const ProcessId own_id = process_id_of_key(member_.public_key);

    const auto raw = peer(&member_);
    raw->send(join_request(victim_id, victim, "victim"));  // another sender
    raw->send(join_request(own_id, victim, "victim"));     // another card
    raw->send(join_request(own_id, member_, "victim"));    // another name
    raw->send(*encode(Frame{kServer, victim_id, 0, 0, 0, JoinRefuse{1, "go away"}}));

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_forged", 4));
    EXPECT_EQ(children(), 0U);
    EXPECT_EQ(cluster_.server_count("driver.messages_relayed"), 0U);
}

TEST_F(HostilePeer, AJoinWithoutACardIsDroppedAndCounted) {
    const auto raw = peer(&member_);
    raw->send(join_request(process_id_of_key(member_.public_key), member_, "member"));

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_unvouched", 1));
    EXPECT_EQ(children(), 0U);
}

TEST_F(HostilePeer, TheHolderOfAnInvitationCanAskAndNothingElse) {
    const KeyPair one_time = *generate_keys();
    const SystemClock clock;
    MemberRegister members(cluster_.folder("server"), clock);
    ASSERT_TRUE(
        members.invite("late", one_time.public_key, clock.wall() + std::chrono::minutes(1)));
    const ProcessId own_id = process_id_of_key(one_time.public_key);

    const auto raw = peer(&one_time);
    raw->send(join_request(own_id, one_time, "late"));
    raw->send(Frame{own_id, kServer});  // a member's greeting
    raw->send(*encode(Frame{own_id, kServer, 77, 1, 0, Retrieve{"a"}}));

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_forged", 3));
    EXPECT_EQ(cluster_.server_count("driver.cards_issued"), 0U);
    EXPECT_EQ(children(), 0U);
}

TEST_F(HostilePeer, TreeMessagesOfAnUnknownEpochChangeNothing) {
    const ProcessId own_id = process_id_of_key(member_.public_key);
    const Object forged{"a", 99, std::make_shared<const Bytes>(to_bytes("forged"))};

    const auto raw = peer(&member_);
    raw->send(*encode(Frame{own_id, kServer, 77, 1, 0, Migrate{forged, {}, {}}}));

    EXPECT_TRUE(cluster_.server_counts("driver.messages_received", 1));
    EXPECT_EQ(cluster_.server().read("a", true, kPatience)->version, 0U);
}

TEST_F(HostilePeer, AMemberWhoseKeyIsRemovedIsNotHeardAnyMore) {
    const auto node = cluster_.join("member");
    ASSERT_TRUE(node) << node.error().message;

    std::filesystem::remove(cluster_.folder("server") / "authorized" / "member");

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_forged", 1));
    EXPECT_FALSE((*node)->update(increment_of({"a"})));
}

TEST_F(HostilePeer, OthersWorkOnThroughoutAStormOfGarbage) {
    const KeyPair stranger = *generate_keys();
    const KeyPair attacker = cluster_.enrol("attacker");
    const auto unknown = peer(&stranger);
    const auto plain = peer(nullptr);
    const auto raw = peer(&attacker);
    const auto node = cluster_.join("member");
    ASSERT_TRUE(node) << node.error().message;

    for (int i = 0; i < 500; ++i) raw->send(Bytes(static_cast<std::size_t>(i), 0xA5));
    int applied = 0;
    for (int i = 0; i < 5; ++i) {
        applied += (*node)->update(increment_of({"a"}, Durability::durable)) ? 1 : 0;
    }

    EXPECT_EQ(applied, 5);
    EXPECT_TRUE(cluster_.server_counts("driver.dropped_garbage", 500));
}

}  // namespace
}  // namespace tributary::netlayer
