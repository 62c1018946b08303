#include "datasets/label/cidr_list.hpp"

#include <gmock/gmock.h>

#include "base/random.hpp"

namespace tributary::datasets {
namespace {

FlowRecord between(const char* src, const char* dst) {
    FlowRecord flow;
    flow.src = parse_address(src).value();
    flow.dst = parse_address(dst).value();
    return flow;
}

TEST(CidrList, TheLongestPrefixDecides) {
    auto list = CidrList::parse(
        "# bad networks\n10.0.0.0/8 botnet\n10.1.0.0/16\n10.1.2.3 scanner ; one host\n"
        "2001:db8::/32 tunnel\n",
        "listed");

    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->label(between("10.9.9.9", "192.0.2.1")).class_name, "botnet");
    EXPECT_EQ(list->label(between("192.0.2.1", "10.1.9.9")).class_name, "listed");
    EXPECT_EQ(list->label(between("10.1.2.3", "10.1.9.9")).class_name, "scanner");
    EXPECT_EQ(list->label(between("2001:db8::1", "2001:db9::1")).class_name, "tunnel");
    EXPECT_EQ(list->label(between("192.0.2.1", "192.0.2.2")).class_name, "");
    EXPECT_EQ(list->coverage(), (Coverage{"botnet", "listed", "scanner", "tunnel"}));
}

TEST(CidrList, EndsThatAreListedAlikeUnderDifferentClassesConflict) {
    auto list = CidrList::parse("10.0.0.0/8 one\n11.0.0.0/8 two\n", "listed");

    EXPECT_EQ(list.value().label(between("10.0.0.1", "11.0.0.1")).class_name, "");
    EXPECT_EQ(list.value().counts().conflicts, 1u);
}

TEST(CidrList, RefusesWhatIsNoNetworkByItsLine) {
    const auto list = CidrList::parse("10.0.0.0/8\n10.0.0.1/8\n", "listed");

    ASSERT_FALSE(list);
    EXPECT_THAT(list.error().message, ::testing::HasSubstr("line 2"));
    EXPECT_FALSE(CidrList::parse("10.0.0.0/8 two words\n", "listed"));
}

/// Against a search through all prefixes.
TEST(PrefixTrie, FindsTheSameAsASearchThroughAll) {
    Random random(5);
    PrefixTrie trie;
    std::vector<Cidr> prefixes;
    const auto random_address = [&random] {
        Address address;
        // Few different bits, so that prefixes nest.
        for (std::size_t i = 0; i < 4; ++i) {
            address.bytes[i] = static_cast<std::uint8_t>(random.below(4) * 85);
        }
        return address;
    };
    for (std::uint32_t i = 0; i < 300; ++i) {
        const auto length = static_cast<unsigned>(random.below(33));
        prefixes.push_back({masked(random_address(), length), length});
        trie.add(prefixes.back(), i + 1);
    }
    for (int i = 0; i < 2000; ++i) {
        const Address address = random_address();
        int expected = -1;
        for (const Cidr& prefix : prefixes) {
            if (prefix.contains(address)) {
                expected = std::max(expected, static_cast<int>(prefix.length));
            }
        }

        const PrefixTrie::Match match = trie.longest(address);

        EXPECT_EQ(match.value == 0 ? -1 : static_cast<int>(match.length), expected);
    }
}

}  // namespace
}  // namespace tributary::datasets
