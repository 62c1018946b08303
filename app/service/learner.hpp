#pragma once
// Where a classifier becomes an object: one labelled batch -> one operation on the objects that
// it may train. What does not need the objects (checking, encoding, merging with the site's
// memory) is done in `plan`, before they are asked for; `learn` is what their possession costs.
// Invariants: `learn` is pure and may run on any thread, also more than once for one plan; the
// same contribution number enters an object at most once. The rest: one thread per Learner.
// @paper self-service §5.1, §8.3

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "classifier/object/classifier_object.hpp"
#include "classifier/svm/engine.hpp"
#include "classifier/svm/local_memory.hpp"
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
        classifier::PreparedBatch prepared;
        classifier::HyperParameters parameters;
    };
    const datasets::Schema* schema = nullptr;
    std::string contributor;            ///< pseudonym
    std::uint64_t contribution = 0;     ///< number of this contribution, ascending per contributor
    Digest batch{};                     ///< of rows and labels; the rows stay here
    std::map<std::string, Part> parts;  ///< by object id

    [[nodiscard]] std::vector<std::string> objects() const;
};

class Learner {
 public:
    /// @param contributor  the name under which the site appears in objects
    /// @param seed         of the site's random reservoir
    Learner(const datasets::Schema& schema, std::unique_ptr<classifier::Engine> engine,
            std::string contributor, std::uint64_t seed);

    /// Prepares a batch for the objects of its coverage; an object for which the batch holds no
    /// example is left alone.
    /// @error mismatch (another schema), invalid_argument (nothing to learn from)
    Result<LearningPlan> plan(const datasets::LabelledRecords& batch,
                              std::uint64_t contribution) const;

    /// Learns the plan from the objects as they arrived; empty bytes are an object that nobody has
    /// taught yet.
    /// @return  the changed objects only; none when the contribution is contained already
    /// @error   mismatch (an object of another schema, by name), corrupt, limit_exceeded
    Result<ObjectBytes> learn(const LearningPlan& plan, const ObjectBytes& objects) const;

    /// Takes the batch into the site's own memory, after the objects moved on.
    Status remember(const LearningPlan& plan, const ObjectBytes& learnt);

    [[nodiscard]] const datasets::Schema& schema() const { return *schema_; }

 private:
    Result<Bytes> learn_one(const LearningPlan& plan, const std::string& id, ByteView object) const;

    const datasets::Schema* schema_;
    std::unique_ptr<classifier::Engine> engine_;
    std::string contributor_;
    std::uint64_t seed_;
    std::map<std::string, classifier::LocalMemory> memories_;  ///< by object id
};

}  // namespace tributary::app
