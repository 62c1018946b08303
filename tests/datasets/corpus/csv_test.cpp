#include "datasets/corpus/csv.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "base/compress.hpp"
#include "base/file.hpp"
#include "datasets/corpus/csv_reader.hpp"
#include "datasets/feature/flow_encoder.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "tests/datasets/corpus/mutate.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Schema small_schema() {
    return Schema("small/1", {{"a", "first", "share", "as is", "0", "little"},
                              {"b", "second", "share", "as is", "0", "little"}});
}

const std::string kFlowHeader =
    "start,end,src_ip,src_port,dest_ip,dest_port,proto,vlan,pkts_fwd,pkts_bwd,bytes_fwd,bytes_bwd,"
    "flags_fwd,flags_bwd,label\n";
// The flow of flow_maker.hpp.
const std::string kFlowLine =
    "1700000000.000000,1700000000.2559,10.0.0.1,40000,10.0.0.2,443,tcp,0,7,1,1023,511,26,19,scan\n";

std::string flow_error(const std::string& line) {
    const auto parsed = parse_flow_csv(kFlowHeader + kFlowLine + line, {}, "f.csv");
    return parsed ? "" : parsed.error().message;
}

TEST(Csv, FeatureColumnsInAnyOrderBecomeRows) {
    const Schema schema = small_schema();

    const auto parsed =
        parse_csv("label,b,extra,a\nscan,0.5,x,1\n,0,y,0.2\nnormal,1,\"z,z\",0\n", schema);

    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_THAT(parsed->features.row(0), ElementsAre(255, 128));  // 127.5 away from zero
    EXPECT_THAT(parsed->features.row(1), ElementsAre(51, 0));
    EXPECT_THAT(parsed->labels, ElementsAre("scan", "", "normal"));
    EXPECT_THAT(parsed->coverage, ElementsAre("scan"));
}

TEST(Csv, LabelColumnAndSeparatorCanBeNamed) {
    const Schema schema = small_schema();

    const auto parsed =
        parse_csv("a;b;class\n0;0;scan\n", schema, {.label_column = "class", .separator = ';'});

    EXPECT_THAT(parsed.value().labels, ElementsAre("scan"));
}

TEST(Csv, NumbersOutsideTheUnitAreRefusedByLineAndColumn) {
    const Schema schema = small_schema();
    for (const char* value : {"1.01", "-0.1", "nan", "inf", "", "0.1x"}) {
        const auto parsed =
            parse_csv("a,b,label\n0,0,x\n0," + std::string(value) + ",x\n", schema, {}, "t.csv");

        ASSERT_FALSE(parsed) << value;
        EXPECT_THAT(parsed.error().message, HasSubstr("t.csv, line 3: column 2 (b)"));
    }
}

TEST(Csv, MissingColumnIsNamed) {
    const Schema schema = small_schema();

    EXPECT_THAT(parse_csv("a,label\n", schema).error().message, HasSubstr("no column \"b\""));
    EXPECT_THAT(parse_csv("a,b\n", schema).error().message, HasSubstr("no column \"label\""));
    EXPECT_THAT(parse_csv("", schema).error().message, HasSubstr("empty"));
    EXPECT_THAT(parse_csv("a,a,b,label\n", schema).error().message, HasSubstr("two columns"));
}

