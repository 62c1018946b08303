#include "datasets/corpus/kdd.hpp"

#include <gmock/gmock.h>

#include <map>

#include "datasets/feature/kdd_schema.hpp"
#include "tests/datasets/corpus/data_folder.hpp"
#include "tests/datasets/corpus/mutate.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// First lines of the published NSL-KDD training file and of the 1999 file.
const std::string kNslLine =
    "0,tcp,ftp_data,SF,491,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2,2,0.00,0.00,0.00,0.00,1.00,0.00,"
    "0.00,150,25,0.17,0.03,0.17,0.00,0.00,0.00,0.05,0.00,normal,20";
const std::string kOldLine =
    "0,icmp,ecr_i,SF,1032,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,511,511,0.00,0.00,0.00,0.00,1.00,"
    "0.00,0.00,255,255,1.00,0.00,1.00,0.00,0.00,0.00,0.00,0.00,smurf.";

/// The line with one column (from 1) replaced.
std::string with_column(const std::string& line, int column, const std::string& value) {
    std::size_t start = 0;
    for (int i = 1; i < column; ++i) start = line.find(',', start) + 1;
    const std::size_t end = std::min(line.find(',', start), line.size());
    return line.substr(0, start) + value + line.substr(end);
}

std::string error_of(const std::string& text) {
    const auto parsed = parse_kdd(text, KddLabels::category, "t.txt");
    return parsed ? "" : parsed.error().message;
}

std::map<std::string, int> count_labels(const std::vector<ClassName>& labels) {
    std::map<std::string, int> counts;
    for (const ClassName& label : labels) ++counts[label];
    return counts;
}

TEST(Kdd, PublishedLineGivesTheNumbersOfTheSchema) {
    const auto parsed = parse_kdd(kNslLine + "\n", KddLabels::attack_name);

    ASSERT_TRUE(parsed) << parsed.error().message;
    const FeatureRow row = parsed->records.features.row(0);
    // ln 492 / ln 2000000001 = .2894; ln 3 / ln 512 = .1761; .17, .03, .05 of 255.
    EXPECT_THAT(
        testing::nonzero(kdd_schema(), {row.begin(), row.end()}),
        ElementsAre(Pair("count", 45), Pair("dst_host_count", 150),
                    Pair("dst_host_diff_srv_rate", 8), Pair("dst_host_rerror_rate", 13),
                    Pair("dst_host_same_src_port_rate", 43), Pair("dst_host_same_srv_rate", 43),
                    Pair("dst_host_srv_count", 25), Pair("flag_SF", 255), Pair("protocol_tcp", 255),
                    Pair("same_srv_rate", 255), Pair("service_ftp_data", 255),
                    Pair("src_bytes", 74), Pair("srv_count", 45)));
}

TEST(Kdd, LabelsBecomeNamesCategoriesOrAttack) {
    const std::string text = kNslLine + "\r\n\n" + kOldLine;

    const auto names = parse_kdd(text, KddLabels::attack_name);
    const auto categories = parse_kdd(text, KddLabels::category);
    const auto binary = parse_kdd(text, KddLabels::attack);

    EXPECT_THAT(names.value().records.labels, ElementsAre("normal", "smurf"));
    EXPECT_THAT(names.value().records.coverage, ElementsAre("smurf"));
    EXPECT_THAT(categories.value().records.labels, ElementsAre("normal", "dos"));
    EXPECT_THAT(binary.value().records.labels, ElementsAre("normal", "attack"));
}

TEST(Kdd, NormalIsNormalHoweverItIsWritten) {
    const auto parsed = parse_kdd(with_column(kNslLine, 42, "Normal"), KddLabels::attack_name);

    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_THAT(parsed->records.labels, ElementsAre("normal"));
}

TEST(Kdd, UnknownServiceStaysZeroAndIsCounted) {
    const auto parsed = parse_kdd(with_column(kNslLine, 3, "quic"), KddLabels::attack);

    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->unknown_services, 1u);
}

