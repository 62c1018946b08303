#include "app/service/schema_objects.hpp"

#include <nlohmann/json.hpp>

#include "classifier/object/codec.hpp"

namespace tributary::app {

namespace {

constexpr std::size_t kMostNamed = 5;  ///< in one sentence

/// "flow/1:beacon (flow/1), flow/1:dns-tunnel (flow/1) and 3 more".
std::string names_of(const SkippedObjects& skipped) {
    std::string text;
    std::size_t named = 0;
    for (const auto& [id, schema] : skipped) {
        if (named == kMostNamed) {
            return text + " and " + std::to_string(skipped.size() - named) + " more";
        }
        if (named++ > 0) text += ", ";
        text += id;
        text += " (" + schema + ")";
    }
    return text;
}

}  // namespace

Result<SchemaObjects> objects_of_schema(const datasets::Schema& schema,
                                        const ObjectBytes& objects) {
    SchemaObjects parted;
    for (const auto& [id, bytes] : objects) {
        if (bytes.empty()) continue;
        const auto object = classifier::decode_object(bytes);
        if (!object) return fail(object.error().with_context("object " + id));
        if (object->schema_hash == schema.hash()) {
            parted.own.emplace(id, bytes);
            continue;
        }
        const bool same_name = object->schema == schema.name();
        parted.skipped.emplace(id, object->schema + (same_name ? ", defined otherwise" : ""));
    }
    return parted;
}

Status require_own(const datasets::Schema& schema, const SchemaObjects& objects) {
    if (!objects.own.empty() || objects.skipped.empty()) return {};
    return fail(Errc::mismatch, "nobody has taught an object of this site's schema " +
                                    schema.name() + " yet; there is " + names_of(objects.skipped) +
                                    ". Contribute first: tributary contribute --state DIR CAPTURE; "
                                    "or start the agent with --schema of these");
}

std::string skipped_sentence(const std::string& schema_name, const SkippedObjects& skipped) {
    if (skipped.empty()) return {};
    return "skipped what is not of this site's schema " + schema_name + ": " + names_of(skipped);
}

std::string skipped_rows(const SkippedObjects& skipped) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& [id, schema] : skipped) rows.push_back({{"object", id}, {"features", schema}});
    return rows.dump();
}

}  // namespace tributary::app
