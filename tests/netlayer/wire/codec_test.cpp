#include "netlayer/wire/codec.hpp"

#include <gtest/gtest.h>

#include "tests/netlayer/wire/random_message.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::size_t kKinds = std::variant_size_v<Message>;

/// A well-placed frame around a message.
Frame frame_of(Message message, Random& random) {
    Frame frame;
    frame.from = random.next();
    frame.to = random.next();
    if (!is_direct(message)) {
        frame.epoch = 1 + random.below(1'000'000);
        frame.acknowledged = random.next();
        if (!is_heartbeat(message)) frame.sequence = 1 + random.below(1'000'000);
    }
    frame.message = std::move(message);
    return frame;
}

std::string describe(const Frame& frame) {
    std::string text;
    for (const auto number :
         {frame.from, frame.to, frame.epoch, frame.sequence, frame.acknowledged}) {
        text += std::to_string(number) + " ";
    }
    return text + (frame.message ? describe(*frame.message) : "greeting");
}

TEST(Codec, EveryKindOfMessageComesBackAsItWas) {
    Random random(7);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        for (int round = 0; round < 50; ++round) {
            const Frame sent = frame_of(random_message(kind, random), random);

            const auto bytes = encode(sent);
            ASSERT_TRUE(bytes) << bytes.error().message;
            const auto received = decode(*bytes);

            ASSERT_TRUE(received) << received.error().message;
            EXPECT_EQ(describe(*received), describe(sent));
        }
    }
}

TEST(Codec, GreetingHasNoMessage) {
    Frame greeting;
    greeting.from = 5;

    const auto received = decode(*encode(greeting));

    ASSERT_TRUE(received);
    EXPECT_FALSE(received->message);
    EXPECT_EQ(received->from, 5U);
}

// A frame written by hand from the field numbers of the schema, without its generated code.
TEST(Codec, BytesFollowThePublishedSchema) {
    const Bytes by_hand = {0x08, 1,                                  // protocol = 1
                           0x11, 9,    0, 0,    0, 0,   0,   0,  0,  // from = 9 (fixed64)
                           0x20, 3,                                  // epoch = 3
                           0x28, 2,                                  // sequence = 2
                           0x8A, 0x01, 5, 0x0A, 3, 'a', '/', '1'};   // retrieve { object }

    const auto frame = decode(by_hand);

    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(frame->from, 9U);
    EXPECT_EQ(frame->to, kServer);
    EXPECT_EQ(frame->epoch, 3U);
    EXPECT_EQ(frame->sequence, 2U);
    ASSERT_TRUE(std::holds_alternative<Retrieve>(*frame->message));
    EXPECT_EQ(std::get<Retrieve>(*frame->message).object, "a/1");
}

TEST(Codec, AnotherProtocolNumberIsRefusedByName) {
    const Bytes by_hand = {0x08, 2, 0x82, 0x01, 0};

    const auto frame = decode(by_hand);

    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, Errc::corrupt);
    EXPECT_NE(frame.error().message.find("protocol 2"), std::string::npos);
}

TEST(Codec, EmptyAndContentlessFramesAreCorrupt) {
    EXPECT_EQ(decode({}).error().code, Errc::corrupt);
    EXPECT_EQ(decode(Bytes{0x08, 1}).error().code, Errc::corrupt);
}

TEST(Codec, OversizeIsRefusedBeforeParsing) {
    CodecLimits limits;
    limits.message_bytes = 100;
    const Bytes garbage(101, 0xFF);

    const auto frame = decode(garbage, limits);

    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, Errc::limit_exceeded);
}

TEST(Codec, OversizeIsNotSent) {
    Random random(1);
    CodecLimits limits;
    limits.message_bytes = 1000;
    const Message big =
        Migrate{{"a", 1, std::make_shared<const Bytes>(1000, std::uint8_t{1})}, {}, {}};

    const auto bytes = encode(frame_of(big, random), limits);

    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, Errc::limit_exceeded);
}

TEST(Codec, CountsAreBoundedInBothDirections) {
    Random random(1);
    const Frame frame = frame_of(ForceConfirm{{}, Path(11, 1)}, random);
    CodecLimits tight;
    tight.path = 10;

    const auto refused_to_send = encode(frame, tight);
    const auto refused_to_receive = decode(*encode(frame), tight);

    EXPECT_EQ(refused_to_send.error().code, Errc::limit_exceeded);
    EXPECT_EQ(refused_to_receive.error().code, Errc::corrupt);
}

