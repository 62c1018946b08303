#include "app/service/site_detector.hpp"

#include <optional>

#include "classifier/object/codec.hpp"

namespace tributary::app {

namespace {

/// Nothing when nobody has taught the object yet, or when it has no verdict to give.
Result<std::optional<classifier::Member>> make_member(const datasets::Schema& schema,
                                                      const std::string& id, ByteView bytes) {
    if (bytes.empty()) return std::nullopt;
    const classifier::Expectation expect{schema.name(), &schema.hash()};
    auto object = classifier::decode_object(bytes, expect);
    if (!object) return fail(object.error().with_context("object " + id));
    if (!object->model.trained()) return std::nullopt;
    // It knows normal traffic only; what it finds strange is no class.
    if (object->model.kind == classifier::ModelKind::one_class) return std::nullopt;
    classifier::Member member;
    member.class_name = object->class_name;
    member.object_id = id;
    member.version = object->version;
    member.predictor = classifier::Predictor(object->model);
    return member;
}

Result<classifier::OneVsRest> make_ensemble(const datasets::Schema& schema,
                                            const ObjectBytes& objects,
                                            const Thresholds& thresholds) {
    classifier::OneVsRest ensemble(schema.width());
    for (const auto& [id, bytes] : objects) {
        TRIBUTARY_TRY(auto member, make_member(schema, id, bytes));
        if (!member) continue;
        const auto threshold = thresholds.find(id);
        if (threshold != thresholds.end()) member->threshold = threshold->second;
        TRIBUTARY_CHECK(ensemble.add(std::move(*member)));
    }
    return ensemble;
}

}  // namespace

Result<classifier::Detector> make_detector(const datasets::Schema& schema,
                                           const ObjectBytes& objects,
                                           const Thresholds& thresholds) {
    TRIBUTARY_TRY(auto ensemble, make_ensemble(schema, objects, thresholds));
    return classifier::Detector(std::move(ensemble));
}

Result<Thresholds> site_thresholds(const datasets::Schema& schema, const ObjectBytes& objects,
                                   const classifier::FeatureMatrix& held_out_normals) {
    TRIBUTARY_TRY(auto ensemble, make_ensemble(schema, objects, {}));
    if (!held_out_normals.empty()) TRIBUTARY_CHECK(ensemble.calibrate(held_out_normals));
    Thresholds thresholds;
    for (const classifier::Member& member : ensemble.members()) {
        thresholds.emplace(member.object_id, member.threshold);
    }
    return thresholds;
}

classifier::FeatureMatrix normal_rows(const datasets::LabelledRecords& records) {
    classifier::FeatureMatrix normals(records.features.width());
    for (std::size_t i = 0; i < records.labels.size(); ++i) {
        if (records.labels[i] == datasets::kNormalClass) normals.append(records.features.row(i));
    }
    return normals;
}

}  // namespace tributary::app
