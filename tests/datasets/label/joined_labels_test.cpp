// Labels of other programs: Suricata, Zeek and Argus, each told in its own format.

#include "datasets/label/joined_labels.hpp"

#include <gmock/gmock.h>

#include "base/random.hpp"
#include "datasets/label/binetflow.hpp"
#include "datasets/label/cidr.hpp"
#include "datasets/label/suricata.hpp"
#include "datasets/label/zeek.hpp"
#include "tests/datasets/corpus/mutate.hpp"

namespace tributary::datasets {
namespace {

using ::testing::HasSubstr;

/// 2023-11-14T22:13:20Z
constexpr Micros kStart{1'700'000'000'000'000};

FlowRecord flow_of(const char* src, std::uint16_t src_port, const char* dst, std::uint16_t dst_port,
                   std::uint8_t protocol) {
    FlowRecord flow;
    flow.src = parse_address(src).value();
    flow.dst = parse_address(dst).value();
    flow.src_port = src_port;
    flow.dst_port = dst_port;
    flow.protocol = protocol;
    flow.start = kStart;
    flow.end = kStart + Micros(10'000'000);
    return flow;
}

FlowRecord web_flow() {
    return flow_of("10.0.0.1", 40000, "10.0.0.2", 80, kProtocolTcp);
}

std::string alert(const std::string& time, const std::string& category,
                  const std::string& more = "") {
    return R"({"timestamp":")" + time +
           R"(","event_type":"alert","src_ip":"10.0.0.2","src_port":80,"dest_ip":"10.0.0.1",)"
           R"("dest_port":40000,"proto":"TCP",)" +
           more + R"("alert":{"signature":"ET X","category":")" + category + "\"}}\n";
}

TEST(Suricata, LabelsTheFlowOfAnAlertFromEitherSide) {
    auto labels = parse_suricata(alert("2023-11-14T22:13:25.000000+0000", "Network Scan") +
                                 R"({"event_type":"dns","timestamp":"x"})" + "\n");

    ASSERT_TRUE(labels) << labels.error().message;
    EXPECT_EQ(labels->label(web_flow()).class_name, "network-scan");
    EXPECT_EQ(labels->coverage(), Coverage{"network-scan"});
    FlowRecord other = web_flow();
    other.src_port = 40001;
    EXPECT_EQ(labels->label(other).class_name, "");
}

TEST(Suricata, WithoutAnIdTimesMayBeTwoSecondsOff) {
    const auto label_at = [](const char* time) {
        auto labels = parse_suricata(alert(time, "scan"));
        return labels.value().label(web_flow()).class_name;
    };

    EXPECT_EQ(label_at("2023-11-14T22:13:18.000000+0000"), "scan");
    EXPECT_EQ(label_at("2023-11-14T22:13:17.999999+0000"), "");
    EXPECT_EQ(label_at("2023-11-14T22:13:32.000000+0000"), "scan");
    EXPECT_EQ(label_at("2023-11-14T22:13:32.000001+0000"), "");
    EXPECT_EQ(label_at("2023-11-14T23:13:25+0100"), "scan") << "the zone of the sensor";
}

TEST(Suricata, AnIdThatOverlapsDecidesBeforeEnds) {
    const std::string id = R"("community_id":")" + community_id(web_flow()) + R"(",)";
    auto labels = parse_suricata(alert("2023-11-14T22:13:25.000000+0000", "by id", id) +
                                 alert("2023-11-14T22:13:19.000000+0000", "by ends"));

    const LabelVote vote = labels.value().label(web_flow());

    EXPECT_EQ(vote.class_name, "by-id");
    EXPECT_EQ(vote.evidence, "line 1");
}

TEST(Suricata, AlertsThatDisagreeGiveNoLabel) {
    auto labels = parse_suricata(alert("2023-11-14T22:13:21.000000+0000", "one") +
                                 alert("2023-11-14T22:13:22.000000+0000", "two"));

    EXPECT_EQ(labels.value().label(web_flow()).class_name, "");
    EXPECT_EQ(labels.value().counts().conflicts, 1u);
}

