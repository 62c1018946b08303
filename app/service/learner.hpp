#pragma once
// Where a classifier becomes an object: one labelled batch -> one operation on the objects that
// it may train. What does not need the objects (checking, encoding, merging with the site's
// memory) is done in `plan`, before they are asked for; `learn` is what their possession costs.
// What the site's own held-out records speak against is parked in the object, not learnt.
// Invariants: `learn` is pure and may run on any thread, also more than once for one plan; the
// same contribution number enters an object at most once. The rest: one thread per Learner.
// @paper self-service §5.1, §8.3

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/service/object_history.hpp"
#include "app/service/site_memory.hpp"
#include "base/result.hpp"
#include "base/signing.hpp"
#include "classifier/object/classifier_object.hpp"
#include "classifier/svm/engine.hpp"
#include "classifier/svm/fourier_engine.hpp"
#include "classifier/svm/one_class_engine.hpp"
#include "classifier/trust/gate.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

using ObjectBytes = std::map<std::string, Bytes>;  ///< object id -> encoded object

/// The object that holds the classifier of one class under one schema, for example
/// "flowctx/1:ssh-guessing".
std::string object_id(const datasets::Schema& schema, const datasets::ClassName& class_name);

/// One batch, ready to be learnt by every object that it touches.
struct LearningPlan {
    struct Part {
        datasets::ClassName class_name;
        /// Of the object, if nobody has taught it yet.
        classifier::ModelKind kind = classifier::ModelKind::svm_rbf;
        classifier::PreparedBatch prepared;
        classifier::Validation validation;  ///< held-out records that the update is judged by
    };
    const datasets::Schema* schema = nullptr;
    std::string contributor;            ///< pseudonym
    std::uint64_t contribution = 0;     ///< number of this contribution, ascending per contributor
    Digest batch{};                     ///< of rows and labels; the rows stay here
    std::uint64_t made_at = 0;          ///< seconds since 1970, for the calibration
    std::map<std::string, Part> parts;  ///< by object id

    [[nodiscard]] std::vector<std::string> objects() const;
};

/// Which kinds of objects a site teaches.
struct TaughtKinds {
    /// Of new objects. With rff_linear no record of the site ever travels: objects of other kinds
    /// are refused. With svm_rbf what others began as rff_linear is taught, too.
    classifier::ModelKind taught = classifier::ModelKind::svm_rbf;
    bool with_one_class = false;  ///< also an object of normal traffic, "<schema>:normal"
};

class Learner {
 public:
    /// @param contributor  the name under which the site appears in objects
    /// @param seed         of the site's random reservoir
    Learner(const datasets::Schema& schema, std::unique_ptr<classifier::Engine> engine,
            std::string contributor, std::uint64_t seed);

    /// Signs every version that this site makes.
    void sign_with(const SigningKey& key) { key_ = key; }
    /// Judges every update on records that the site holds out, before it is released; what does not
    /// pass is parked in the object. Also measures the object's card and fits its probabilities.
    /// @param held_out  called for each batch, on the thread that plans
    void gate_on(std::function<datasets::LabelledRecords()> held_out) {
        held_out_ = std::move(held_out);
    }
    /// @error invalid_argument (one-class objects hold records, a site of rff_linear sends none)
    Status teach(const TaughtKinds& kinds);
    /// Keeps the site's memory in files, so that a restart forgets nothing.
    void keep_memory_in(const std::filesystem::path& folder) { memories_.keep_in(folder); }
    /// Keeps every version that this site makes, so that a rollback can go back to it.
    void keep_history_in(const std::filesystem::path& folder) { history_.emplace(folder); }

    /// Prepares a batch for the objects of its coverage; an object for which the batch holds no
    /// example is left alone.
    /// @error mismatch (another schema), invalid_argument (nothing to learn from)
    Result<LearningPlan> plan(const datasets::LabelledRecords& batch, std::uint64_t contribution);

    /// Prepares to learn again what the site remembers, for every object that it has taught: the
    /// updates of others may have displaced it. No new record, none counted again.
    /// @error invalid_argument (nothing is remembered)
    Result<LearningPlan> plan_rehearsal(std::uint64_t contribution);

    /// Learns the plan from the objects as they arrived; empty bytes are an object that nobody has
    /// taught yet.
    /// @return  the changed objects only; none when the contribution is contained already
    /// @error   conflict (one of the objects has refused the contribution), mismatch (an object of
    /// another schema, by name), corrupt, limit_exceeded
    Result<ObjectBytes> learn(const LearningPlan& plan, const ObjectBytes& objects) const;

    /// Notes in the objects as they arrived that the plan could not be learnt, so that an attempt
    /// which still waits somewhere changes nothing. One that nobody has taught yet is begun only
    /// where no other can hold the note.
    /// @return  the changed objects only; none when the contribution is contained or refused
    /// already
    /// @error   limit_exceeded
    Result<ObjectBytes> refuse(const LearningPlan& plan, const ObjectBytes& objects) const;

    /// Takes the batch into the site's own memory, after the objects moved on.
    Status remember(const LearningPlan& plan, const ObjectBytes& learnt);

    [[nodiscard]] const datasets::Schema& schema() const { return *schema_; }

 private:
    Status add_part(LearningPlan& plan, const datasets::LabelledRecords& batch,
                    const datasets::ClassName& class_name, classifier::ModelKind kind);
    [[nodiscard]] Result<const classifier::Engine*> engine_for(
        const classifier::ClassifierObject& object) const;
    Result<Bytes> learn_one(const LearningPlan& plan, const classifier::ClassifierObject& current,
                            ByteView object) const;
    Result<Bytes> refuse_one(const LearningPlan& plan, const std::string& id,
                             ByteView object) const;
    Result<Bytes> encode(classifier::ClassifierObject object) const;

    const datasets::Schema* schema_;
    std::unique_ptr<classifier::Engine> engine_;
    std::string contributor_;
    std::optional<SigningKey> key_;
    std::optional<ObjectHistory> history_;
    std::function<datasets::LabelledRecords()> held_out_;
    SiteMemories memories_;
    TaughtKinds kinds_;
    classifier::FourierEngine fourier_;
    classifier::OneClassEngine one_class_;
};

}  // namespace tributary::app
