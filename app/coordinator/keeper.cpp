#include "app/coordinator/keeper.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "app/service/version_inspector.hpp"
#include "base/log.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/lineage.hpp"

namespace tributary::app {

namespace {

using classifier::ClassifierObject;
using classifier::Verdict;
using netlayer::Object;
using netlayer::ObjectId;

/// Longest wait for an operation of the keeper, and the pause before it is tried again.
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kRetryPause{200};

/// The models of the versions that passed and are kept, by number.
using PassedModels = std::map<std::uint64_t, classifier::Model>;

/// An error that says nothing about the version: it is judged again.
bool is_passing(const Error& error) {
    return error.code == Errc::disconnected || error.code == Errc::timeout ||
           error.code == Errc::unreachable || error.code == Errc::io;
}

/// Whether somebody decided about the model since a version: it is not the gate's to judge then. A
/// rollback counts when it leads to a model that passed here under that number.
bool is_decided(const ClassifierObject& object, std::uint64_t since, const PassedModels& passed) {
    return std::ranges::any_of(object.lineage, [&](const classifier::LineageEntry& entry) {
        if (entry.version <= since) return false;
        if (entry.verdict == Verdict::confirmed) return true;
        if (entry.verdict != Verdict::rolled_back) return false;
        const auto known = passed.find(entry.reference);
        return known != passed.end() && entry.version == object.version &&
               known->second == object.model;
    });
}

bool is_rolled_back(const ClassifierObject& object, std::uint64_t since) {
    return std::ranges::any_of(object.lineage, [since](const classifier::LineageEntry& entry) {
        return entry.version > since && entry.verdict == Verdict::rolled_back;
    });
}

/// What the operation needs when the object arrives.
struct Withholding {
    ClassifierObject good;     ///< passed
    ClassifierObject suspect;  ///< did not
    classifier::Validation validation;
    SigningKey key;
    PassedModels passed;
};

/// What the donated records say of a model after another; there is no batch to look at.
classifier::GateReport judge_models(const classifier::Model& before, const classifier::Model& after,
                                    const classifier::Validation& validation) {
    const classifier::TrainingBatch unknown{classifier::FeatureMatrix(after.width()), {}, {}};
    return classifier::judge({before, after, unknown}, validation);
}

/// The object as it arrived -> the version without the contribution, or nothing to do. What came
/// after the contribution is kept if it passes; else all of it waits, in the newest one's name.
Result<Bytes> withheld(const Withholding& act, ByteView arrived) {
    const ClassifierObject& good = act.good;
    TRIBUTARY_TRY(const ClassifierObject current, classifier::decode_object(arrived));
    if (is_decided(current, good.version, act.passed)) return Bytes{};
    TRIBUTARY_TRY(const Digest parent, classifier::content_digest(arrived));
    TRIBUTARY_TRY(const auto engine,
                  classifier::make_engine(current.model.kind, classifier::kDefaultEngine));
    const std::string name = keeper_name(act.key.public_key);
    // Behind a rollback nobody can tell what of the suspect is left: the whole is judged.
    const bool whole = is_rolled_back(current, good.version);
    if (whole && judge_models(good.model, current.model, act.validation).passed) return Bytes{};
    const ClassifierObject& suspect = whole ? current : act.suspect;
    TRIBUTARY_TRY(ClassifierObject next,
                  classifier::withhold({good, suspect, current}, parent, *engine, name));
    if (!judge_models(good.model, next.model, act.validation).passed) {
        TRIBUTARY_TRY(next, classifier::withhold({good, current, current}, parent, *engine, name));
    }
    return classifier::encode_signed(std::move(next), act.key);
}

}  // namespace

Keeper::Keeper(const KeeperOptions& options, Metrics& metrics)
    : donated_(options.donated), judged_(options.judged), key_(options.key), metrics_(metrics) {}

Keeper::~Keeper() {
    stop();
}

void Keeper::stored(const std::vector<Object>& objects) {
    const std::lock_guard lock(mutex_);
    for (const Object& object : objects) {
        if (!is_classifier_id(object.id) || netlayer::view(object.body).empty()) continue;
        waiting_.insert_or_assign(object.id, object);
    }
    changed_.notify_all();
}

void Keeper::serve(netlayer::Node& node) {
    node_ = &node;
    worker_ = std::thread([this] { work(); });
}

void Keeper::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (worker_.joinable()) worker_.join();
}