TEST(Codec, CountsOfAPromotionAreBoundedInBothDirections) {
    Random random(2);
    CodecLimits tight;
    tight.neighbours = tight.objects = tight.queue = 2;
    const std::vector<KnownVersion> versions(3, KnownVersion{"o", 1});
    const std::vector<QueueCopy> queues(3, QueueCopy{"o", {1}});

    for (const Message& message :
         {Message(Hold{1, {}, {1, 2, 3}}), Message(HoldOk{1, {1, 2, 3}, {}}),
          Message(HoldOk{1, {}, versions}),
          Message(Promote{1, {{}, 1}, {{{}, 1}, {{}, 1}, {{}, 1}}}),
          Message(PromotePart{1, {}, {}, queues}),
          Message(PromotePart{1, {}, {}, {{"o", {1, 2, 3}}}})}) {
        const Frame frame = frame_of(message, random);

        EXPECT_EQ(encode(frame, tight).error().code, Errc::limit_exceeded) << describe(message);
        EXPECT_EQ(decode(*encode(frame), tight).error().code, Errc::corrupt) << describe(message);
    }
}

TEST(Codec, MessagesOutOfPlaceAreCorrupt) {
    Frame unnumbered{1, 2, 3, 0, 0, Retrieve{"a"}};
    Frame numbered_heartbeat{1, 2, 3, 4, 0, Ping{1, 1}};
    Frame no_edge{1, 2, 0, 4, 0, Retrieve{"a"}};
    Frame join_on_an_edge{1, 2, 3, 4, 0, JoinRequest{}};

    for (const Frame& frame : {unnumbered, numbered_heartbeat, no_edge, join_on_an_edge}) {
        EXPECT_EQ(decode(*encode(frame)).error().code, Errc::corrupt) << describe(frame);
    }
}

TEST(Codec, BadNamesAndNumbersAreCorrupt) {
    const Message empty_name = Retrieve{""};
    const Message long_name = Retrieve{std::string(65, 'a')};
    const Message spaced_name = Retrieve{"a b"};
    const Message self_dependency = Migrate{{"a", 1, nullptr}, {}, {{"b", "b"}}};
    const Message bad_incarnation = ForceConfirm{{1, kMaxIncarnation + 1, 1}, {}};
    const Message bad_version = Migrate{{"a", kMaxVersion + 1, nullptr}, {}, {}};
    Card long_field;
    long_field.endpoint = std::string(257, 'x');
    Card control_field;
    control_field.name = "a\nb";
    const Message no_epoch = Depart{1, 0};
    const Message no_epoch_above = Promote{1, {{}, 0}, {}};
    const Message empty_queue = PromotePart{1, {}, {}, {{"o", {}}}};
    const Message unnamed_version = HoldOk{1, {}, {{"", 1}}};

    for (const Message& message :
         {empty_name, long_name, spaced_name, self_dependency, bad_incarnation, bad_version,
          no_epoch, no_epoch_above, empty_queue, unnamed_version, Message(Hold{1, long_field, {}}),
          Message(JoinForward{long_field}), Message(JoinForward{control_field})}) {
        const Frame frame{1, 2, 3, 4, 0, message};
        EXPECT_EQ(decode(*encode(frame)).error().code, Errc::corrupt) << describe(message);
    }
}

TEST(Codec, ReasonsAreCutAndCleanedForTheLog) {
    const Frame frame{1, 2, 3, 4, 0, Disconnected{"a\nb" + std::string(1000, 'c')}};

    const auto received = decode(*encode(frame));

    ASSERT_TRUE(received);
    const std::string& reason = std::get<Disconnected>(*received->message).reason;
    EXPECT_EQ(reason.substr(0, 4), "a?bc");
    EXPECT_EQ(reason.size(), CodecLimits{}.reason_bytes);
}

TEST(Codec, EveryPrefixIsAnErrorOrAFrame) {
    Random random(11);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        const Bytes bytes = *encode(frame_of(random_message(kind, random), random));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto frame = decode(ByteView(bytes).first(size));

            EXPECT_TRUE(!frame || encode(*frame));
        }
    }
}

/// The shortest of some messages of a kind, so that all changes can be tried.
Bytes short_frame(std::size_t kind, Random& random) {
    Bytes shortest;
    for (int i = 0; i < 30; ++i) {
        Bytes bytes = *encode(frame_of(random_message(kind, random), random));
        if (shortest.empty() || bytes.size() < shortest.size()) shortest = std::move(bytes);
    }
    return shortest;
}

TEST(Codec, EveryOneByteMutationIsAnErrorOrAFrame) {
    Random random(13);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        Bytes bytes = short_frame(kind, random);
        for (std::uint8_t& byte : bytes) {
            const std::uint8_t original = byte;
            for (unsigned change = 1; change < 256; ++change) {
                byte = static_cast<std::uint8_t>(original ^ change);
                const auto frame = decode(bytes);

                EXPECT_TRUE(!frame || encode(*frame));
            }
            byte = original;
        }
    }
}

TEST(Codec, RandomBytesAreAnErrorOrAFrame) {
    Random random(17);
    for (int round = 0; round < 20'000; ++round) {
        Bytes bytes(random.below(64));
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());

        const auto frame = decode(bytes);

        EXPECT_TRUE(!frame || encode(*frame));
    }
}

}  // namespace
}  // namespace tributary::netlayer