TEST(Csv, LinesOfOtherWidthAndOpenQuotesAreRefused) {
    const Schema schema = small_schema();

    EXPECT_THAT(parse_csv("a,b,label\n0,0\n", schema).error().message, HasSubstr("line 2: 2 fi"));
    EXPECT_THAT(parse_csv("a,b,label\n0,0,\"x\n", schema).error().message,
                HasSubstr("closing quote"));
    EXPECT_THAT(parse_csv("a,b,label\n0,0," + std::string(70'000, 'x'), schema).error().message,
                HasSubstr("longer than 65536 bytes"));
}

TEST(CsvReader, QuotedFieldsKeepSeparatorsAndDoubledQuotes) {
    auto reader = CsvReader::open("a,b\r\n\"1,2\",\"say \"\"x\"\"\"\r\n", ',', "t.csv");

    ASSERT_TRUE(reader);
    ASSERT_TRUE(reader->next().value());
    EXPECT_EQ(reader->field(0), "1,2");
    EXPECT_EQ(reader->field(1), "say \"x\"");
    EXPECT_FALSE(reader->next().value());
}

TEST(Csv, FlowLineBecomesTheRecord) {
    const auto parsed = parse_flow_csv(kFlowHeader + kFlowLine);

    ASSERT_TRUE(parsed) << parsed.error().message;
    const FlowRecord& flow = parsed->flows.at(0);
    const FlowRecord expected = testing::tcp_flow();
    EXPECT_EQ(flow.src, expected.src);
    EXPECT_EQ(flow.dst, expected.dst);
    EXPECT_EQ(flow.start, expected.start);
    EXPECT_EQ(flow.end, expected.end);
    EXPECT_EQ(flow.dst_port, 443);
    EXPECT_EQ(flow.forward.ip_bytes, 1023u);
    EXPECT_EQ(flow.forward.flags, expected.forward.flags);
    EXPECT_EQ(flow.backward.flags, expected.backward.flags);
    EXPECT_TRUE(flow.has_flags);
}

TEST(Csv, FlowLinesAreEncodedInEndOrder) {
    const std::string early = "1,2.5,2001:db8::1,1,2001:db8::2,53,17,0,1,1,60,60,,,normal\n";

    const auto parsed = parse_csv(kFlowHeader + kFlowLine + early, flow_schema());

    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_THAT(parsed->labels, ElementsAre("normal", "scan"));
    std::vector<std::uint8_t> row(kFlowWidth);
    FlowEncoder(flow_schema()).encode(testing::tcp_flow(), row);
    EXPECT_TRUE(std::equal(row.begin(), row.end(), parsed->features.row(1).begin()));
}

TEST(Csv, ImpossibleFlowFieldsAreRefusedByLineAndColumn) {
    EXPECT_THAT(flow_error("x,2,1.1.1.1,1,1.1.1.2,2,6,0,1,1,1,1,,,a\n"), HasSubstr("line 3: colum"
                                                                                   "n 1 (start)"));
    EXPECT_THAT(flow_error("3,2,1.1.1.1,1,1.1.1.2,2,6,0,1,1,1,1,,,a\n"),
                HasSubstr("before the start"));
    EXPECT_THAT(flow_error("1,2,1.1.1,1,1.1.1.2,2,6,0,1,1,1,1,,,a\n"), HasSubstr("src_ip"));
    EXPECT_THAT(flow_error("1,2,1.1.1.1,1,::1,2,6,0,1,1,1,1,,,a\n"), HasSubstr("version of IP"));
    EXPECT_THAT(flow_error("1,2,1.1.1.1,65536,1.1.1.2,2,6,0,1,1,1,1,,,a\n"), HasSubstr("src_port"));
    EXPECT_THAT(flow_error("1,2,1.1.1.1,1,1.1.1.2,2,256,0,1,1,1,1,,,a\n"), HasSubstr("proto"));
    EXPECT_THAT(flow_error("1,2,1.1.1.1,1,1.1.1.2,2,6,0,-1,1,1,1,,,a\n"), HasSubstr("pkts_fwd"));
    EXPECT_THAT(flow_error("1,2,1.1.1.1,1,1.1.1.2,2,6,0,1,1,1,1,256,1,a\n"),
                HasSubstr("flags_fwd"));
    EXPECT_THAT(flow_error("1,2,1.1.1.1,1,1.1.1.2,2,6,0,1,1,1,1,,,a b\n"), HasSubstr("label"));
}

TEST(Csv, FlowLinesFitOnlySchemasOfFlows) {
    const Schema schema = small_schema();

    const auto parsed = parse_csv(kFlowHeader + kFlowLine, schema);

    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::mismatch);
}

TEST(Csv, PackedFilesAreReadAndDamagedOnesRefused) {
    const std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) / "csv_test_packed.csv.zst";
    const Bytes packed = compress(to_bytes(kFlowHeader + kFlowLine));

    ASSERT_TRUE(write_file_atomically(path, packed));
    const auto whole = load_csv(path, flow_schema());
    ASSERT_TRUE(write_file_atomically(path, ByteView(packed).first(packed.size() - 5)));
    const auto cut = load_csv(path, flow_schema());
    std::filesystem::remove(path);

    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->labels.size(), 1u);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, Errc::corrupt);
    EXPECT_EQ(load_csv(path, flow_schema()).error().code, Errc::not_found);
}

TEST(Csv, DamagedTextNeverCrashes) {
    Random random(42);

    for (int i = 0; i < 3000; ++i) {
        const auto parsed = parse_csv(testing::mutated(kFlowHeader + kFlowLine + kFlowLine, random),
                                      flow_context_schema());
        static_cast<void>(parse_csv(testing::random_bytes(random, 500), flow_schema()));
        if (parsed) {
            EXPECT_EQ(parsed->features.rows(), parsed->labels.size());
        }
    }
}

}  // namespace
}  // namespace tributary::datasets
