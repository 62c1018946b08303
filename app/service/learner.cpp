#include "app/service/learner.hpp"

#include "base/random.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/svm/hyper_parameters.hpp"

namespace tributary::app {

namespace {

using classifier::ClassifierObject;
using classifier::TrainingBatch;
using datasets::LabelledRecords;

/// The rows that may train `class_name`, with their signs.
TrainingBatch rows_for(const LabelledRecords& batch, const datasets::ClassName& class_name) {
    TrainingBatch rows{classifier::FeatureMatrix(batch.features.width()), {}, {}};
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
        const int sign = datasets::sign_for(batch.labels[i], class_name, batch.coverage);
        if (sign != 0) rows.append(batch.features.row(i), static_cast<std::int8_t>(sign));
    }
    return rows;
}

Digest digest_of(const LabelledRecords& batch) {
    ByteWriter writer;
    writer.put(batch.schema->hash());
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
        writer.put(batch.features.row(i));
        writer.u32(static_cast<std::uint32_t>(batch.labels[i].size()));
        writer.put(to_bytes(batch.labels[i]));
    }
    return blake2b(writer.bytes());
}

Result<ClassifierObject> decode_or_new(const LearningPlan& plan, const std::string& id,
                                       ByteView object) {
    const LearningPlan::Part& part = plan.parts.at(id);
    if (object.empty()) {
        return classifier::new_object(
            id, part.class_name, plan.schema->name(), plan.schema->hash(),
            classifier::Model::empty(plan.schema->width(), part.parameters));
    }
    const classifier::Expectation expect{plan.schema->name(), &plan.schema->hash()};
    auto decoded = classifier::decode_object(object, expect);
    if (!decoded) return fail(decoded.error().with_context("object " + id));
    if (decoded->id != id) {
        return fail(Errc::mismatch, "object " + id + " calls itself " + decoded->id);
    }
    return decoded;
}

}  // namespace

std::string object_id(const datasets::Schema& schema, const datasets::ClassName& class_name) {
    return schema.name() + ":" + class_name;
}

std::vector<std::string> LearningPlan::objects() const {
    std::vector<std::string> ids;
    ids.reserve(parts.size());
    for (const auto& [id, part] : parts) ids.push_back(id);
    return ids;
}

Learner::Learner(const datasets::Schema& schema, std::unique_ptr<classifier::Engine> engine,
                 std::string contributor, std::uint64_t seed)
    : schema_(&schema),
      engine_(std::move(engine)),
      contributor_(std::move(contributor)),
      seed_(seed) {}

Result<LearningPlan> Learner::plan(const LabelledRecords& batch, std::uint64_t contribution) const {
    if (batch.schema == nullptr || batch.schema->hash() != schema_->hash()) {
        return fail(Errc::mismatch,
                    "the batch has schema " +
                        (batch.schema == nullptr ? std::string("none") : batch.schema->name()) +
                        "; this service learns " + schema_->name());
    }
    LearningPlan plan{schema_, contributor_, contribution, digest_of(batch), {}};
    for (const datasets::ClassName& class_name : batch.coverage) {
        const TrainingBatch rows = rows_for(batch, class_name);
        if (rows.empty()) continue;
        const std::string id = object_id(*schema_, class_name);
        const auto memory = memories_.find(id);
        TRIBUTARY_TRY(auto prepared,
                      classifier::prepare(rows, memory == memories_.end() ? TrainingBatch{}
                                                                          : memory->second.rows()));
        plan.parts.emplace(id,
                           LearningPlan::Part{class_name, std::move(prepared),
                                              classifier::hyper_parameters_for(schema_->name())});
    }
    if (plan.parts.empty()) {
        return fail(Errc::invalid_argument, "the batch holds no labelled record to learn from");
    }
    return plan;
}

Result<Bytes> Learner::learn_one(const LearningPlan& plan, const std::string& id,
                                 ByteView object) const {
    TRIBUTARY_TRY(const ClassifierObject current, decode_or_new(plan, id, object));
    if (current.has_contribution(plan.contributor, plan.contribution)) return Bytes{};
    const classifier::PreparedBatch& prepared = plan.parts.at(id).prepared;
    TRIBUTARY_TRY(auto model, engine_->update(current.model, prepared));
    Digest parent{};
    if (!object.empty()) {
        TRIBUTARY_TRY(parent, classifier::content_digest(object));
    }
    classifier::LineageEntry entry;
    entry.contributor = plan.contributor;
    entry.contribution = plan.contribution;
    entry.batch = plan.batch;
    entry.records = prepared.positives + prepared.negatives;
    TRIBUTARY_TRY(const ClassifierObject next,
                  classifier::next_version(current, parent, std::move(model), std::move(entry)));
    return classifier::encode_object(next);
}

Result<ObjectBytes> Learner::learn(const LearningPlan& plan, const ObjectBytes& objects) const {
    ObjectBytes learnt;
    for (const auto& [id, part] : plan.parts) {
        const auto object = objects.find(id);
        if (object == objects.end()) {
            return fail(Errc::internal, "object " + id + " did not arrive for its update");
        }
        auto next = learn_one(plan, id, object->second);
        if (!next) return fail(next.error().with_context("cannot learn " + id));
        if (!next->empty()) learnt.emplace(id, std::move(*next));
    }
    return learnt;
}

Status Learner::remember(const LearningPlan& plan, const ObjectBytes& learnt) {
    for (const auto& [id, bytes] : learnt) {
        TRIBUTARY_TRY(const ClassifierObject object, classifier::decode_object(bytes));
        auto memory = memories_.find(id);
        if (memory == memories_.end()) {
            // A seed per object, so that two objects of a site do not sample in step.
            const std::uint64_t seed = Random(seed_).split(id).next();
            memory = memories_.emplace(id, classifier::LocalMemory(schema_->width(), seed)).first;
        }
        TRIBUTARY_CHECK(memory->second.remember(plan.parts.at(id).prepared.batch, object.model));
    }
    return {};
}

}  // namespace tributary::app
