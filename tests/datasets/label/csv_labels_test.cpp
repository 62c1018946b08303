#include "datasets/label/csv_labels.hpp"

#include <gmock/gmock.h>

#include "tests/datasets/corpus/mutate.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::tcp_flow;

const std::string kHeader = "start,src_ip,src_port,dest_ip,dest_port,proto,label\n";

/// A row for the flow of flow_maker.hpp (10.0.0.1:40000 -> 10.0.0.2:443).
std::string row(const std::string& start, const std::string& label) {
    return start + ",10.0.0.1,40000,10.0.0.2,443,tcp," + label + "\n";
}

std::string label_of(const std::string& rows, const FlowRecord& flow = tcp_flow()) {
    auto labels = CsvLabels::parse(kHeader + rows);
    EXPECT_TRUE(labels) << labels.error().message;
    return labels ? labels->label(flow).class_name : "";
}

TEST(CsvLabels, RowSpeaksWithinTwoSecondsOfTheStart) {
    EXPECT_EQ(label_of(row("1699999998", "scan")), "scan");
    EXPECT_EQ(label_of(row("1700000002", "scan")), "scan");
    EXPECT_EQ(label_of(row("1699999997.999999", "scan")), "");
    EXPECT_EQ(label_of(row("1700000002.000001", "scan")), "");
}

TEST(CsvLabels, RowThatStartsDuringALongFlowSpeaksToo) {
    FlowRecord flow = tcp_flow();
    flow.end = flow.start + std::chrono::seconds(100);

    EXPECT_EQ(label_of(row("1700000100", "scan"), flow), "scan");
    EXPECT_EQ(label_of(row("1700000100.5", "scan"), flow), "");
}

TEST(CsvLabels, EndsAreJoinedInEitherDirection) {
    FlowRecord flow = tcp_flow();
    std::swap(flow.src, flow.dst);
    std::swap(flow.src_port, flow.dst_port);

    EXPECT_EQ(label_of(row("1700000000", "scan"), flow), "scan");
    std::swap(flow.src_port, flow.dst_port);
    EXPECT_EQ(label_of(row("1700000000", "scan"), flow), "");
}

TEST(CsvLabels, OtherProtocolIsAnotherFlow) {
    FlowRecord flow = tcp_flow();
    flow.protocol = kProtocolUdp;

    EXPECT_EQ(label_of(row("1700000000", "scan"), flow), "");
}

TEST(CsvLabels, RowsThatDisagreeLeaveTheFlowUnknownAndAreCounted) {
    auto labels = CsvLabels::parse(kHeader + row("1700000000", "scan") + row("1700000001", "scan") +
                                   row("1700000001.5", "normal"));
    ASSERT_TRUE(labels);

    const LabelVote vote = labels->label(tcp_flow());

    EXPECT_EQ(vote.class_name, "");
    EXPECT_EQ(vote.evidence, "lines 2 and 4 disagree");
    EXPECT_EQ(labels->counts().conflicts, 1u);
    EXPECT_EQ(labels->counts().unknown, 1u);
    EXPECT_THAT(labels->coverage(), ElementsAre("scan"));
}

TEST(CsvLabels, EmptyLabelSaysNothing) {
    EXPECT_EQ(label_of(row("1700000000", "") + row("1700000001", "scan")), "scan");
}

TEST(CsvLabels, MistakesAreNamedByLineAndColumn) {
    const auto error = [](const std::string& text) {
        const auto labels = CsvLabels::parse(text, "l.csv");
        return labels ? "" : labels.error().message;
    };

    EXPECT_THAT(error("start,label\n"), HasSubstr("no column \"src_ip\""));
    EXPECT_THAT(error(kHeader + row("yesterday", "scan")),
                HasSubstr("l.csv, line 2: column 1 (start): \"yesterday\""));
    EXPECT_THAT(error(kHeader + row("1", "a b")), HasSubstr("column 7 (label)"));
    EXPECT_THAT(error(kHeader + "1,x,1,1.1.1.1,1,6,a\n"), HasSubstr("(src_ip)"));
    EXPECT_THAT(error(kHeader + "1,1.1.1.1,1,1.1.1.1,-1,6,a\n"), HasSubstr("(dest_port)"));
}

TEST(CsvLabels, TooManyClassesAreRefused) {
    std::string text = kHeader;
    for (int i = 0; i < 1025; ++i) text += row("1", "c" + std::to_string(i));

    const auto labels = CsvLabels::parse(text);

    ASSERT_FALSE(labels);
    EXPECT_THAT(labels.error().message, HasSubstr("line 1026"));
}

TEST(CsvLabels, DamagedTextNeverCrashes) {
    Random random(44);
    const std::string text = kHeader + row("1700000000", "scan") + row("1700000001", "normal");

    for (int i = 0; i < 3000; ++i) {
        auto labels = CsvLabels::parse(testing::mutated(text, random));
        if (labels) static_cast<void>(labels->label(tcp_flow()));
    }
}

}  // namespace
}  // namespace tributary::datasets
