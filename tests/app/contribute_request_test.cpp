#include "app/agent/contribute_request.hpp"

#include <gtest/gtest.h>

#include "app/cli/input_options.hpp"
#include "tests/datasets/export/export_builder.hpp"

namespace tributary::app {
namespace {

using namespace datasets::testing;

constexpr std::uint64_t kSecond = 1'000'000;
constexpr const char* kRules = "tributary-rules 1\nsource desk\ncovers dns\nlabel dns: port 53\n";

/// What reaches the agent of a command's options.
Result<ContributeRequest> sent(const InputOptions& options) {
    ContributeRequest request;
    TRIBUTARY_TRY(request.input, flow_input(options));
    return parse_contribute({to_json(request), {}});
}

/// One conversation in two VLANs, and another in a tunnel (IP in IP).
Bytes vlans_and_a_tunnel() {
    PcapBuilder pcap;
    const Bytes packet = ipv4({17, 1, 2}, udp(5000, 53));
    for (const char* tag : {"0001 0800", "0002 0800"}) {
        pcap.add(kSecond, ethernet(0x8100, hex(tag) + packet));
    }
    pcap.add(kSecond, ethernet(0x0800, ipv4({4, 1, 2}, ipv4({17, 3, 4}, udp(5, 6)))));
    return pcap.bytes();
}

TEST(ContributeRequest, CarriesEveryFieldToTheAgent) {
    ContributeRequest request;
    request.input.files = {"/a.pcap", "/b.pcap"};
    request.input.rules = "/a.rules";
    request.input.ingest.kind = datasets::InputKind::exports;
    request.input.ingest.reader = datasets::Reader::libpcap;
    request.input.ingest.key_vlan = true;
    request.input.ingest.open_tunnels = true;
    request.records = "/r.csv";
    request.labels = "attack";
    request.allow_sampled = true;
    request.rehearse = true;
    request.patience = std::chrono::seconds(7);

    const auto parsed = parse_contribute({to_json(request), {}});

    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->input.files, request.input.files);
    EXPECT_EQ(parsed->input.rules, request.input.rules);
    EXPECT_EQ(parsed->input.ingest.kind, datasets::InputKind::exports);
    EXPECT_EQ(parsed->input.ingest.reader, datasets::Reader::libpcap);
    EXPECT_TRUE(parsed->input.ingest.key_vlan);
    EXPECT_TRUE(parsed->input.ingest.open_tunnels);
    EXPECT_EQ(parsed->records, "/r.csv");
    EXPECT_EQ(parsed->labels, "attack");
    EXPECT_TRUE(parsed->allow_sampled);
    EXPECT_TRUE(parsed->rehearse);
    EXPECT_EQ(parsed->patience, std::chrono::seconds(7));
}

TEST(ContributeRequest, TrainingMetersAsDetectionDoes) {
    const TemporaryFolder folder;
    const datasets::Schema& schema = **datasets::find_schema("flow/1");
    InputOptions plain;
    plain.files = {folder.write("a.pcap", vlans_and_a_tunnel()).string()};
    plain.rules = folder.write("a.rules", to_bytes(kRules)).string();
    InputOptions vlans = plain;
    vlans.key_vlan = true;
    InputOptions tunnels = plain;
    tunnels.open_tunnels = true;
    InputOptions libpcap = plain;
    libpcap.reader = "libpcap";
    const std::pair<const InputOptions*, std::size_t> cases[] = {
        {&plain, 2}, {&vlans, 3}, {&tunnels, 2}, {&libpcap, 2}};

    for (const auto& [options, flows] : cases) {
        const auto detection = read_labelled_flows(*flow_input(*options), schema);
        const auto training = read_contribution(*sent(*options), schema);

        ASSERT_TRUE(detection && training) << training.error().message;
        ASSERT_EQ(training->flows.size(), flows);
        ASSERT_EQ(detection->flows.size(), flows);
        for (std::size_t i = 0; i < flows; ++i) {
            EXPECT_EQ(training->flows[i].dst_port, detection->flows[i].dst_port);
            EXPECT_EQ(training->flows[i].vlan, detection->flows[i].vlan);
        }
    }
}

TEST(ContributeRequest, SampledFlowsAreMultipliedMarkedAndRefusedUnlessAllowed) {
    const TemporaryFolder folder;
    const datasets::Schema& schema = **datasets::find_schema("flow/1");
    PcapBuilder pcap;
    for (const std::uint16_t sampling : {std::uint16_t{0}, std::uint16_t{100}}) {
        V5Flow flow;
        flow.dst_port = sampling == 0 ? 80 : 443;
        const Bytes datagram = v5({.sampling = sampling}, {flow});
        pcap.add(kSecond, ethernet(0x0800, ipv4({17, 1, 2}, udp(2055, 2055, datagram))));
    }
    ContributeRequest request;
    request.input.files = {folder.write("a.pcap", pcap.bytes())};
    request.input.rules = folder.write("a.rules", to_bytes(kRules));

    const auto refused = read_contribution(request, schema);
    request.allow_sampled = true;
    const auto allowed = read_contribution(request, schema);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::mismatch);
    for (const char* part : {"1 of 2 flows", "one packet in 100", "--allow-sampled"}) {
        EXPECT_NE(refused.error().message.find(part), std::string::npos) << part;
    }
    ASSERT_TRUE(allowed) << allowed.error().message;
    ASSERT_EQ(sampled_flows(*allowed), 1U);
    for (const datasets::FlowRecord& flow : allowed->flows) {
        const bool is_sampled = flow.dst_port == 443;
        EXPECT_EQ(flow.sampling, is_sampled ? 100U : 1U);
        EXPECT_EQ(flow.forward.packets, is_sampled ? 300U : 3U);
    }
}

TEST(ContributeRequest, WhatIsDamagedIsRefused) {
    for (const char* json :
         {"", "[]", R"({"files":[]})", R"({"files":[1],"rules":""})",
          R"({"files":[],"rules":"","key_vlan":1})", R"({"files":[],"rules":"","reader":"fast"})",
          R"({"files":[],"rules":"","open_tunnels":"yes"})"}) {
        const auto parsed = parse_contribute({json, {}});

        ASSERT_FALSE(parsed) << json;
        EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    }
}

}  // namespace
}  // namespace tributary::app
