#pragma once
// What whoever keeps the objects can check of a new version without any traffic: does it follow
// from the version before as its lineage says, and is it signed? And what to do about a version
// that does not pass: nothing is thrown away, the contribution waits in quarantine.
// Pure functions; any thread. Source: design of the classifier, section 5 (the coordinator gates at
// durability, on structure and signatures alone where it has no records).

#include "classifier/object/classifier_object.hpp"
#include "classifier/svm/engine.hpp"

namespace tributary::classifier {

/// Checks a version against the last one that passed.
/// @param before   null: the object is new
/// @param encoded  the bytes as carried
/// @return the object; versions between the two may have been skipped
/// @error corrupt, limit_exceeded (of decode_object); mismatch (id, class, schema, kind or
///        parameters changed, versions or contribution numbers went back, more records than the
///        lineage books, another key of a contributor); permission (not signed by its author, or an
///        entry is forged)
Result<ClassifierObject> inspect(const ClassifierObject* before, ByteView encoded);

/// A contribution that the keeper's own records speak against, and what became of the object since.
struct Withheld {
    const ClassifierObject& good;     ///< the version before the contribution
    const ClassifierObject& suspect;  ///< the version that its newest entry led to
    const ClassifierObject& current;  ///< the version of now; may be `suspect`
};

/// The next version after `current`: the model of `good`, taught what came after `suspect`, with
/// the contribution parked; where quarantine is full its number is refused instead.
/// @param parent      content digest of `current`
/// @param decided_by  name of the keeper
/// @error errors of the engine, limit_exceeded
Result<ClassifierObject> withhold(const Withheld& versions, const Digest& parent,
                                  const Engine& engine, const std::string& decided_by);

/// The next version after one that cannot be believed at all: that of the last good one again.
/// @param parent  content digest of `good`
ClassifierObject restore(const ClassifierObject& good, const Digest& parent,
                         const std::string& decided_by);

}  // namespace tributary::classifier
