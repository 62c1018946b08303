// Bodies are found in a frame without the generated code, and nothing else changes by it.
#include "netlayer/wire/bodies.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "tests/netlayer/wire/random_message.hpp"

namespace tributary::netlayer {
namespace {

/// What both ways of reading say about these bytes.
std::string verdict(const Result<Frame>& frame) {
    if (!frame) return frame.error().message;
    return std::to_string(frame->from) + " " + std::to_string(frame->epoch) + " " +
           std::to_string(frame->sequence) + " " +
           (frame->message ? describe(*frame->message) : std::string("greeting"));
}

Frame frame_with(Message message) {
    Frame frame{3, 4, 5, 6, 7};
    frame.message = std::move(message);
    return frame;
}

std::vector<Message> carriers() {
    const Object big{"o", 9, std::make_shared<const Bytes>(Bytes(70'000, 0x5A))};
    const Object empty{"e", 0, nullptr};
    return {Migrate{big, {empty, big}, {{"o", "e"}}},
            Migrate{empty, {}, {}},
            ReadClimb{{1, 2, 3}, big, {empty}, {}, {8, 9}},
            ReadReturn{{1, 2, 3}, big, {8}},
            Force{{1, 2, 3}, {big, empty, big}, {}, {8}, {{"k", 4}}, true},
            PromotePart{1, {big}, {}, {{"o", {1, 2}}}}};
}

TEST(Bodies, EveryMessageWithObjectsIsSplitAndReadTheSame) {
    for (const Message& message : carriers()) {
        const Bytes bytes = encode(frame_with(message)).value();

        const auto split = split_bodies(bytes);

        ASSERT_TRUE(split) << message_name(message);
        EXPECT_LT(split->rest.size(), 200u) << message_name(message);
        EXPECT_EQ(split->single.size() + split->many.size(), objects_in(message).size());
        EXPECT_EQ(verdict(decode(bytes)), verdict(decode_whole(bytes)));
    }
}

TEST(Bodies, MessagesWithoutObjectsAreLeftToTheGeneratedCode) {
    EXPECT_FALSE(split_bodies(encode(frame_with(Retrieve{"o"})).value()));
    EXPECT_FALSE(split_bodies({}));
}

// Issue 5: every single-byte mutation of every message; whatever it does, both readers agree on it.
TEST(Bodies, BothReadersAgreeOnEveryOneByteMutation) {
    Random random(7);
    for (std::size_t kind = 0; kind < std::variant_size_v<Message>; ++kind) {
        const Message message = random_message(kind, random);
        if (objects_in(message).empty()) continue;
        const Bytes bytes = encode(frame_with(message)).value();
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (const unsigned change : {0x01U, 0x04U, 0x08U, 0x40U, 0x80U, 0xFFU}) {
                Bytes mutated = bytes;
                mutated[at] = static_cast<std::uint8_t>(mutated[at] ^ change);

                ASSERT_EQ(verdict(decode(mutated)), verdict(decode_whole(mutated)))
                    << message_name(message) << " byte " << at << " changed by " << change;
            }
        }
    }
}

TEST(Bodies, BothReadersAgreeOnUnusualShapes) {
    const Bytes plain = encode(frame_with(carriers().front())).value();
    Bytes twice = plain;  // the content a second time: merged by the schema's rules
    const Bytes tail(plain.begin() + 2, plain.end());
    twice.insert(twice.end(), tail.begin(), tail.end());
    Bytes cut(plain.begin(), plain.end() - 10);
    Bytes followed = plain;
    followed.insert(followed.end(), {0xA2, 0x06, 0x01, 0x00});  // an unknown field
    Bytes long_number = plain;
    long_number.insert(long_number.end(), {0xA0, 0x86, 0x00, 0x01});

    for (const Bytes& bytes : {twice, cut, followed, long_number}) {
        EXPECT_EQ(verdict(decode(bytes)), verdict(decode_whole(bytes)));
    }
}

TEST(Bodies, RandomMessagesComeBackAsTheyWere) {
    Random random(11);
    for (int i = 0; i < 400; ++i) {
        const Message message =
            random_message(static_cast<std::size_t>(i) % std::variant_size_v<Message>, random);
        Frame frame = frame_with(message);
        if (is_direct(message)) frame = Frame{3, 4, 0, 0, 0, message};
        if (is_heartbeat(message)) frame.sequence = 0;

        const Result<Frame> read = decode(encode(frame).value());

        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(describe(*read->message), describe(message));
    }
}

}  // namespace
}  // namespace tributary::netlayer