std::optional<Object> Keeper::next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return std::nullopt;
    return std::move(waiting_.extract(waiting_.begin()).mapped());
}

void Keeper::work() {
    while (const auto object = next()) {
        const Status judged = judge(*object);
        if (judged) continue;
        log::warning("keeper", "a version could not be judged",
                     {{"object", object->id}, {"why", judged.error().message}});
        if (!is_passing(judged.error())) continue;
        std::unique_lock lock(mutex_);
        waiting_.emplace(object->id, *object);  // unless a newer one waits already
        changed_.wait_for(lock, kRetryPause, [this] { return stopping_; });
    }
}

Result<std::optional<ClassifierObject>> Keeper::last_good(const std::string& id) const {
    const std::vector<std::uint64_t> kept = judged_.versions(id);
    if (kept.empty()) return std::nullopt;
    TRIBUTARY_TRY(const Bytes bytes, judged_.load(id, kept.back()));
    TRIBUTARY_TRY(ClassifierObject object, classifier::decode_object(bytes));
    return object;
}

Result<std::map<std::uint64_t, classifier::Model>> Keeper::passed(const std::string& id) const {
    PassedModels models;
    for (const std::uint64_t version : judged_.versions(id)) {
        TRIBUTARY_TRY(const Bytes bytes, judged_.load(id, version));
        TRIBUTARY_TRY(ClassifierObject object, classifier::decode_object(bytes));
        models.emplace(version, std::move(object.model));
    }
    return models;
}

Status Keeper::judge(const Object& object) {
    const ByteView bytes = netlayer::view(object.body);
    TRIBUTARY_TRY(const ClassifierObject suspect, classifier::decode_object(bytes));
    TRIBUTARY_TRY(const auto good, last_good(object.id));
    if (good && suspect.version <= good->version) return {};
    if (!good) return judged_.keep(bytes);
    PassedModels models;
    if (is_rolled_back(suspect, good->version)) {
        TRIBUTARY_TRY(models, passed(object.id));
    }
    if (is_decided(suspect, good->version, models)) return judged_.keep(bytes);
    const classifier::Validation validation = donated_.validation_for(suspect);
    const classifier::GateReport report = judge_models(good->model, suspect.model, validation);
    if (report.judged) metrics_.counter("keeper.judged").add();
    if (report.passed) return judged_.keep(bytes);
    log::warning("keeper", "a contribution is withheld",
                 {{"object", object.id}, {"why", classifier::describe(report)}});
    return withhold(*good, suspect, validation);
}

Status Keeper::withhold(const ClassifierObject& good, const ClassifierObject& suspect,
                        const classifier::Validation& validation) {
    netlayer::UpdateRequest request;
    request.objects = {suspect.id};
    request.wait = netlayer::Durability::durable;
    request.timeout = kPatience;
    TRIBUTARY_TRY(PassedModels models, passed(suspect.id));
    const auto act = std::make_shared<const Withholding>(
        Withholding{good, suspect, validation, key_, std::move(models)});
    const auto made = std::make_shared<Bytes>();
    request.program =
        [act, made](const std::map<ObjectId, Object>& inputs) -> Result<std::map<ObjectId, Bytes>> {
        const ObjectId& id = act->suspect.id;
        TRIBUTARY_TRY(*made, withheld(*act, netlayer::view(inputs.at(id).body)));
        if (made->empty()) return std::map<ObjectId, Bytes>{};
        return std::map<ObjectId, Bytes>{{id, *made}};
    };
    TRIBUTARY_TRY(const netlayer::UpdateReport report, node_->update(std::move(request)));
    if (report.written.empty()) return {};
    metrics_.counter("keeper.withheld").add();
    return judged_.keep(*made);
}

}  // namespace tributary::app
