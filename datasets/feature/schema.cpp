#include "datasets/feature/schema.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/feature/kdd_schema.hpp"
#include "datasets/feature/splt_schema.hpp"

namespace tributary::datasets {
namespace {

void put_text(ByteWriter& writer, const std::string& text) {
    writer.u32(static_cast<std::uint32_t>(text.size()));
    writer.put(to_bytes(text));
}

Digest hash_of(const std::string& name, const std::vector<Feature>& features) {
    ByteWriter writer;
    put_text(writer, name);
    writer.u32(static_cast<std::uint32_t>(features.size()));
    for (const Feature& feature : features) {
        put_text(writer, feature.name);
        put_text(writer, feature.definition);
        put_text(writer, feature.unit);
        put_text(writer, feature.transform);
        put_text(writer, feature.missing);
    }
    return blake2b(writer.bytes());
}

}  // namespace

Schema::Schema(std::string name, std::vector<Feature> features)
    : name_(std::move(name)), features_(std::move(features)), hash_(hash_of(name_, features_)) {}

const std::vector<const Schema*>& known_schemas() {
    static const std::vector<const Schema*> schemas{&flow_schema(), &flow_context_schema(),
                                                    &kdd_schema(), &splt_schema(), &flowx_schema()};
    return schemas;
}

Result<const Schema*> find_schema(std::string_view name) {
    std::string known;
    for (const Schema* schema : known_schemas()) {
        if (schema->name() == name) return schema;
        known += (known.empty() ? "" : ", ") + schema->name();
    }
    return fail(Errc::not_found, "no feature schema is named \"" + std::string(name.substr(0, 64)) +
                                     "\"; this program knows " + known + ". Name one of these");
}

}  // namespace tributary::datasets
