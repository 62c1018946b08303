#include "datasets/label/rule_file.hpp"

#include <gmock/gmock.h>

#include "tests/datasets/corpus/mutate.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ipv4;
using testing::tcp_flow;

const std::string kHead = "tributary-rules 1\nsource desk\ncovers scan, tunnel\n";
const std::string kExample =
    "# made by the desk\n"
    "tributary-rules 1\n"
    "source campus-desk\n"
    "covers port-scan, slow-scan, dns-tunnel, beacon\n"
    "unknown: host 10.1.0.66 and time 1700000100.000..1700000160.000\n"
    "label port-scan: src 10.1.0.66 and dst 10.1.0.0/24 and proto tcp and time "
    "1700000000.000..1700000040.500\n"
    "label normal: host 10.1.0.0/16  # the rest\n";

FlowRecord campus_flow(std::uint8_t source, Micros start) {
    FlowRecord flow = tcp_flow();
    flow.src.bytes = {10, 1, 0, source};
    flow.dst.bytes = {10, 1, 0, 7};
    flow.start = start;
    return flow;
}

/// Whether a rule with this condition labels the flow.
bool matches(const std::string& terms, const FlowRecord& flow) {
    auto file = RuleFile::parse(kHead + "label scan: " + terms + "\n");
    EXPECT_TRUE(file) << terms << ": " << file.error().message;
    return file && file->label(flow).class_name == "scan";
}

std::string error_of(const std::string& lines) {
    const auto file = RuleFile::parse(kHead + lines, "r.rules");
    return file ? "" : file.error().message;
}