TEST(Suricata, TakesTheWholeTimeOfTheFlowOfAnAlert) {
    auto labels = parse_suricata(alert("2023-11-14T22:20:00.000000+0000", "late",
                                       R"("flow":{"start":"2023-11-14T22:13:20.000000+0000"},)"));

    EXPECT_EQ(labels.value().label(web_flow()).class_name, "late");
}

TEST(Suricata, RefusesWhatIsNoEventByItsLine) {
    for (const char* line : {"no json", "{}", R"({"event_type":"alert"})"}) {
        const auto labels = parse_suricata(alert("2023-11-14T22:13:21Z", "one") + line);

        ASSERT_FALSE(labels) << line;
        EXPECT_EQ(labels.error().code, Errc::corrupt);
        EXPECT_THAT(labels.error().message, HasSubstr("line 2"));
    }
}

TEST(IsoTime, IsReadExactlyOrNotAtAll) {
    EXPECT_EQ(parse_iso_time("2023-11-14T22:13:20Z"), kStart);
    EXPECT_EQ(parse_iso_time("2023-11-14T22:13:20.123456789+0000"), kStart + Micros(123'456));
    EXPECT_EQ(parse_iso_time("2023-11-15T00:13:20.5+02:00"), kStart + Micros(500'000));
    EXPECT_EQ(parse_iso_time("2023-11-14T19:43:20-0230"), kStart);
    for (const char* text : {"", "2023-02-30T00:00:00Z", "2023-11-14 22:13:20", "2023-11-14T22:13",
                             "2023-11-14T22:13:20+99", "2023-11-14T22:13:20+2460x"}) {
        EXPECT_FALSE(parse_iso_time(text)) << text;
    }
}

// As Zeek's documentation shows the format.
TEST(Zeek, LabelsByNotices) {
    auto labels = parse_zeek(
        "#separator \\x09\n#path\tnotice\n"
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tnote\tmsg\n"
        "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tenum\tstring\n"
        "1700000005.000000\tC1\t10.0.0.1\t40000\t10.0.0.2\t80\ttcp\tScan::Port_Scan\tmany ports\n"
        "1700000005.000000\t-\t-\t-\t-\t-\t-\tWeird::Activity\tnobody\n#close\n");

    ASSERT_TRUE(labels) << labels.error().message;
    EXPECT_EQ(labels->label(web_flow()).class_name, "scan-port-scan");
    EXPECT_EQ(labels->claims(), 1u);
}

// The form of the IoT-23 data set: three fields in one, parted by spaces.
TEST(Zeek, LabelsByLabelledConnections) {
    auto labels = parse_zeek(
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\t"
        "tunnel_parents   label   detailed-label\n"
        "1700000000.5\tC1\t10.0.0.1\t40000\t10.0.0.2\t80\ttcp\t9.0\t"
        "-   Malicious   PartOfAHorizontalPortScan\n"
        "1700000000.5\tC2\t10.0.0.1\t8\t10.0.0.2\t0\ticmp\t-\t(empty)   Benign   -\n");
    FlowRecord ping = flow_of("10.0.0.1", 0, "10.0.0.2", 0, kProtocolIcmp);
    ping.forward.icmp_type = 8;

    ASSERT_TRUE(labels) << labels.error().message;
    EXPECT_EQ(labels->label(web_flow()).class_name, "partofahorizontalportscan");
    EXPECT_EQ(labels->label(ping).class_name, "normal");
    EXPECT_EQ(labels->coverage(), Coverage{"partofahorizontalportscan"});
}

// The same two logs with LogAscii::use_json, as Zeek's documentation shows that form.
TEST(Zeek, ReadsJsonLinesAsTheTabSeparatedForm) {
    auto notices = parse_zeek(
        R"({"ts":1700000005.000000,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":40000,)"
        R"("id.resp_h":"10.0.0.2","id.resp_p":80,"proto":"tcp","note":"Scan::Port_Scan"})"
        "\n"
        R"({"ts":1700000005.5,"note":"Weird::Activity","msg":"nobody"})"
        "\n");
    auto labelled =
        parse_zeek(R"({"ts":"2023-11-14T22:13:20.500000Z","id.orig_h":"10.0.0.1","id.orig_p":8,)"
                   R"("id.resp_h":"10.0.0.2","id.resp_p":0,"proto":"icmp","duration":9.25,)"
                   R"("label":"Malicious","detailed-label":"C&C"})"
                   "\n");
    FlowRecord ping = flow_of("10.0.0.1", 0, "10.0.0.2", 0, kProtocolIcmp);
    ping.forward.icmp_type = 8;

    ASSERT_TRUE(notices) << notices.error().message;
    EXPECT_EQ(notices->label(web_flow()).class_name, "scan-port-scan");
    EXPECT_EQ(notices->claims(), 1u);
    ASSERT_TRUE(labelled) << labelled.error().message;
    EXPECT_EQ(labelled->label(ping).class_name, "c-c");
}

TEST(Zeek, RefusesJsonThatIsNoLog) {
    EXPECT_EQ(parse_zeek("{\"ts\":1,").error().code, Errc::corrupt);
    EXPECT_EQ(parse_zeek("{\"ts\":1,\"uid\":\"x\"}\n").error().code, Errc::mismatch);
    EXPECT_THAT(parse_zeek(R"({"note":"x","id.orig_h":"10.0.0.1"})").error().message,
                HasSubstr("line 1"));
}

TEST(Zeek, RefusesLogsThatSayNothingOfConnections) {
    EXPECT_EQ(parse_zeek("1700000000\tx\n").error().code, Errc::corrupt);
    EXPECT_EQ(parse_zeek("").error().code, Errc::mismatch);
    EXPECT_THAT(parse_zeek("#fields\tts\tuid\n").error().message, HasSubstr("id.orig_h"));
}

// Two rows in the form of the published files.
TEST(Binetflow, LabelsFlowsOfCtu13) {
    auto labels = parse_binetflow(
        "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,"
        "SrcBytes,Label\n"
        "2023/11/14 22:13:21.000000,1.026539,tcp,10.0.0.1,40000,  ->,10.0.0.2,80,S_RA,0,0,4,276,"
        "156,flow=From-Botnet-V42-TCP-Attempt\n"
        "2023/11/14 22:13:21.000000,0.1,udp,10.0.0.1,5000,  <->,10.0.0.9,53,CON,0,0,2,200,80,"
        "flow=Background-UDP-Established\n"
        "2023/11/14 22:13:21.000000,0.1,udp,10.0.0.3,5000,  <->,10.0.0.9,53,CON,0,0,2,200,80,"
        "flow=From-Normal-V42-UDP-CVUT-DNS-Server\n"
        "2023/11/14 22:13:21.000000,0,arp,10.0.0.1,,who,10.0.0.2,,CON,,,2,120,60,flow=x\n");

    ASSERT_TRUE(labels) << labels.error().message;
    EXPECT_EQ(labels->label(web_flow()).class_name, "botnet");
    EXPECT_EQ(labels->label(flow_of("10.0.0.1", 5000, "10.0.0.9", 53, kProtocolUdp)).class_name,
              "");
    EXPECT_EQ(labels->label(flow_of("10.0.0.3", 5000, "10.0.0.9", 53, kProtocolUdp)).class_name,
              "normal");
}

TEST(ClassNameFrom, KeepsWhatAClassNameMayHold) {
    EXPECT_EQ(class_name_from("A Network Trojan was detected"), "a-network-trojan-was-detected");
    EXPECT_EQ(class_name_from("Scan::Port_Scan"), "scan-port-scan");
    EXPECT_EQ(class_name_from("  (!) "), "");
    EXPECT_EQ(class_name_from(std::string(200, 'x')).size(), 64u);
}

TEST(JoinedLabels, ReadersSurviveDamagedLogs) {
    Random random(11);
    const std::string eve = alert("2023-11-14T22:13:25.000000+0000", "Network Scan");
    const std::string zeek =
        "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tlabel\n"
        "1700000005.0\t10.0.0.1\t40000\t10.0.0.2\t80\ttcp\tMalicious\n";
    for (int i = 0; i < 3000; ++i) {
        static_cast<void>(parse_suricata(testing::mutated(eve, random)));
        static_cast<void>(parse_zeek(testing::mutated(zeek, random)));
        static_cast<void>(parse_binetflow(testing::random_bytes(random, 300)));
    }
}

}  // namespace
}  // namespace tributary::datasets
