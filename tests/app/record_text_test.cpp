#include "app/cli/record_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/cli/json_text.hpp"
#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::app {
namespace {

using datasets::ExportField;
using datasets::testing::hex;
using Json = nlohmann::json;

Json parsed(const std::vector<std::tuple<std::uint32_t, std::uint16_t, Bytes>>& values) {
    std::vector<ExportField> fields;
    for (const auto& [enterprise, element, value] : values) {
        fields.push_back({enterprise, element, value});
    }
    const datasets::ExportRecord record{10,    {{192, 0, 2, 1}, false},       7,     256,
                                        false, Micros(1'700'000'000'500'000), fields};
    return Json::parse(record_json(record));
}

TEST(RecordText, NamesWhoSentWhat) {
    const Json line = parsed({});

    EXPECT_EQ(line["version"], 10);
    EXPECT_EQ(line["exporter"], "192.0.2.1");
    EXPECT_EQ(line["domain"], 7);
    EXPECT_EQ(line["template"], 256);
    EXPECT_EQ(line["options"], false);
    EXPECT_EQ(line["sent"], 1'700'000'000.5);
}

TEST(RecordText, ReadsEveryTypeOfElement) {
    const Json line = parsed({{0, 8, hex("0a000001")},
                              {0, 27, hex("20010db8000000000000000000000001")},
                              {0, 1, hex("0102")},
                              {0, 56, hex("0123456789ab")},
                              {0, 82, hex("65746830 0000")},
                              {0, 152, hex("0000018bcfe56800")},
                              {0, 154, hex("e8fe6f80 80000000")},
                              {0, 156, hex("e8fe6f80 40000000")},
                              {0, 276, hex("01")},
                              {0, 311, hex("3f000000")},
                              {0, 434, hex("ffff")}});

    EXPECT_EQ(line["sourceIPv4Address"], "10.0.0.1");
    EXPECT_EQ(line["sourceIPv6Address"], "2001:db8::1");
    EXPECT_EQ(line["octetDeltaCount"], 258);
    EXPECT_EQ(line["sourceMacAddress"], "01:23:45:67:89:ab");
    EXPECT_EQ(line["interfaceName"], "eth0");
    EXPECT_EQ(line["flowStartMilliseconds"], 1'700'000'000'000);
    EXPECT_EQ(line["flowStartMicroseconds"], 1'700'000'000'500'000);
    EXPECT_EQ(line["flowStartNanoseconds"], 1'700'000'000'250'000'000);
    EXPECT_EQ(line["dataRecordsReliability"], true);
    EXPECT_EQ(line["samplingProbability"], 0.5);
    EXPECT_EQ(line["mibObjectValueInteger"], -1);
}

TEST(RecordText, NamesWhatTheRegistryLacksByNumber) {
    const Json line =
        parsed({{29305, 1, hex("05")}, {6871, 40, hex("0a0b")}, {0, 9999, hex("0c")}});

    EXPECT_EQ(line["reverseOctetDeltaCount"], 5);
    EXPECT_EQ(line["enterprise_6871_40"], "0a0b");
    EXPECT_EQ(line["element_9999"], "0c");
}

TEST(RecordText, KeepsEveryValueOfARepeatedElement) {
    const Json line = parsed({{0, 70, hex("000001")}, {0, 70, hex("000002")}});

    EXPECT_EQ(line["mplsTopLabelStackSection"], "000001");
    EXPECT_EQ(line["mplsTopLabelStackSection_2"], "000002");
}

TEST(RecordText, GivesValuesOfImpossibleLengthAsTheyAre) {
    const Json line = parsed({{0, 8, hex("0a00")}, {0, 1, Bytes(9, 1)}, {0, 2, Bytes{}}});

    EXPECT_EQ(line["sourceIPv4Address"], "0a00");
    EXPECT_EQ(line["octetDeltaCount"], "010101010101010101");
    EXPECT_EQ(line["packetDeltaCount"], "");
}

TEST(JsonText, EscapesWhateverAStrangerSends) {
    const auto round_trip = [](std::string_view text) {
        std::string line;
        append_json_string(line, text);
        return Json::parse(line).get<std::string>();
    };

    EXPECT_EQ(round_trip("a\"b\\c\n\x01"), "a\"b\\c\n\x01");
    EXPECT_EQ(round_trip("Z\xc3\xbcrich \xf0\x9f\x98\x80"), "Z\xc3\xbcrich \xf0\x9f\x98\x80");
    EXPECT_EQ(round_trip("\xff\xc3"), "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(round_trip("\xe0\x80\x80").find('\x80'), std::string::npos);
}

}  // namespace
}  // namespace tributary::app
