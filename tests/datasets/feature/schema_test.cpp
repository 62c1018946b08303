#include "datasets/feature/schema.hpp"

#include <gmock/gmock.h>

#include <set>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/feature/kdd_schema.hpp"
#include "datasets/feature/splt_schema.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

TEST(Schema, HashIsThatOfTheDocumentedBytes) {
    const Schema schema("t/1", {{"a", "first", "bit", "0 or 1", "0", "nothing"},
                                {"b", "second", "ms", "as is", "none", "something"}});

    const std::string hash = to_hex(schema.hash());

    // hashlib.blake2b(digest_size=32) over the bytes described in schema.hpp.
    EXPECT_EQ(hash, "7eb13160442c0a1a33e33b2057eb78f648f63d8f364f9baa6383ad285965bead");
}

TEST(Schema, HashDependsOnEveryFieldButWhatItReveals) {
    const Feature base{"name", "definition", "unit", "transform", "missing", "reveals"};
    const auto hash_with = [&](std::string Feature::*field) {
        Feature changed = base;
        changed.*field = "other";
        return Schema("t/1", {changed}).hash();
    };
    const Digest hash = Schema("t/1", {base}).hash();

    EXPECT_NE(hash_with(&Feature::name), hash);
    EXPECT_NE(hash_with(&Feature::definition), hash);
    EXPECT_NE(hash_with(&Feature::unit), hash);
    EXPECT_NE(hash_with(&Feature::transform), hash);
    EXPECT_NE(hash_with(&Feature::missing), hash);
    EXPECT_NE(Schema("t/2", {base}).hash(), hash);
    EXPECT_EQ(hash_with(&Feature::reveals), hash);
}

TEST(Schema, WidthsAreThoseOfTheDesign) {
    EXPECT_EQ(find_schema("flow/1").value()->width(), 43u);
    EXPECT_EQ(find_schema("flowctx/1").value()->width(), 53u);
    EXPECT_EQ(find_schema("kdd41/1").value()->width(), 122u);
    EXPECT_EQ(find_schema("flowx/1").value()->width(),
              43u + find_schema("splt/1").value()->width());
}

TEST(Schema, UnknownNameIsRefusedWithTheKnownOnes) {
    const auto found = find_schema("flow/9");

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_THAT(found.error().message, ::testing::HasSubstr("flow/1, flowctx/1, kdd41/1"));
}

TEST(Schema, EveryFeatureIsNamedOnceAndFullyDescribed) {
    for (const Schema* schema : known_schemas()) {
        std::set<std::string> names;
        for (const Feature& feature : schema->features()) {
            EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
            EXPECT_FALSE(feature.definition.empty()) << feature.name;
            EXPECT_FALSE(feature.unit.empty()) << feature.name;
            EXPECT_FALSE(feature.transform.empty()) << feature.name;
            EXPECT_FALSE(feature.missing.empty()) << feature.name;
            EXPECT_FALSE(feature.reveals.empty()) << feature.name;
        }
    }
}

TEST(Schema, ContextSchemaStartsWithTheFlowSchema) {
    const std::vector<Feature>& flow = flow_schema().features();
    const std::vector<Feature>& context = flow_context_schema().features();

    for (std::size_t i = 0; i < flow.size(); ++i) EXPECT_EQ(context[i].name, flow[i].name);
}

// A changed hash cuts this version off from every classifier in use: give the schema a new version.
TEST(Schema, PublishedHashesStayAsTheyAre) {
    EXPECT_EQ(to_hex(flow_schema().hash()),
              "dc73c943ced6d878cdb8125d4ee4f803ce25c3612ddd596e93ca340cd49911d2");
    EXPECT_EQ(to_hex(flow_context_schema().hash()),
              "b4a69b69380b8b5c20fd0300b56c4ceaa6bc4f4b3f49589d716884c1f01dbe1e");
    EXPECT_EQ(to_hex(kdd_schema().hash()),
              "762e01eee27a13e49ce8268cd6cadb77f5bd756f4a45344b8eb2c5f91d2ae308");
    EXPECT_EQ(to_hex(splt_schema().hash()),
              "2d23c08fb59f9a012488a99794fbf35b15fba773b592a98b07da4dc4d977b9d8");
    EXPECT_EQ(to_hex(flowx_schema().hash()),
              "ab609bc0d43a1d0fb30de2758948326b7a4967e2b6776ee1dc593e18668d21e3");
}

TEST(Schema, DocumentDescribesEveryFeature) {
    const auto bytes = read_file(testing::source_root() / "docs/features.md", 1 << 20);
    ASSERT_TRUE(bytes) << bytes.error().message;
    const std::string text(as_text(*bytes));

    for (const Schema* schema : known_schemas()) {
        for (const Feature& feature : schema->features()) {
            const std::string row = "| `" + feature.name + "` | " + feature.definition + " | " +
                                    feature.unit + " | " + feature.transform + " | " +
                                    feature.missing + " | " + feature.reveals + " |";
            EXPECT_THAT(text, ::testing::HasSubstr(row)) << schema->name();
        }
        EXPECT_THAT(text, ::testing::HasSubstr(to_hex(schema->hash()))) << schema->name();
    }
}

}  // namespace
}  // namespace tributary::datasets