TEST(RuleFile, FirstMatchingLineOfTheExampleWins) {
    auto file = RuleFile::parse(kExample);
    ASSERT_TRUE(file) << file.error().message;
    const Micros epoch = std::chrono::seconds(1'700'000'000);

    const LabelVote scan = file->label(campus_flow(66, epoch));
    const LabelVote late = file->label(campus_flow(66, epoch + std::chrono::seconds(41)));
    const LabelVote hidden = file->label(campus_flow(66, epoch + std::chrono::seconds(100)));
    const LabelVote outside = file->label(tcp_flow());

    EXPECT_EQ(scan.class_name, "port-scan");
    EXPECT_EQ(scan.source, "campus-desk");
    EXPECT_EQ(scan.evidence, "line 6");
    EXPECT_EQ(scan.confidence, 1);
    EXPECT_EQ(late.class_name, "normal");
    EXPECT_EQ(hidden.class_name, "");
    EXPECT_EQ(outside.class_name, "");
    EXPECT_THAT(file->coverage(), ElementsAre("beacon", "dns-tunnel", "port-scan", "slow-scan"));
    EXPECT_EQ(file->counts().unknown, 2u);
    EXPECT_EQ(file->counts().by_class.at("port-scan"), 1u);
}

TEST(RuleFile, TimeRangeIncludesItsStartAndExcludesItsEnd) {
    FlowRecord flow = tcp_flow();
    const std::string range = "time 100.000001..100.000003";
    for (const auto& [start, expected] :
         {std::pair{100'000'000, false}, std::pair{100'000'001, true}, std::pair{100'000'002, true},
          std::pair{100'000'003, false}}) {
        flow.start = Micros(start);

        EXPECT_EQ(matches(range, flow), expected) << start;
    }
}

TEST(RuleFile, AddressTermsLookAtTheirEnd) {
    const FlowRecord flow = tcp_flow();  // 10.0.0.1 -> 10.0.0.2

    EXPECT_TRUE(matches("src 10.0.0.1", flow));
    EXPECT_FALSE(matches("src 10.0.0.2", flow));
    EXPECT_TRUE(matches("dst 10.0.0.2/31", flow));
    EXPECT_FALSE(matches("dst 10.0.0.0/31", flow));
    EXPECT_TRUE(matches("host 10.0.0.1", flow));
    EXPECT_TRUE(matches("host 10.0.0.2", flow));
    EXPECT_TRUE(matches("src 0.0.0.0/0", flow));
    EXPECT_FALSE(matches("src ::/0", flow));
    EXPECT_FALSE(matches("src 10.0.0.1 and dst 10.0.0.1", flow));
}

TEST(RuleFile, Ipv6PrefixesMatchByBits) {
    FlowRecord flow = tcp_flow();
    flow.src = parse_address("2001:db8:0:1::5").value();
    flow.dst = parse_address("2001:db8::1").value();

    EXPECT_TRUE(matches("src 2001:db8:0:1::/64", flow));
    EXPECT_FALSE(matches("dst 2001:db8:0:1::/64", flow));
    EXPECT_TRUE(matches("host 2001:db8::/33 and not host 10.0.0.0/8", flow));
    EXPECT_FALSE(matches("src 0.0.0.0/0", flow));
}

TEST(RuleFile, PortProtocolAndSizeTermsFollowTheirDefinition) {
    const FlowRecord flow = tcp_flow();  // 40000 -> 443, 8 packets, 1534 bytes

    EXPECT_TRUE(matches("src port 40000", flow));
    EXPECT_FALSE(matches("dst port 40000", flow));
    EXPECT_TRUE(matches("dst port 400-443", flow));
    EXPECT_TRUE(matches("port 40000-40001", flow));
    EXPECT_TRUE(matches("proto tcp", flow));
    EXPECT_TRUE(matches("proto 6", flow));
    EXPECT_FALSE(matches("proto udp", flow));
    EXPECT_FALSE(matches("pkts < 8", flow));
    EXPECT_TRUE(matches("pkts < 9", flow));
    EXPECT_FALSE(matches("pkts > 8", flow));
    EXPECT_TRUE(matches("bytes > 1533 and bytes < 1535", flow));
}

TEST(RuleFile, DurationIsInSecondsFromTheFirstToTheLastPacket) {
    FlowRecord flow = tcp_flow();
    flow.end = flow.start + Micros(2'500'000);

    EXPECT_TRUE(matches("duration > 2", flow));
    EXPECT_TRUE(matches("duration > 2.499999 and duration < 2.500001", flow));
    EXPECT_FALSE(matches("duration > 2.5", flow));
    EXPECT_FALSE(matches("duration < 2.5", flow));
}

TEST(RuleFile, NotTurnsOneTermAround) {
    const FlowRecord flow = tcp_flow();

    EXPECT_FALSE(matches("not src 10.0.0.1", flow));
    EXPECT_TRUE(matches("not src 10.9.0.0/16 and proto tcp", flow));
    EXPECT_TRUE(matches("not not proto tcp", flow));
}

TEST(RuleFile, MistakesAreNamedByLine) {
    EXPECT_THAT(error_of("label worm: proto tcp\n"), HasSubstr("r.rules, line 4: class \"worm\" "
                                                               "is not covered"));
    EXPECT_THAT(error_of("\nlabel scan: src 10.0.0.300\n"), HasSubstr("line 5"));
    EXPECT_THAT(error_of("label scan: src 10.1.0.66/16\n"), HasSubstr("bits set after"));
    EXPECT_THAT(error_of("label scan: src 10.0.0.0/33\n"), HasSubstr("prefix length"));
    EXPECT_THAT(error_of("label scan: proto tcp or proto udp\n"), HasSubstr("'and'"));
    EXPECT_THAT(error_of("label scan: proto tcp and\n"), HasSubstr("the line ends"));
    EXPECT_THAT(error_of("label scan:\n"), HasSubstr("the line ends"));
    EXPECT_THAT(error_of("label scan proto tcp\n"), HasSubstr("no ':'"));
    EXPECT_THAT(error_of("label scan: port 70000\n"), HasSubstr("a port N"));
    EXPECT_THAT(error_of("label scan: port 9-5\n"), HasSubstr("a port N"));
    EXPECT_THAT(error_of("label scan: pkts = 4\n"), HasSubstr("'<' or '>'"));
    EXPECT_THAT(error_of("label scan: pkts < x\n"), HasSubstr("whole number"));
    EXPECT_THAT(error_of("label scan: duration > -1\n"), HasSubstr("seconds"));
    EXPECT_THAT(error_of("label scan: duration < 0.0000001\n"), HasSubstr("six decimals"));
    EXPECT_THAT(error_of("label scan: time 5..4\n"), HasSubstr("end is after its start"));
    EXPECT_THAT(error_of("label scan: time 5.0000001..6\n"), HasSubstr("six decimals"));
    EXPECT_THAT(error_of("label scan: vlan 3\n"), HasSubstr("one of src, dst"));
    EXPECT_THAT(error_of("block scan: proto tcp\n"), HasSubstr("none of source, covers"));
    EXPECT_THAT(error_of("source again\n"), HasSubstr("second source"));
    EXPECT_THAT(error_of("covers a b\n"), HasSubstr("cannot name a class"));
}

TEST(RuleFile, FileWithoutItsFirstLinesIsRefused) {
    const auto error = [](const std::string& text) {
        const auto file = RuleFile::parse(text);
        return file ? "" : file.error().message;
    };

    EXPECT_THAT(error(""), HasSubstr("no line \"tributary-rules 1\""));
    EXPECT_THAT(error("tributary-rules 2\n"), HasSubstr("line 1"));
    EXPECT_THAT(error("tributary-rules 1\n"), HasSubstr("source NAME"));
}

TEST(RuleFile, BoundsAreKept) {
    std::string many;
    for (std::size_t i = 0; i < kMaxRules + 1; ++i) many += "label scan: proto tcp\n";
    std::string terms = "label scan: proto tcp";
    for (std::size_t i = 0; i < kMaxRuleTerms; ++i) terms += " and proto tcp";

    EXPECT_THAT(error_of(many), HasSubstr("line 100004: more than 100000 rules"));
    EXPECT_THAT(error_of("label scan: proto tcp #" + std::string(4096, 'x')),
                HasSubstr("longer than 4096 bytes"));
    EXPECT_THAT(error_of(terms), HasSubstr("more than 64 terms"));
}

/// The rules one after the other, without any index.
std::string scan_in_order(const RuleFile& file, const FlowRecord& flow) {
    for (const Rule& rule : file.rules()) {
        bool holds = true;
        for (const RuleTerm& term : rule.terms) holds = holds && term.holds(flow);
        if (holds) return rule.class_name;
    }
    return "";
}

TEST(RuleFile, IndexFindsTheSameRuleAsReadingInOrder) {
    Random random(5);
    std::string text = kHead;
    for (int i = 0; i < 400; ++i) {
        const std::string end[] = {"src", "dst", "host"};
        const auto length = 24 + 4 * random.below(3);
        const auto low = random.below(256) & (0xff00u >> (length - 24));
        text += random.chance(0.2)   ? "unknown: "
                : random.chance(0.5) ? "label scan: "
                                     : "label tunnel: ";
        text += (random.chance(0.2) ? "not " : "") + end[random.below(3)] + " 10.0.0." +
                std::to_string(low) + "/" + std::to_string(length);
        text += " and dst port " + std::to_string(random.below(30)) + "\n";
    }
    auto file = RuleFile::parse(text);
    ASSERT_TRUE(file) << file.error().message;

    for (int i = 0; i < 3000; ++i) {
        FlowRecord flow = tcp_flow();
        flow.src = ipv4(0, static_cast<std::uint8_t>(random.below(256)));
        flow.dst = ipv4(0, static_cast<std::uint8_t>(random.below(256)));
        flow.dst_port = static_cast<std::uint16_t>(random.below(32));

        EXPECT_EQ(file->label(flow).class_name, scan_in_order(*file, flow));
    }
}

TEST(RuleFile, DamagedTextNeverCrashes) {
    Random random(43);
    FlowRecord flow = campus_flow(66, std::chrono::seconds(1'700'000'000));

    for (int i = 0; i < 5000; ++i) {
        auto file = RuleFile::parse(testing::mutated(kExample, random));
        if (file) static_cast<void>(file->label(flow));
        static_cast<void>(RuleFile::parse(kHead + testing::random_bytes(random, 200)));
    }
}

}  // namespace
}  // namespace tributary::datasets
