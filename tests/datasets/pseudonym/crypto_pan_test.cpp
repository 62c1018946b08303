#include "datasets/pseudonym/crypto_pan.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "base/random.hpp"
#include "datasets/label/cidr.hpp"
#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

/// The key of the sample in the distribution of Crypto-PAn 1.0.
constexpr CryptoPan::Key kSampleKey{21,  34, 23,  141, 51, 164, 207, 128, 19,  10,  91,
                                    22,  73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
                                    101, 39, 98,  87,  76, 45,  42,  132, 34,  2};

std::string pseudonym_of(const char* address) {
    CryptoPan pan(kSampleKey);
    return to_string(pan.pseudonym(parse_address(address).value()));
}

// From sample_trace_raw.dat and sample_trace_sanitized.dat of that distribution.
TEST(CryptoPan, GivesTheIpv4PseudonymsOfThePublishedSample) {
    EXPECT_EQ(pseudonym_of("128.11.68.132"), "135.242.180.132");
    EXPECT_EQ(pseudonym_of("129.118.74.4"), "134.136.186.123");
    EXPECT_EQ(pseudonym_of("130.132.252.244"), "133.68.164.234");
    EXPECT_EQ(pseudonym_of("192.102.249.13"), "252.138.62.131");
    EXPECT_EQ(pseudonym_of("24.0.250.221"), "100.15.198.226");
    EXPECT_EQ(pseudonym_of("4.3.88.225"), "124.60.155.63");
    EXPECT_EQ(pseudonym_of("64.34.154.117"), "0.221.154.117");
    EXPECT_EQ(pseudonym_of("10.185.25.118"), "117.161.29.118");
}

// As published with the implementation in Go by Y. Angel, under the same key.
TEST(CryptoPan, GivesTheIpv6PseudonymsOfAnotherImplementation) {
    EXPECT_EQ(pseudonym_of("::1"), "78ff:f001:9fc0:20df:8380:b1f1:704:ed");
    EXPECT_EQ(pseudonym_of("::ffff"), "78ff:f001:9fc0:20df:8380:b1f1:704:f838");
    EXPECT_EQ(pseudonym_of("2001:db8::1"), "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e");
    EXPECT_EQ(pseudonym_of("2001:db8::2"), "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c");
}

std::size_t shared_bits(const Address& a, const Address& b) {
    std::size_t bit = 0;
    const auto differ = [&] {
        return ((a.bytes[bit / 8] ^ b.bytes[bit / 8]) >> (7 - bit % 8)) & 1;
    };
    while (bit < 128 && differ() == 0) ++bit;
    return bit;
}

TEST(CryptoPan, KeepsExactlyThePrefixThatTwoAddressesShare) {
    CryptoPan pan(kSampleKey);
    Random random(1);
    for (int i = 0; i < 2000; ++i) {
        Address one;
        one.is_v6 = i % 2 == 1;
        const std::size_t bits = one.is_v6 ? 128 : 32;
        for (std::size_t byte = 0; byte < bits / 8; ++byte) {
            one.bytes[byte] = static_cast<std::uint8_t>(random.below(256));
        }
        Address other = one;
        const auto at = static_cast<std::size_t>(random.below(bits));
        other.bytes[at / 8] ^= static_cast<std::uint8_t>(0x80 >> (at % 8));

        EXPECT_EQ(shared_bits(pan.pseudonym(one), pan.pseudonym(other)), at);
    }
}

TEST(CryptoPan, GivesOtherPseudonymsUnderAnotherKey) {
    CryptoPan::Key key = kSampleKey;
    key[31] ^= 1;
    CryptoPan pan(key);

    EXPECT_NE(to_string(pan.pseudonym(parse_address("128.11.68.132").value())), "135.242.180.132");
}

TEST(CryptoPan, LoadsAKeyThatOnlyItsOwnerCanRead) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "key";
    std::ofstream(path) << "1522178d33a4cf80130a5b1649907d10d8988f83797965276257"
                        << "4c2d2a842202\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);

    auto pan = CryptoPan::load(path);
    std::filesystem::permissions(path, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    const auto open_to_others = CryptoPan::load(path);

    ASSERT_TRUE(pan) << pan.error().message;
    EXPECT_EQ(to_string(pan->pseudonym(parse_address("4.3.88.225").value())), "124.60.155.63");
    ASSERT_FALSE(open_to_others);
    EXPECT_EQ(open_to_others.error().code, Errc::permission);
}

TEST(CryptoPan, RefusesWhatIsNoKey) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "key";
    for (const char* text :
         {"", "1522", "zz22178d33a4cf80130a5b1649907d10d8988f837979652762574c2d2a842202"}) {
        std::ofstream(path) << text;
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);

        const auto pan = CryptoPan::load(path);

        ASSERT_FALSE(pan) << text;
        EXPECT_EQ(pan.error().code, Errc::corrupt);
    }
    EXPECT_EQ(CryptoPan::load(folder.path() / "none").error().code, Errc::not_found);
}

}  // namespace
}  // namespace tributary::datasets
