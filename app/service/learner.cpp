#include "app/service/learner.hpp"

#include <algorithm>
#include <chrono>

#include "base/log.hpp"
#include "base/random.hpp"
#include "classifier/evaluate/calibration.hpp"
#include "classifier/evaluate/drift.hpp"
#include "classifier/evaluate/metrics.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/predict/predictor.hpp"
#include "classifier/svm/hyper_parameters.hpp"
#include "classifier/trust/lineage.hpp"
#include "classifier/trust/quarantine.hpp"

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

/// Newest held-out records that an update is judged by; more would cost possession time.
constexpr std::size_t kValidationRows = 2000;

classifier::Validation validation_for(const LabelledRecords& held_out,
                                      const datasets::ClassName& class_name) {
    classifier::Validation validation;
    validation.features = classifier::FeatureMatrix(held_out.features.width());
    const std::size_t rows = held_out.labels.size();
    for (std::size_t i = rows - std::min(rows, kValidationRows); i < rows; ++i) {
        const int sign = datasets::sign_for(held_out.labels[i], class_name, held_out.coverage);
        if (sign == 0) continue;
        validation.features.append(held_out.features.row(i));
        validation.signs.push_back(static_cast<std::int8_t>(sign));
        validation.strata.push_back(held_out.labels[i]);
    }
    return validation;
}

/// Measures the new version's card and, where both classes are there, its probabilities.
Status measure_card(ClassifierObject& object, const classifier::Validation& validation,
                    std::uint64_t now) {
    if (validation.size() == 0 || !object.model.trained()) return {};
    std::vector<double> scores(validation.size());
    classifier::Predictor(object.model).score(validation.features, scores);
    TRIBUTARY_TRY(object.card, classifier::evaluate(scores, validation.signs, validation.strata));
    object.card.unsure = classifier::unsure_share(scores);
    const auto fit = classifier::fit_platt(scores, validation.signs);
    if (!fit) return {};  // too few of a class: margins only
    object.calibration = *fit;
    object.calibration.version = object.version;
    object.calibration.fitted_at = now;
    return {};
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
    LearningPlan plan{schema_, contributor_, contribution, digest_of(batch), now_in_seconds(), {}};
    const LabelledRecords held_out = held_out_ ? held_out_() : LabelledRecords::empty(*schema_);
    for (const datasets::ClassName& class_name : batch.coverage) {
        const TrainingBatch rows = rows_for(batch, class_name);
        if (rows.empty()) continue;
        const std::string id = object_id(*schema_, class_name);
        const auto memory = memories_.find(id);
        TRIBUTARY_TRY(auto prepared,
                      classifier::prepare(rows, memory == memories_.end() ? TrainingBatch{}
                                                                          : memory->second.rows()));
        plan.parts.emplace(id, LearningPlan::Part{class_name, std::move(prepared),
                                                  classifier::hyper_parameters_for(schema_->name()),
                                                  validation_for(held_out, class_name)});
    }
    if (plan.parts.empty()) {
        return fail(Errc::invalid_argument, "the batch holds no labelled record to learn from");
    }
    return plan;
}

Result<LearningPlan> Learner::plan_rehearsal(std::uint64_t contribution) const {
    LearningPlan plan{schema_, contributor_, contribution, Digest{}, now_in_seconds(), {}};
    const LabelledRecords held_out = held_out_ ? held_out_() : LabelledRecords::empty(*schema_);
    const std::size_t prefix = schema_->name().size() + 1;
    for (const auto& [id, memory] : memories_) {
        const datasets::ClassName class_name = id.substr(prefix);
        TRIBUTARY_TRY(auto prepared, classifier::prepare_rehearsal(memory.rows()));
        plan.parts.emplace(id, LearningPlan::Part{class_name, std::move(prepared),
                                                  classifier::hyper_parameters_for(schema_->name()),
                                                  validation_for(held_out, class_name)});
    }
    if (plan.parts.empty()) {
        return fail(Errc::invalid_argument, "this site has taught nothing yet");
    }
    return plan;
}

Result<Bytes> Learner::learn_one(const LearningPlan& plan, const std::string& id,
                                 ByteView object) const {
    TRIBUTARY_TRY(const ClassifierObject current, decode_or_new(plan, id, object));
    if (current.has_contribution(plan.contributor, plan.contribution)) return Bytes{};
    const LearningPlan::Part& part = plan.parts.at(id);
    const classifier::PreparedBatch& prepared = part.prepared;
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
    const classifier::GateReport report =
        classifier::judge({current.model, model, prepared.batch}, part.validation);
    if (!report.passed) {
        log::warning("gate", "contribution was quarantined",
                     {{"object", id}, {"why", classifier::describe(report)}});
        TRIBUTARY_TRY(ClassifierObject parked,
                      classifier::park(current, parent, model, prepared, std::move(entry)));
        return encode(std::move(parked));
    }
    TRIBUTARY_TRY(ClassifierObject next,
                  classifier::next_version(current, parent, std::move(model), std::move(entry)));
    TRIBUTARY_CHECK(measure_card(next, part.validation, plan.made_at));
    return encode(std::move(next));
}

Result<Bytes> Learner::encode(ClassifierObject object) const {
    if (key_) return classifier::encode_signed(std::move(object), *key_);
    return classifier::encode_object(object);
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
        if (history_) TRIBUTARY_CHECK(history_->keep(bytes));
        auto memory = memories_.find(id);
        if (memory == memories_.end()) {
            // A seed per object, so that two objects of a site do not sample in step.
            const std::uint64_t seed = Random(seed_).split(id).next();
            memory = memories_.emplace(id, classifier::LocalMemory(schema_->width(), seed)).first;
        }
        // A parked batch is not remembered: it must not come back by this site's memory.
        if (!object.lineage.empty() &&
            object.lineage.back().verdict == classifier::Verdict::quarantined) {
            continue;
        }
        TRIBUTARY_CHECK(memory->second.remember(plan.parts.at(id).prepared.batch, object.model));
    }
    return {};
}

}  // namespace tributary::app
