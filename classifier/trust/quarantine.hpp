#pragma once
// Quarantine instead of rejection. A contribution that the gate holds back is parked in the object:
// its number is booked, the model stays as it was, and what the contribution would have brought is
// kept beside it: new vectors, or in a linear model how far each weight would have moved. Both
// together are the branch version; it becomes the model's next version when a second organization
// or a person confirms it, whatever was learnt meanwhile.
// Pure functions; any thread. Source: design of the classifier, section 5.

#include "classifier/object/classifier_object.hpp"
#include "classifier/svm/engine.hpp"

namespace tributary::classifier {

/// True while another contribution of a contributor may be parked.
bool has_room(const ClassifierObject& object, const std::string& contributor);

/// Books a contribution as quarantined: version + 1, model and card unchanged.
/// @param branch    the model that the contribution would have led to
/// @param prepared  the batch that it was learnt from
/// @param entry     contributor, contribution number, batch digest and records
/// @error conflict (the number is contained), limit_exceeded (see has_room)
Result<ClassifierObject> park(const ClassifierObject& object, const Digest& parent,
                              const Model& branch, const PreparedBatch& prepared,
                              LineageEntry entry);

/// Which parked contribution is meant, and who decides.
struct ParkedChoice {
    std::string contributor;
    std::uint64_t contribution = 0;
    std::string decided_by;  ///< pseudonym of the organization, or name of the person
    bool is_person = false;  ///< a person may decide about the own organization's contribution
};

/// Learns a parked contribution on top of the model as it is now.
/// @error not_found (nothing such is parked), permission (an organization confirms itself), errors
///        of the engine
Result<ClassifierObject> confirm(const ClassifierObject& object, const Digest& parent,
                                 const ParkedChoice& choice, const Engine& engine);

/// Throws a parked contribution away and notes its number as refused.
/// @error not_found, permission, limit_exceeded (kRefusedLimit numbers are refused)
Result<ClassifierObject> discard(const ClassifierObject& object, const Digest& parent,
                                 const ParkedChoice& choice);

/// Books a contribution that cannot be learnt: version + 1, model, card and records as they are.
/// Of the numbers that a contributor was refused the oldest gives way.
/// @param entry  contributor, contribution number, batch digest and records
/// @error conflict (the number is contained), limit_exceeded (contributors)
Result<ClassifierObject> refuse(const ClassifierObject& object, const Digest& parent,
                                LineageEntry entry);

/// What a branch has and the model has not: vectors in the branch's order or moves of the weights,
/// and records seen. Contributor, number and batch are the caller's to set.
/// @param base  version of the object that the branch was learnt from
/// @param own   the batch that it was learnt from, if known: its vectors go first, so that what is
///              beyond kParkedRowLimit is of the site's memory
Parked parked_difference(const Model& model, const Model& branch, std::uint64_t base,
                         const PreparedBatch* own = nullptr);

/// The branch version of one parked contribution, for looking at it before deciding.
/// @error errors of the engine
Result<Model> branch_model(const ClassifierObject& object, const Parked& parked,
                           const Engine& engine);

}  // namespace tributary::classifier
