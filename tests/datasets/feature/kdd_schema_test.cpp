#include "datasets/feature/kdd_schema.hpp"

#include <gmock/gmock.h>

#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(KddSchema, NamesOutsideTheVocabularyAreNotFound) {
    EXPECT_EQ(kdd_service_index("IRC"), 0);
    EXPECT_EQ(kdd_service_index("whois"), 69);
    EXPECT_EQ(kdd_service_index("quic"), -1);
    EXPECT_EQ(kdd_protocol_index("sctp"), -1);
    EXPECT_EQ(kdd_flag_index("XX"), -1);
}

TEST(KddSchema, RareConnectionStatesCountAsOther) {
    EXPECT_EQ(kdd_flag_index("RSTRH"), kdd_flag_index("OTH"));
    EXPECT_EQ(kdd_flag_index("SHR"), kdd_flag_index("OTH"));
}

TEST(KddSchema, NumbersFollowTheirPublicScale) {
    KddValues values;
    values.numbers[0] = 3;      // duration: ln 4 / ln 100001 * 255 = 30.7
    values.numbers[1] = 491;    // src_bytes: ln 492 / ln 2000000001 * 255 = 73.8
    values.numbers[3] = 1;      // land
    values.numbers[6] = 101;    // hot: beyond its cap of 100
    values.numbers[19] = 2;     // count: ln 3 / ln 512 * 255 = 44.9
    values.numbers[21] = 0.17;  // serror_rate: 43.35
    values.numbers[28] = 150;   // dst_host_count: 150 / 255
    values.protocol = kdd_protocol_index("tcp");
    values.service = kdd_service_index("ftp_data");
    values.flag = kdd_flag_index("SF");
    std::vector<std::uint8_t> row(kKddWidth, 7);

    encode_kdd(values, row);

    EXPECT_THAT(testing::nonzero(kdd_schema(), row),
                ElementsAre(Pair("count", 45), Pair("dst_host_count", 150), Pair("duration", 31),
                            Pair("flag_SF", 255), Pair("hot", 255), Pair("land", 255),
                            Pair("protocol_tcp", 255), Pair("serror_rate", 43),
                            Pair("service_ftp_data", 255), Pair("src_bytes", 74)));
}

}  // namespace
}  // namespace tributary::datasets
