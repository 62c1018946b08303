#include "netlayer/driver/keys.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {
namespace {

// The test vector of ZeroMQ RFC 26 (CURVE): the server's permanent public key, raw and as Z85.
constexpr std::uint8_t kRawKey[32] = {
    0x54, 0xFC, 0xBA, 0x24, 0xE9, 0x32, 0x49, 0x96, 0x93, 0x16, 0xFB, 0x61, 0x7C, 0x87, 0x2B, 0xB0,
    0xC1, 0xD1, 0xFF, 0x14, 0x80, 0x04, 0x27, 0xC5, 0x94, 0xCB, 0xFA, 0xCF, 0x1B, 0xC2, 0xD6, 0x52};
constexpr const char* kKeyText = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

void put(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text;
}

TEST(Keys, RawKeyBecomesThePublishedText) {
    EXPECT_EQ(key_text(kRawKey), kKeyText);
}

TEST(Keys, GeneratedPairIsKeptAndReadAgain) {
    const TemporaryFolder folder;

    const auto first = load_or_create_keys(folder.path());
    const auto second = load_or_create_keys(folder.path());

    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(first->public_key, second->public_key);
    EXPECT_EQ(first->secret_key, second->secret_key);
    EXPECT_NE(first->public_key, first->secret_key);
    EXPECT_EQ(*read_public_key(folder.path() / "curve.public"), first->public_key);
}

TEST(Keys, SecretFileIsReadableByItsOwnerOnly) {
    const TemporaryFolder folder;

    ASSERT_TRUE(load_or_create_keys(folder.path()));

    struct stat status {};
    ASSERT_EQ(::stat((folder.path() / "curve.secret").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(Keys, DamagedSecretFileIsNamedAndNotReplaced) {
    const TemporaryFolder folder;
    put(folder.path() / "curve.secret", "not a key\n");

    const auto keys = load_or_create_keys(folder.path());

    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::corrupt);
    EXPECT_NE(keys.error().message.find("curve.secret"), std::string::npos);
}

TEST(Keys, PairWhoseHalvesDoNotBelongTogetherIsRefused) {
    const TemporaryFolder folder;
    const auto one = generate_keys();
    const auto other = generate_keys();
    put(folder.path() / "curve.secret", one->public_key + "\n" + other->secret_key + "\n");

    const auto keys = load_or_create_keys(folder.path());

    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::corrupt);
}

TEST(Keys, MemberNamesHaveNoPathsInThem) {
    EXPECT_TRUE(is_member_name("campus-1.example"));
    EXPECT_FALSE(is_member_name(""));
    EXPECT_FALSE(is_member_name(".hidden"));
    EXPECT_FALSE(is_member_name("../other"));
    EXPECT_FALSE(is_member_name(std::string(65, 'a')));
}

TEST(Keys, ProcessNumbersFollowTheKeyAndAreNeverTheServers) {
    EXPECT_EQ(process_id_of_key(kKeyText), process_id_of_key(kKeyText));
    EXPECT_NE(process_id_of_key(kKeyText), process_id_of_key(std::string(40, '0')));
    EXPECT_NE(process_id_of_key(kKeyText), 0U);
}

TEST(Keys, FingerprintsAreShortAndDiffer) {
    const std::string print = fingerprint_of_key(kKeyText);

    EXPECT_EQ(print.size(), 19U);
    EXPECT_EQ(print, fingerprint_of_key(kKeyText));
    EXPECT_NE(print, fingerprint_of_key(std::string(40, '0')));
}

}  // namespace
}  // namespace tributary::netlayer
