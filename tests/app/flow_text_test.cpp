#include "app/cli/flow_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/label/cidr.hpp"

namespace tributary::app {
namespace {

using datasets::FlowRecord;
using Json = nlohmann::json;

FlowRecord web_flow() {
    FlowRecord flow;
    flow.src = datasets::parse_address("10.1.2.3").value();
    flow.dst = datasets::parse_address("192.0.2.251").value();
    flow.src_port = 51234;
    flow.dst_port = 443;
    flow.protocol = 6;
    flow.vlan = 7;
    flow.start = Micros(1'700'000'000'000'042);
    flow.end = Micros(1'700'000'012'500'000);
    flow.forward = {3, 180, 222, 0x1b};
    flow.backward = {2, 96, 124, 0x12};
    flow.end_reason = datasets::EndReason::finished;
    return flow;
}

std::string line_of(FlowText text, const FlowRecord& flow, const char* label = "") {
    std::string line;
    text.append(line, flow, label);
    return line;
}

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
    return fields;
}

TEST(FlowText, PrintsOneCsvLineInTheOrderOfTheHeader) {
    const std::string line = line_of(FlowText(FlowText::Format::csv), web_flow(), "dns-tunnel");

    EXPECT_EQ(line,
              "1700000000.000042,1700000012.500000,10.1.2.3,51234,192.0.2.251,443,6,7,3,2,180,96,"
              "222,124,27,18,finished," +
                  datasets::community_id(web_flow()) + ",dns-tunnel\n");
    EXPECT_EQ(split(line).size(), split(flow_csv_header()).size());
}

TEST(FlowText, PrintsTheSameValuesAsJsonUnderTheNamesOfTheHeader) {
    const Json json = Json::parse(line_of(FlowText(FlowText::Format::json), web_flow(), "scan"));
    const auto names = split(flow_csv_header());
    const auto values = split(line_of(FlowText(FlowText::Format::csv), web_flow(), "scan"));

    ASSERT_EQ(json.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Json& value = json.at(names[i]);
        if (value.is_number_integer()) {
            EXPECT_EQ(value.dump(), values[i]) << names[i];
        }
    }
    EXPECT_EQ(json["start"], 1'700'000'000.000042);
    EXPECT_EQ(json["src_ip"], "10.1.2.3");
    EXPECT_EQ(json["label"], "scan");
}

TEST(FlowText, HasRoomForTheLargestNumbers) {
    FlowRecord flow = web_flow();
    flow.src = flow.dst =
        datasets::parse_address("1111:2222:3333:4444:5555:6666:7777:8888").value();
    flow.src_port = flow.dst_port = flow.vlan = 65'535;
    flow.protocol = 255;
    flow.start = flow.end = Micros(INT64_MAX);
    flow.forward = flow.backward = {UINT64_MAX, UINT64_MAX, UINT64_MAX, 255};
    flow.end_reason = datasets::EndReason::end_of_input;
    const std::string label(64, 'x');

    const Json json = Json::parse(line_of(FlowText(FlowText::Format::json), flow, label.c_str()));

    EXPECT_EQ(json["bytes_bwd"], UINT64_MAX);
    EXPECT_EQ(json["label"], label);
    EXPECT_EQ(json["src_ip"], "1111:2222:3333:4444:5555:6666:7777:8888");
}

TEST(FlowText, NeverPrintsAnAddressUnderPseudonyms) {
    datasets::CryptoPan::Key key{};
    key[3] = 7;
    const FlowRecord flow = web_flow();
    FlowRecord hidden = flow;
    datasets::CryptoPan(key).apply(hidden);

    const Json json =
        Json::parse(line_of(FlowText(FlowText::Format::json, datasets::CryptoPan(key)), flow));

    EXPECT_EQ(json["src_ip"], datasets::to_string(hidden.src));
    EXPECT_EQ(json["dest_ip"], datasets::to_string(hidden.dst));
    // The id is a hash of the addresses: of the true ones it could be found by trying.
    EXPECT_EQ(json["community_id"], datasets::community_id(hidden));
    EXPECT_NE(json["community_id"], datasets::community_id(flow));
}

}  // namespace
}  // namespace tributary::app
