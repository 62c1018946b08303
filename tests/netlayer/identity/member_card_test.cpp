// What the coordinator signs about members: protocol section 6.
#include "netlayer/identity/member_card.hpp"

#include <gtest/gtest.h>

#include "netlayer/driver/keys.hpp"

namespace tributary::netlayer {
namespace {

SigningKey key_of(std::uint8_t seed) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(seed);
    return signing_key_from(bytes);
}

MemberCard card() {
    return {7,
            "campus",
            std::string(40, '0'),
            key_of(9).public_key,
            kRoleMember,
            std::chrono::hours(1000),
            5,
            {77, 78}};
}

TEST(MemberCard, ComesBackAsItWasSigned) {
    const auto opened = open_card(sign_card(card(), key_of(1)), key_of(1).public_key);

    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, card());
}

TEST(MemberCard, AnotherCoordinatorsCardIsRefused) {
    const auto opened = open_card(sign_card(card(), key_of(2)), key_of(1).public_key);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::permission);
}

TEST(MemberCard, NoChangedByteIsAccepted) {
    const std::string carried = sign_card(card(), key_of(1));
    for (std::size_t at = 0; at < carried.size(); ++at) {
        for (const unsigned change : {0x01U, 0x08U, 0x10U, 0x80U, 0xFFU}) {
            std::string changed = carried;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ change);

            const auto opened = open_card(changed, key_of(1).public_key);

            EXPECT_FALSE(opened) << "byte " << at << " changed by " << change;
        }
    }
}

TEST(MemberCard, ARevocationIsNoCardAndACardNoRevocation) {
    const Revocation revocation{3, {{7, 5}}};

    EXPECT_FALSE(open_card(sign_revocation(revocation, key_of(1)), key_of(1).public_key));
    EXPECT_FALSE(open_revocation(sign_card(card(), key_of(1)), key_of(1).public_key));
}

TEST(Revocation, ComesBackAsItWasSigned) {
    const Revocation revocation{3, {{7, 5}, {8, 1}}};

    const auto opened =
        open_revocation(sign_revocation(revocation, key_of(1)), key_of(1).public_key);

    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, revocation);
}

TEST(Revocation, VoidsTheEpochsUpToItsOwn) {
    const Revocation revocation{3, {{7, 5}}};
    MemberCard later = card();
    later.epoch = 6;
    MemberCard other = card();
    other.id = 8;

    EXPECT_TRUE(revocation.voids(card()));
    EXPECT_FALSE(revocation.voids(later));
    EXPECT_FALSE(revocation.voids(other));
}

TEST(Revocation, OneThatNamesTooManyIsRefused) {
    Revocation revocation{3, {}};
    for (std::uint64_t id = 1; id <= kMaxRevoked + 1; ++id) revocation.epochs[id] = 1;

    const auto opened =
        open_revocation(sign_revocation(revocation, key_of(1)), key_of(1).public_key);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace tributary::netlayer
