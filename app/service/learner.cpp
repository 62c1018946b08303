#include "app/service/learner.hpp"

#include <algorithm>
#include <chrono>

#include "app/service/version_card.hpp"
#include "base/log.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/svm/hyper_parameters.hpp"
#include "classifier/trust/lineage.hpp"
#include "classifier/trust/quarantine.hpp"

namespace tributary::app {

namespace {

using classifier::ClassifierObject;
using classifier::ModelKind;
using classifier::TrainingBatch;
using datasets::LabelledRecords;

/// The rows that may train `class_name`, with their signs; a one-class object learns its own class
/// only.
TrainingBatch rows_for(const LabelledRecords& batch, const LearningPlan::Part& part) {
    TrainingBatch rows{classifier::FeatureMatrix(batch.features.width()), {}, {}};
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
        const int sign = sign_for_object(batch.labels[i], part.class_name, batch.coverage);
        if (sign == 0 || (sign < 0 && part.kind == ModelKind::one_class)) continue;
        rows.append(batch.features.row(i), static_cast<std::int8_t>(sign));
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

std::uint64_t now_in_seconds() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(since_1970).count());
}

Result<ClassifierObject> decode_or_new(const LearningPlan& plan, const std::string& id,
                                       ByteView object) {
    const LearningPlan::Part& part = plan.parts.at(id);
    if (object.empty()) {
        return classifier::new_object(
            id, part.class_name, plan.schema->name(), plan.schema->hash(),
            classifier::Model::empty(
                plan.schema->width(),
                classifier::hyper_parameters_for(plan.schema->name(), part.kind), part.kind));
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
      memories_(schema.width(), seed) {}

Status Learner::teach(const TaughtKinds& kinds) {
    if (kinds.with_one_class && kinds.taught == ModelKind::rff_linear) {
        return fail(Errc::invalid_argument,
                    "a site that sends no record (--kind rff-linear) cannot teach a one-class "
                    "object, whose vectors are records of normal traffic");
    }
    kinds_ = kinds;
    return {};
}

Status Learner::add_part(LearningPlan& plan, const LabelledRecords& batch,
                         const datasets::ClassName& class_name, ModelKind kind) {
    LearningPlan::Part part;
    part.class_name = class_name;
    part.kind = kind;
    const TrainingBatch rows = rows_for(batch, part);
    if (rows.empty()) return {};
    const std::string id = object_id(*schema_, part.class_name);
    TRIBUTARY_TRY(part.prepared, classifier::prepare(rows, memories_.rows(id)));
    plan.parts.emplace(id, std::move(part));
    return {};
}

Result<LearningPlan> Learner::plan(const LabelledRecords& batch, std::uint64_t contribution) {
    if (batch.schema == nullptr || batch.schema->hash() != schema_->hash()) {
        return fail(Errc::mismatch,
                    "the batch has schema " +
                        (batch.schema == nullptr ? std::string("none") : batch.schema->name()) +
                        "; this service learns " + schema_->name());
    }
    LearningPlan plan{schema_, contributor_, contribution, digest_of(batch), now_in_seconds(), {}};
    const LabelledRecords held_out = held_out_ ? held_out_() : LabelledRecords::empty(*schema_);
    for (const datasets::ClassName& class_name : batch.coverage) {
        TRIBUTARY_CHECK(add_part(plan, batch, class_name, kinds_.taught));
    }
    if (kinds_.with_one_class) {
        TRIBUTARY_CHECK(add_part(plan, batch, datasets::kNormalClass, ModelKind::one_class));
    }
    for (auto& [id, part] : plan.parts) {
        part.validation = validation_for(held_out, part.class_name);
    }
    if (plan.parts.empty()) {
        return fail(Errc::invalid_argument, "the batch holds no labelled record to learn from");
    }
    return plan;
}

Result<const classifier::Engine*> Learner::engine_for(const ClassifierObject& object) const {
    const ModelKind kind = object.model.kind;
    if (kind == ModelKind::rff_linear) return &fourier_;
    if (kinds_.taught == ModelKind::rff_linear) {
        return fail(Errc::permission,
                    "object " + object.id + " is " + classifier::to_string(kind) +
                        ": what it learns travels as records, and this site sends none (agent "
                        "--kind rff-linear). Start the agent without --kind to teach it");
    }
    if (kind == ModelKind::one_class) return &one_class_;
    return engine_.get();
}

Result<LearningPlan> Learner::plan_rehearsal(std::uint64_t contribution) {
    LearningPlan plan{schema_, contributor_, contribution, Digest{}, now_in_seconds(), {}};
    const LabelledRecords held_out = held_out_ ? held_out_() : LabelledRecords::empty(*schema_);
    const std::size_t prefix = schema_->name().size() + 1;
    for (const std::string& id : memories_.objects()) {
        LearningPlan::Part part;
        part.class_name = id.substr(prefix);
        part.kind = kinds_.taught;
        TRIBUTARY_TRY(part.prepared, classifier::prepare_rehearsal(memories_.rows(id)));
        part.validation = validation_for(held_out, part.class_name);
        plan.parts.emplace(id, std::move(part));
    }
    if (plan.parts.empty()) {
        return fail(Errc::invalid_argument, "this site has taught nothing yet");
    }
    return plan;
}

namespace {

/// What the plan writes into the history of an object.
classifier::LineageEntry entry_of(const LearningPlan& plan, const LearningPlan::Part& part) {
    classifier::LineageEntry entry;
    entry.contributor = plan.contributor;
    entry.contribution = plan.contribution;
    entry.batch = plan.batch;
    entry.records = part.prepared.positives + part.prepared.negatives;
    return entry;
}

/// Digest that the next version names; zero where there is no version yet.
Result<Digest> parent_of(ByteView object) {
    if (object.empty()) return Digest{};
    return classifier::content_digest(object);
}

}  // namespace

Result<Bytes> Learner::learn_one(const LearningPlan& plan, const ClassifierObject& current,
                                 ByteView object) const {
    if (current.has_contribution(plan.contributor, plan.contribution)) return Bytes{};
    const LearningPlan::Part& part = plan.parts.at(current.id);
    const classifier::PreparedBatch& prepared = part.prepared;
    TRIBUTARY_TRY(const classifier::Engine* engine, engine_for(current));
    TRIBUTARY_TRY(auto model, engine->update(current.model, prepared));
    TRIBUTARY_TRY(const Digest parent, parent_of(object));
    classifier::LineageEntry entry = entry_of(plan, part);
    classifier::GateReport report =
        classifier::judge({current.model, model, prepared.batch}, part.validation);
    if (!report.passed) {
        log::warning("gate", "contribution was quarantined",
                     {{"object", current.id}, {"why", classifier::describe(report)}});
        TRIBUTARY_TRY(ClassifierObject parked,
                      classifier::park(current, parent, model, prepared, std::move(entry)));
        return encode(std::move(parked));
    }
    TRIBUTARY_TRY(ClassifierObject next,
                  classifier::next_version(current, parent, std::move(model), std::move(entry)));
    TRIBUTARY_CHECK(
        measure_card(next, part.validation, plan.made_at, std::move(report.scores_after)));
    return encode(std::move(next));
}

Result<Bytes> Learner::encode(ClassifierObject object) const {
    if (key_) return classifier::encode_signed(std::move(object), *key_);
    return classifier::encode_object(object);
}

Result<ObjectBytes> Learner::learn(const LearningPlan& plan, const ObjectBytes& objects) const {
    std::map<std::string, ClassifierObject> arrived;
    for (const auto& [id, part] : plan.parts) {
        const auto object = objects.find(id);
        if (object == objects.end()) {
            return fail(Errc::internal, "object " + id + " did not arrive for its update");
        }
        auto current = decode_or_new(plan, id, object->second);
        if (!current) return fail(current.error().with_context("cannot learn " + id));
        // It is contained in all of its objects or in none: one refusal is enough.
        if (current->has_refused(plan.contributor, plan.contribution)) {
            return fail(Errc::conflict, "contribution " + std::to_string(plan.contribution) +
                                            " of " + plan.contributor + " was refused before");
        }
        arrived.emplace(id, std::move(*current));
    }
    ObjectBytes learnt;
    for (const auto& [id, current] : arrived) {
        auto next = learn_one(plan, current, objects.at(id));
        if (!next) return fail(next.error().with_context("cannot learn " + id));
        if (!next->empty()) learnt.emplace(id, std::move(*next));
    }
    return learnt;
}

Result<Bytes> Learner::refuse_one(const LearningPlan& plan, const std::string& id,
                                  ByteView object) const {
    TRIBUTARY_TRY(const ClassifierObject current, decode_or_new(plan, id, object));
    if (current.has_contribution(plan.contributor, plan.contribution)) return Bytes{};
    TRIBUTARY_TRY(const Digest parent, parent_of(object));
    TRIBUTARY_TRY(ClassifierObject next,
                  classifier::refuse(current, parent, entry_of(plan, plan.parts.at(id))));
    return encode(std::move(next));
}

Result<ObjectBytes> Learner::refuse(const LearningPlan& plan, const ObjectBytes& objects) const {
    for (const bool begin_new : {false, true}) {
        ObjectBytes noted;
        bool settled = false;
        for (const auto& [id, part] : plan.parts) {
            const auto object = objects.find(id);
            if (object == objects.end() || object->second.empty() != begin_new) continue;
            auto next = refuse_one(plan, id, object->second);
            // Of another schema, or broken: such an object takes no attempt either.
            if (!next && next.error().code == Errc::limit_exceeded) return fail(next.error());
            if (!next) continue;
            settled = true;
            if (!next->empty()) noted.emplace(id, std::move(*next));
        }
        if (settled) return noted;
    }
    return ObjectBytes{};
}

Status Learner::remember(const LearningPlan& plan, const ObjectBytes& learnt) {
    for (const auto& [id, bytes] : learnt) {
        TRIBUTARY_TRY(const ClassifierObject object, classifier::decode_object(bytes));
        if (history_) TRIBUTARY_CHECK(history_->keep(bytes));
        // A parked batch is not remembered: it must not come back by this site's memory.
        if (!object.lineage.empty() &&
            object.lineage.back().verdict == classifier::Verdict::quarantined) {
            continue;
        }
        TRIBUTARY_CHECK(memories_.remember(id, plan.parts.at(id).prepared.batch, object.model));
    }
    return {};
}

}  // namespace tributary::app
