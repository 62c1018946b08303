#include "app/service/object_bundle.hpp"

#include <nlohmann/json.hpp>

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

ControlFrame pack_objects(const ObjectBundle& bundle) {
    ControlFrame frame;
    Json rows = Json::array();
    for (const auto& [id, object] : bundle.objects) {
        rows.push_back({{"object", id},
                        {"version", object.version},
                        {"threshold", object.threshold},
                        {"bytes", object.bytes.size()}});
        frame.body.insert(frame.body.end(), object.bytes.begin(), object.bytes.end());
    }
    frame.json = Json{{"schema", 1},
                      {"features", bundle.features},
                      {"rows", rows},
                      {"skipped_objects", Json::parse(skipped_rows(bundle.skipped))}}
                     .dump();
    return frame;
}

Result<ObjectBundle> unpack_objects(const ControlFrame& frame) {
    const Json json = Json::parse(frame.json, nullptr, false);
    if (!json.is_object() || !json.contains("rows") || !json["rows"].is_array()) {
        return fail(Errc::corrupt, "the answer holds no list of objects");
    }
    ObjectBundle bundle;
    ByteReader reader(frame.body);
    try {
        bundle.features = json.value("features", std::string());
        for (const Json& row : json.value("skipped_objects", Json::array())) {
            bundle.skipped.emplace(row.at("object").get<std::string>(),
                                   row.at("features").get<std::string>());
        }
        for (const Json& row : json["rows"]) {
            const ByteView bytes = reader.take(row.at("bytes").get<std::size_t>());
            BundledObject object{row.at("version").get<std::uint64_t>(),
                                 row.at("threshold").get<double>(),
                                 Bytes(bytes.begin(), bytes.end())};
            bundle.objects.emplace(row.at("object").get<std::string>(), std::move(object));
        }
    } catch (const Json::exception& error) {
        return fail(Errc::corrupt, std::string("the list of objects is damaged: ") + error.what());
    }
    if (!reader.ok()) return fail(Errc::corrupt, "the list of objects ends early");
    return bundle;
}

}  // namespace tributary::app
