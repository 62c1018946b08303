// The server's image survives its bytes: protocol rules, section 7.
#include "netlayer/server/image_codec.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace tributary::netlayer {
namespace {

Body body_of(const std::string& text) {
    return std::make_shared<const Bytes>(to_bytes(text));
}

/// An image with something in every part of it.
ServerImage full_image() {
    ServerImage image;
    image.incarnation = 7;
    image.persists = 91;
    image.epochs_minted = 5;
    image.numbers = 13;
    Child child;
    child.card = {4, 99, "tcp://host:7000", "key", "campus", std::string("signed\0\n", 8), 1234};
    child.epoch = 70;
    child.subtree = 3;
    child.spoke = true;
    child.ping = 17;
    image.children.emplace(4, child);
    child.card.id = 6;
    child.fenced = true;
    image.children.emplace(6, child);
    Link link;
    link.epoch = 70;
    link.sent = 12;
    link.received = 34;
    link.acknowledged = 9;
    link.greeted = true;
    link.outbox.emplace_back(Retrieve{"o"});
    link.outbox.emplace_back(Migrate{{"o", 3, body_of("three")}, {{"p", 1, body_of("one")}}, {}});
    link.outbox.emplace_back(ReadReturn{{4, 2, 1}, {"o", 3, body_of("three")}, {4}});
    image.links.links.emplace(4, link);
    image.links.dead = {{6, 70}, {4, 60}};
    image.queues.emplace("o", DistQueue(kServer, {{4, 0}, {kServer, 21}, {4, 0}}, false));
    image.queues.emplace("p", DistQueue(kServer, {{kServer, 0}}, true));
    image.updates.emplace(21, Update{{"o", "p"}, 1, true, false});
    Holding holding;
    holding.leaver = 4;
    holding.attempt = 3;
    holding.successor = {8, 98, "tcp://host:7001", "key-of-8", "clinic", "signed too", 1200};
    holding.rotation = true;
    holding.announced = {{8, 90}};
    holding.held.emplace_back(Retrieve{"p"});
    holding.held.emplace_back(Migrate{{"o", 3, body_of("three")}, {}, {}});
    image.holding = std::move(holding);
    return image;
}

TEST(ImageCodec, EveryPartComesBack) {
    const ServerImage before = full_image();

    const auto after = decode_image(ImageEncoder().encode(before));

    ASSERT_TRUE(after) << after.error().message;
    const ServerImage& image = **after;
    EXPECT_EQ(image.incarnation, 7u);
    EXPECT_EQ(image.persists, 91u);
    EXPECT_EQ(image.epochs_minted, 5u);
    EXPECT_EQ(image.numbers, 13u);
    ASSERT_EQ(image.children.size(), 2u);
    EXPECT_EQ(image.children.at(4).card, before.children.at(4).card);
    EXPECT_TRUE(image.children.at(4).spoke);
    EXPECT_FALSE(image.children.at(4).fenced);
    EXPECT_TRUE(image.children.at(6).fenced);
    EXPECT_EQ(image.children.at(4).ping, 17u);
    EXPECT_EQ(image.links.dead, before.links.dead);
    EXPECT_EQ(image.queues.at("o").entries(), before.queues.at("o").entries());
    EXPECT_FALSE(image.queues.at("o").idle());
    EXPECT_TRUE(image.queues.at("p").idle());
    EXPECT_EQ(image.updates.at(21).order, (std::vector<ObjectId>{"o", "p"}));
    EXPECT_EQ(image.updates.at(21).held, 1u);
    EXPECT_TRUE(image.updates.at(21).force);
    EXPECT_FALSE(image.updates.at(21).computing);
}

// Section 7: otherwise what waits for a leaving child would be lost with the server's program.
TEST(ImageCodec, HeldEdgeComesBackWithItsMessages) {
    const auto after = decode_image(ImageEncoder().encode(full_image()));

    ASSERT_TRUE(after) << after.error().message;
    ASSERT_TRUE((*after)->holding);
    const Holding& holding = *(*after)->holding;
    EXPECT_EQ(holding.leaver, 4u);
    EXPECT_EQ(holding.attempt, 3u);
    EXPECT_EQ(holding.successor,
              (Card{8, 98, "tcp://host:7001", "key-of-8", "clinic", "signed too", 1200}));
    EXPECT_TRUE(holding.rotation);
    EXPECT_EQ(holding.announced, (std::map<ProcessId, Epoch>{{8, 90}}));
    ASSERT_EQ(holding.held.size(), 2u);
    EXPECT_EQ(std::get<Retrieve>(holding.held[0]).object, "p");
    EXPECT_EQ(as_text(view(std::get<Migrate>(holding.held[1]).object.body)), "three");
}

/// A service with two children and an update, written as earlier programs did: format 1 ends before
/// the held edge, in 1 and 2 a card has no membership, and none up to 3 knows keys and rotations.
StoredState written_in(std::uint32_t format) {
    ByteWriter out;
    const auto text = [&](const std::string& value) {
        out.u32(static_cast<std::uint32_t>(value.size()));
        out.put(to_bytes(value));
    };
    const auto card = [&](ProcessId id) {
        out.u64(id);
        out.u64(99);
        for (const char* field : {"tcp://host:7000", "key", "campus"}) text(field);
        if (format == 3) text("signed");
    };
    out.u32(format);
    for (const std::uint64_t number : {7, 91, 5, 13}) out.u64(number);
    out.u32(2);  // children
    for (const ProcessId id : {4, 6}) {
        card(id);
        for (const std::uint64_t number : {70, 3}) out.u64(number);
        out.u8(1);
        out.u64(17);
    }
    for (int i = 0; i < 3; ++i) out.u32(0);  // links, dead epochs, queues
    out.u32(1);                              // updates
    for (const std::uint64_t number : {21, 0}) out.u64(number);
    out.u8(1);
    out.u32(1);
    text("o");
    if (format == 1) return {out.take(), {}};
    out.u32(1);  // held edges
    for (const std::uint64_t number : {4, 3}) out.u64(number);
    card(8);
    out.u64(90);
    out.u32(0);
    return {out.take(), {}};
}

// What a coordinator of the first format stored has no held edge, and nothing after the updates.
TEST(ImageCodec, ImageOfFormatOneIsStillRead) {
    const auto image = decode_image(written_in(1));

    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ((*image)->children.at(4).card, (Card{4, 99, "tcp://host:7000", "key", "campus"}));
    EXPECT_EQ((*image)->children.at(6).card, (Card{6, 99, "tcp://host:7000", "key", "campus"}));
    EXPECT_EQ((*image)->updates.size(), 1u);
    EXPECT_FALSE((*image)->holding);
}

// In the second format a card has no membership.
TEST(ImageCodec, ImageOfFormatTwoIsStillRead) {
    const auto image = decode_image(written_in(2));

    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ((*image)->children.at(4).card, (Card{4, 99, "tcp://host:7000", "key", "campus"}));
    EXPECT_EQ((*image)->updates.size(), 1u);
    ASSERT_TRUE((*image)->holding);
    EXPECT_EQ((*image)->holding->successor, (Card{8, 99, "tcp://host:7000", "key", "campus"}));
    EXPECT_EQ((*image)->holding->announced.at(8), 90u);
    EXPECT_FALSE((*image)->holding->rotation);
}

// In the third format a card has no key, and a held edge is that of a leaver.
TEST(ImageCodec, ImageOfFormatThreeIsStillRead) {
    const auto image = decode_image(written_in(3));

    ASSERT_TRUE(image) << image.error().message;
    const Card card{4, 99, "tcp://host:7000", "key", "campus", "signed"};
    EXPECT_EQ((*image)->children.at(4).card, card);
    EXPECT_EQ((*image)->children.at(4).card.key, kNoKey);
    ASSERT_TRUE((*image)->holding);
    EXPECT_EQ((*image)->holding->successor.membership, "signed");
    EXPECT_EQ((*image)->holding->announced.at(8), 90u);
    EXPECT_FALSE((*image)->holding->rotation);
}

TEST(ImageCodec, ImageOfALaterFormatIsRefused) {
    EXPECT_FALSE(decode_image(written_in(5)));
}

TEST(ImageCodec, MessagesNotAcknowledgedKeepTheirBodies) {
    const auto after = decode_image(ImageEncoder().encode(full_image()));

    ASSERT_TRUE(after) << after.error().message;
    const Link& link = (*after)->links.links.at(4);
    EXPECT_EQ(link.sent, 12u);
    EXPECT_EQ(link.received, 34u);
    EXPECT_EQ(link.acknowledged, 9u);
    EXPECT_TRUE(link.greeted);
    ASSERT_EQ(link.outbox.size(), 3u);
    EXPECT_EQ(std::get<Retrieve>(link.outbox[0]).object, "o");
    const auto& migrate = std::get<Migrate>(link.outbox[1]);
    EXPECT_EQ(as_text(view(migrate.object.body)), "three");
    EXPECT_EQ(as_text(view(migrate.copies.front().body)), "one");
    EXPECT_EQ(as_text(view(std::get<ReadReturn>(link.outbox[2]).object.body)), "three");
}

TEST(ImageCodec, BodiesAreNamedByTheirContentAndStoredOnce) {
    const StoredState stored = ImageEncoder().encode(full_image());

    EXPECT_EQ(stored.bodies.size(), 2u);
    EXPECT_TRUE(stored.bodies.contains(to_hex(blake2b(to_bytes("three")))));
    EXPECT_EQ(as_text(stored.bytes).find("three"), std::string_view::npos);
}

TEST(ImageCodec, DamagedBytesAreCorruptAndNeverCrash) {
    const StoredState good = ImageEncoder().encode(full_image());

    for (std::size_t i = 0; i < good.bytes.size(); ++i) {
        StoredState cut = good;
        cut.bytes.resize(i);
        EXPECT_FALSE(decode_image(cut)) << "cut at " << i;
        for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
            StoredState bad = good;
            bad.bytes[i] = static_cast<std::uint8_t>(bad.bytes[i] ^ flip);
            static_cast<void>(decode_image(bad));
        }
    }
}

TEST(ImageCodec, MissingBodyIsNamed) {
    StoredState stored = ImageEncoder().encode(full_image());
    stored.bodies.erase(stored.bodies.begin());

    const auto image = decode_image(stored);

    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace tributary::netlayer
