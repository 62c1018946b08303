#include "app/service/object_rows.hpp"

#include <nlohmann/json.hpp>

#include "classifier/object/codec.hpp"

namespace tributary::app {

Result<std::string> model_row(const std::string& id, std::uint64_t version, ByteView encoded) {
    auto object = classifier::decode_object(encoded);
    if (!object) return fail(object.error().with_context("object " + id));
    const classifier::Model& model = object->model;
    const nlohmann::ordered_json row{
        {"object", id},
        {"version", version},
        {"features", object->schema},
        {"kind", classifier::to_string(model.kind)},
        {"records", model.seen_positive + model.seen_negative},
        {"vectors", model.vectors.rows() + model.pending.features.rows()},
        {"bytes", encoded.size()},
        {"contributors", object->contributors.size()},
    };
    return row.dump();
}

}  // namespace tributary::app
