#include "app/cli/site_models.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/ask_member.hpp"
#include "app/service/object_files.hpp"
#include "app/service/site_detector.hpp"
#include "classifier/object/codec.hpp"

namespace tributary::app {

namespace {

constexpr const char* kDefaultSchema = "flowctx/1";

Result<SiteModels> assemble(const ObjectBundle& bundle) {
    std::string schema_name = bundle.features.empty() ? kDefaultSchema : bundle.features;
    ObjectBytes objects;
    Thresholds thresholds;
    std::map<std::string, std::uint64_t> versions;
    std::map<std::string, std::size_t> contributors;
    for (const auto& [id, object] : bundle.objects) {
        TRIBUTARY_TRY(const auto decoded, classifier::decode_object(object.bytes));
        if (bundle.features.empty()) schema_name = decoded.schema;
        versions.emplace(id, object.version);
        contributors.emplace(id, decoded.contributors.size());
        thresholds.emplace(id, object.threshold);
        objects.emplace(id, object.bytes);
    }
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(schema_name));
    TRIBUTARY_TRY(classifier::Detector detector, make_detector(*schema, objects, thresholds));
    return SiteModels{schema,
                      std::move(detector),
                      std::move(versions),
                      std::move(contributors),
                      std::move(objects),
                      bundle.skipped};
}

}  // namespace

Result<SiteModels> fetch_site_models(const std::string& state, bool local) {
    const nlohmann::json request{{"strict", !local}};
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(state, "detector", request.dump()));
    TRIBUTARY_TRY(const ObjectBundle bundle, unpack_objects(answer));
    return assemble(bundle);
}

Result<SiteModels> load_models(const std::vector<std::string>& files) {
    ObjectBundle bundle;
    for (const std::string& file : files) {
        TRIBUTARY_TRY(ObjectFile read, load_object(file));
        bundle.objects[read.object.id] =
            BundledObject{read.object.version, 0, std::move(read.bytes)};
    }
    return assemble(bundle);
}

void report_skipped(const SiteModels& models) {
    const std::string sentence = skipped_sentence(models.schema->name(), models.skipped);
    if (!sentence.empty()) std::cerr << "tributary: " << sentence << "\n";
}

}  // namespace tributary::app
