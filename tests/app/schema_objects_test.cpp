#include "app/service/schema_objects.hpp"

#include <gtest/gtest.h>

#include "app/service/object_bundle.hpp"
#include "app/service/site_detector.hpp"
#include "app/service/site_drift.hpp"
#include "classifier/object/codec.hpp"

namespace tributary::app {
namespace {

const datasets::Schema& schema_of(const char* name) {
    return **datasets::find_schema(name);
}

/// Adds an untrained object.
void add_object(ObjectBytes& objects, const char* schema_name, const Digest& hash,
                std::size_t width, const char* class_name) {
    const std::string id = std::string(schema_name) + ":" + class_name;
    const auto object = classifier::new_object(id, class_name, schema_name, hash,
                                               classifier::Model::empty(width, {}));
    objects.emplace(id, *classifier::encode_object(object));
}

ObjectBytes objects_of_two_schemas() {
    ObjectBytes objects{{"flowctx/1:untaught", {}}};
    for (const char* name : {"flow/1", "flowctx/1"}) {
        const datasets::Schema& schema = schema_of(name);
        add_object(objects, name, schema.hash(), schema.width(), "beacon");
    }
    return objects;
}

TEST(SchemaObjects, ASiteDetectsBesideObjectsOfAnotherSchema) {
    const datasets::Schema& schema = schema_of("flowctx/1");
    const ObjectBytes all = objects_of_two_schemas();

    const auto parted = objects_of_schema(schema, all);

    ASSERT_TRUE(parted) << parted.error().message;
    EXPECT_TRUE(require_own(schema, *parted));
    ASSERT_EQ(parted->own.size(), 1U);
    EXPECT_EQ(parted->own.begin()->first, "flowctx/1:beacon");
    EXPECT_EQ(parted->skipped, (SkippedObjects{{"flow/1:beacon", "flow/1"}}));
    const auto rows = datasets::LabelledRecords::empty(schema).features;
    EXPECT_TRUE(site_thresholds(schema, parted->own, rows));
    EXPECT_TRUE(measure_site_drift(parted->own, rows));
}

TEST(SchemaObjects, AnExplicitObjectOfAnotherSchemaIsRefusedByName) {
    const auto detector = make_detector(schema_of("flowctx/1"), objects_of_two_schemas(), {});

    ASSERT_FALSE(detector);
    EXPECT_EQ(detector.error().code, Errc::mismatch);
    EXPECT_NE(detector.error().message.find("flow/1:beacon"), std::string::npos);
}

TEST(SchemaObjects, NoneLeftNamesWhatThereIsAndTheNextStep) {
    const datasets::Schema& schema = schema_of("kdd41/1");

    const auto parted = objects_of_schema(schema, objects_of_two_schemas());
    const Status none = require_own(schema, *parted);
    const Status nothing_taught = require_own(schema, {});

    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::mismatch);
    for (const char* part : {"kdd41/1", "flow/1:beacon (flow/1)", "flowctx/1:beacon (flowctx/1)",
                             "tributary contribute", "--schema"}) {
        EXPECT_NE(none.error().message.find(part), std::string::npos) << part;
    }
    EXPECT_TRUE(nothing_taught);
}

TEST(SchemaObjects, AnotherDefinitionOfOneNameIsSkippedToo) {
    ObjectBytes objects;
    add_object(objects, "flowctx/1", Digest{1}, 53, "beacon");

    const auto parted = objects_of_schema(schema_of("flowctx/1"), objects);

    ASSERT_TRUE(parted) << parted.error().message;
    EXPECT_TRUE(parted->own.empty());
    EXPECT_EQ(parted->skipped.at("flowctx/1:beacon"), "flowctx/1, defined otherwise");
}

TEST(SchemaObjects, ManyAreNotAllNamedInASentence) {
    SkippedObjects many;
    for (char letter = 'a'; letter < 'k'; ++letter) {
        many.emplace(std::string("flow/1:") + letter, "flow/1");
    }

    const std::string sentence = skipped_sentence("flowctx/1", many);

    EXPECT_NE(sentence.find("flow/1:e (flow/1) and 5 more"), std::string::npos) << sentence;
    EXPECT_TRUE(skipped_sentence("flowctx/1", {}).empty());
}

TEST(SchemaObjects, TravelInTheBundleOfADetector) {
    const ObjectBundle sent{"flow/1", {{"flow/1:x", {3, 0.5, Bytes{1, 2}}}}, {{"a:b", "a"}}};

    const auto received = unpack_objects(pack_objects(sent));

    ASSERT_TRUE(received) << received.error().message;
    EXPECT_EQ(received->features, "flow/1");
    EXPECT_EQ(received->objects.at("flow/1:x").bytes, (Bytes{1, 2}));
    EXPECT_EQ(received->skipped, sent.skipped);
}

}  // namespace
}  // namespace tributary::app