TEST(Kdd, ImpossibleNumbersAreRefusedByLineAndColumn) {
    const std::string good = kNslLine + "\n";

    EXPECT_THAT(error_of(good + with_column(kNslLine, 1, "nan")),
                AllOf(HasSubstr("t.txt, line 2: column 1 (duration): \"nan\""),
                      HasSubstr("not a finite number")));
    EXPECT_THAT(error_of(with_column(kNslLine, 5, "inf")), HasSubstr("column 5 (src_bytes)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 6, "-1")), HasSubstr("column 6 (dst_bytes)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 23, "1e999")), HasSubstr("column 23 (count)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 5, "99999999999999999999")),
                HasSubstr("too large for a count"));
    EXPECT_THAT(error_of(with_column(kNslLine, 25, "1.01")),
                AllOf(HasSubstr("column 25 (serror_rate)"), HasSubstr("between 0 and 1")));
    EXPECT_THAT(error_of(with_column(kNslLine, 41, "12x")),
                HasSubstr("column 41 (dst_host_srv_rerror_rate)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 7, "")), HasSubstr("column 7 (land)"));
}

TEST(Kdd, ImpossibleSymbolsAreRefusedByLineAndColumn) {
    EXPECT_THAT(error_of(with_column(kNslLine, 2, "sctp")), HasSubstr("column 2 (protocol_type)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 3, "")), HasSubstr("column 3 (service)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 4, "S9")), HasSubstr("column 4 (flag)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 42, "martian")), HasSubstr("column 42 (label)"));
    EXPECT_THAT(error_of(with_column(kNslLine, 43, "22")), HasSubstr("column 43 (difficulty)"));
}

TEST(Kdd, WrongNumberOfColumnsIsRefused) {
    EXPECT_THAT(error_of("1,2,3\n"), HasSubstr("line 1: 3 columns"));
    EXPECT_THAT(error_of(kNslLine + ",1"), HasSubstr("44 columns"));
    EXPECT_THAT(error_of(std::string(5000, ',')), HasSubstr("longer than 4096 bytes"));
}

TEST(Kdd, EveryPublishedAttackHasItsCategory) {
    const std::map<std::string, std::vector<std::string>> published{
        {"dos",
         {"apache2", "back", "land", "mailbomb", "neptune", "pod", "processtable", "smurf",
          "teardrop", "udpstorm", "worm"}},
        {"probe", {"ipsweep", "mscan", "nmap", "portsweep", "saint", "satan"}},
        {"r2l",
         {"ftp_write", "guess_passwd", "httptunnel", "imap", "multihop", "named", "phf", "sendmail",
          "snmpgetattack", "snmpguess", "spy", "warezclient", "warezmaster", "xlock", "xsnoop"}},
        {"u2r", {"buffer_overflow", "loadmodule", "perl", "ps", "rootkit", "sqlattack", "xterm"}},
        {"normal", {"normal"}}};

    for (const auto& [category, attacks] : published) {
        for (const std::string& attack : attacks) {
            EXPECT_EQ(kdd_category(attack).value_or("none"), category) << attack;
        }
    }
    EXPECT_FALSE(kdd_category("martian"));
}

TEST(Kdd, DamagedTextNeverCrashes) {
    Random random(41);

    for (int i = 0; i < 3000; ++i) {
        const auto parsed = parse_kdd(testing::mutated(kNslLine + "\n" + kOldLine + "\n", random),
                                      KddLabels::attack_name);
        static_cast<void>(parse_kdd(testing::random_bytes(random, 500), KddLabels::category));
        if (parsed) {
            EXPECT_EQ(parsed->records.features.rows(), parsed->records.labels.size());
        }
    }
}

class PublishedKdd : public ::testing::Test {
 protected:
    void SetUp() override {
        if (!std::filesystem::exists(testing::data_folder() / "kdd")) {
            GTEST_SKIP() << "the published KDD files are absent; name their folder in "
                            "TRIBUTARY_DATA";
        }
    }
    static KddRecords load(const char* file) {
        auto loaded = load_kdd(testing::data_folder() / "kdd" / file, KddLabels::attack_name);
        EXPECT_TRUE(loaded) << loaded.error().message;
        return loaded ? std::move(*loaded) : KddRecords{};
    }
};

TEST_F(PublishedKdd, TrainingFileHasThePublishedCounts) {
    const KddRecords loaded = load("KDDTrain+.txt.zst");

    EXPECT_EQ(loaded.unknown_services, 0u);
    EXPECT_EQ(loaded.records.features.rows(), 125'973u);
    EXPECT_EQ(loaded.records.coverage.size(), 22u);
    EXPECT_THAT(
        count_labels(loaded.records.labels),
        ElementsAre(Pair("back", 956), Pair("buffer_overflow", 30), Pair("ftp_write", 8),
                    Pair("guess_passwd", 53), Pair("imap", 11), Pair("ipsweep", 3599),
                    Pair("land", 18), Pair("loadmodule", 9), Pair("multihop", 7),
                    Pair("neptune", 41'214), Pair("nmap", 1493), Pair("normal", 67'343),
                    Pair("perl", 3), Pair("phf", 4), Pair("pod", 201), Pair("portsweep", 2931),
                    Pair("rootkit", 10), Pair("satan", 3633), Pair("smurf", 2646), Pair("spy", 2),
                    Pair("teardrop", 892), Pair("warezclient", 890), Pair("warezmaster", 20)));
}

TEST_F(PublishedKdd, TestFileHasThePublishedCounts) {
    const KddRecords loaded = load("KDDTest+.txt.zst");
    const Coverage known = load("KDDTrain+.txt.zst").records.coverage;

    EXPECT_EQ(loaded.records.features.rows(), 22'544u);
    int unseen_rows = 0;
    std::map<std::string, int> unseen;
    for (const auto& [label, count] : count_labels(loaded.records.labels)) {
        if (label == kNormalClass || known.contains(label)) continue;
        unseen[label] = count;
        unseen_rows += count;
    }
    EXPECT_EQ(unseen.size(), 17u);
    EXPECT_EQ(unseen_rows, 3750);
}

TEST_F(PublishedKdd, TenPercentFileHasThePublishedCounts) {
    const KddRecords loaded = load("kddcup.data_10_percent.zst");

    auto counts = count_labels(loaded.records.labels);
    EXPECT_EQ(loaded.records.features.rows(), 494'021u);
    EXPECT_EQ(counts["smurf"], 280'790);
    EXPECT_EQ(counts["neptune"], 107'201);
    EXPECT_EQ(counts["normal"], 97'278);
    EXPECT_EQ(counts["spy"], 2);
    EXPECT_EQ(counts.size(), 23u);
}

}  // namespace
}  // namespace tributary::datasets
