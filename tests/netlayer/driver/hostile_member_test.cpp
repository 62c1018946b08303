// What a member that does not keep to the protocol can send on its edge of the tree: dropped or cut
// off, counted, never processed twice. It joins properly first, word by word. protocol section 6.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <thread>

#include "base/signing.hpp"
#include "tests/netlayer/driver/cluster.hpp"
#include "tests/netlayer/driver/raw_peer.hpp"

namespace tributary::netlayer {
namespace {

class HostileMember : public testing::Test {
 protected:
    /// Before anybody runs.
    virtual void prepare(Cluster& /*cluster*/) {}

    void SetUp() override {
        prepare(cluster_);
        keys_ = cluster_.enrol("rogue");
        self_ = process_id_of_key(keys_.public_key);
        ASSERT_TRUE(cluster_.start_server());
        peer_ = std::make_unique<RawPeer>(cluster_.endpoint(), Mechanism::curve, keys_,
                                          cluster_.server_keys().public_key);
        ASSERT_NO_FATAL_FAILURE(join());
    }

    /// Greets, gets a card, asks for a place, and opens the edge.
    void join() {
        Frame greeting{self_, kServer};
        const SigningKey signing = signing_key_from({});
        greeting.greeting.signing_key.assign(signing.public_key.begin(), signing.public_key.end());
        peer_->send(greeting);
        const auto session = hear([](const Frame& frame) { return !frame.message; });
        ASSERT_TRUE(session && !session->greeting.membership.empty());
        card_ = {
            self_, 1, "tcp://127.0.0.1:9", keys_.public_key, "rogue", session->greeting.membership};
        peer_->send(Frame{self_, kServer, 0, 0, 0, JoinRequest{card_}});
        const auto accepted = hear([](const Frame& frame) {
            return frame.message && std::holds_alternative<JoinAccept>(*frame.message);
        });
        ASSERT_TRUE(accepted);
        epoch_ = std::get<JoinAccept>(*accepted->message).epoch;
        peer_->send(Frame{self_, kServer, epoch_});
        ASSERT_TRUE(hear([this](const Frame& f) { return !f.message && f.epoch == epoch_; }));
    }

    std::optional<Frame> hear(const std::function<bool(const Frame&)>& wanted) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (std::chrono::steady_clock::now() < deadline) {
            const auto frame = peer_->receive(std::chrono::milliseconds(100));
            if (frame && wanted(*frame)) return frame;
        }
        return std::nullopt;
    }
    void say(Sequence sequence, Message message) {
        peer_->send(Frame{self_, kServer, epoch_, sequence, 0, std::move(message)});
    }
    /// Waits for a counter of the server's process.
    bool counts(const std::string& name, std::uint64_t at_least) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (std::chrono::steady_clock::now() < deadline) {
            const auto status = cluster_.server().status();
            if (status && status->process.counters.at(name) >= at_least) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }
    std::uint64_t count(const std::string& name) {
        return cluster_.server().status().value().process.counters.at(name);
    }

    Cluster cluster_{4, 5};
    KeyPair keys_;
    ProcessId self_ = 0;
    Card card_;
    Epoch epoch_ = 0;
    std::unique_ptr<RawPeer> peer_;
};

TEST_F(HostileMember, AReplayedMessageIsDroppedAndCounted) {
    say(1, Retrieve{"a"});
    say(1, Retrieve{"a"});
    say(1, Retrieve{"a"});

    EXPECT_TRUE(counts("dropped_dead_epoch", 2));
    EXPECT_EQ(count("migrations"), 1U);
    EXPECT_EQ(count("protocol_errors"), 0U);
}

TEST_F(HostileMember, AMessageOutOfOrderCutsTheSenderOff) {
    say(5, Retrieve{"a"});

    EXPECT_TRUE(counts("protocol_errors", 1));
    EXPECT_EQ(count("migrations"), 0U);
}

TEST_F(HostileMember, AMessageOfAnEpochThatNobodyAnnouncedIsNotProcessed) {
    peer_->send(Frame{self_, kServer, epoch_ + 1, 1, 0, Retrieve{"a"}});

    EXPECT_TRUE(counts("early_messages", 1));
    EXPECT_EQ(count("migrations"), 0U);
}

TEST_F(HostileMember, AMessageOfADeadEpochIsDroppedAndCounted) {
    say(1, Leave{});
    ASSERT_TRUE(cluster_.server_counts("driver.messages_received", 3));

    say(2, Retrieve{"a"});

    EXPECT_TRUE(counts("dropped_dead_epoch", 1));
    EXPECT_EQ(count("migrations"), 0U);
}

TEST_F(HostileMember, AReplayedEdgeIsClosedToWhoeverGreetsOnIt) {
    say(1, Leave{});

    peer_->send(Frame{self_, kServer, epoch_});
    const auto answer = hear([](const Frame& frame) { return frame.greeting.closed; });

    EXPECT_TRUE(answer);
}

TEST_F(HostileMember, AMessageFromTheWrongSideCutsTheSenderOff) {
    say(1, Disconnected{"believe me"});

    EXPECT_TRUE(counts("protocol_errors", 1));
}

TEST_F(HostileMember, AnObjectThatNobodyAskedForCutsTheSenderOff) {
    const Object forged{"a", 99, std::make_shared<const Bytes>(to_bytes("forged"))};

    say(1, Migrate{forged, {}, {}});

    EXPECT_TRUE(counts("protocol_errors", 1));
    EXPECT_EQ(cluster_.server().read("a", true, kPatience)->version, 0U);
}

TEST_F(HostileMember, AcknowledgingWhatWasNeverSentCutsTheSenderOff) {
    peer_->send(Frame{self_, kServer, epoch_, 1, 1000, Retrieve{"a"}});

    EXPECT_TRUE(counts("protocol_errors", 1));
}

TEST_F(HostileMember, AForgedCardOrRevocationIsDroppedAndEndsTheEdge) {
    Card other = card_;
    other.name = "campus";

    say(1, CardRenewed{other});

    EXPECT_TRUE(cluster_.server_counts("driver.dropped_unvouched", 1));
    say(2, Retrieve{"a"});
    EXPECT_TRUE(counts("dropped_dead_epoch", 1));
}

/// One that never says that its card was renewed.
class ForgetfulMember : public HostileMember {
    void prepare(Cluster& cluster) override {
        cluster.set_card_lifetime(std::chrono::milliseconds(300), std::chrono::milliseconds(200));
    }
};

TEST_F(ForgetfulMember, IsCutOffWhenItsCardRunsOut) {
    say(1, Retrieve{"a"});
    EXPECT_TRUE(counts("migrations", 1));

    EXPECT_TRUE(cluster_.server_counts("driver.links_of_void_cards", 1));
    say(2, Retrieve{"a"});
    EXPECT_TRUE(counts("dropped_dead_epoch", 1));
    EXPECT_EQ(count("migrations"), 1U);
}

TEST_F(HostileMember, OthersWorkOnBesideIt) {
    cluster_.enrol("campus");
    const auto node = cluster_.join("campus");
    ASSERT_TRUE(node) << node.error().message;
    for (Sequence sequence = 1; sequence < 200; ++sequence) say(sequence / 2, Retrieve{"b"});

    EXPECT_TRUE((*node)->update(increment_of({"a"}, Durability::durable)));
}

}  // namespace
}  // namespace tributary::netlayer
