#pragma once
// What whoever keeps or passes on the objects can check of a new version without any traffic: does
// it follow from the version before as its lineage says, and is every act signed? And what to do
// about a contribution that the keeper's own records speak against: nothing is thrown away, it
// waits in quarantine.
// Pure functions; any thread. Source: design of the classifier, section 5 (the coordinator gates on
// donated records at durability, on structure and signatures alone where it has none);
// docs/adr/0005.

#include "classifier/object/classifier_object.hpp"
#include "classifier/svm/engine.hpp"

namespace tributary::classifier {

/// A version that passed, and the content digest of its bytes.
struct Inspected {
    ClassifierObject object;
    Digest content{};
};

/// Checks a version against the last one that passed.
/// @param before   null: the object is new
/// @param encoded  the bytes as carried; versions between the two may have been skipped
/// @error corrupt, limit_exceeded (of decode_object); mismatch (id, class, schema, kind or
///        parameters changed, versions or contribution numbers went back, history rewritten, more
///        records than the lineage books, another key of a contributor); permission (not signed by
///        its author, or a new entry is not proven)
Result<Inspected> inspect(const Inspected* before, ByteView encoded);

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

}  // namespace tributary::classifier
