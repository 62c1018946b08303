#pragma once
// What a member checks of every version that a process below it sends: the catalogue forgets no
// classifier, and a classifier follows from the version before as classifier/trust/inspection.hpp
// says. A version that does not pass never becomes durable, and whoever sent it is cut off. Other
// objects are nobody's business: no command reads them.
// Invariant: the answer depends on the two versions alone; the versions seen last are kept decoded
// only to save time. Thread: the node's reactor. Source: docs/adr/0005.

#include <map>
#include <optional>

#include "base/signing.hpp"
#include "classifier/trust/inspection.hpp"
#include "netlayer/object/inspection.hpp"

namespace tributary::app {

/// The name under which a coordinator with this key acts in objects.
std::string keeper_name(const SigningPublic& key);

/// Whether an object of this id is a classifier, "schema:class".
bool is_classifier_id(const std::string& id);

class VersionInspector {
 public:
    /// @param keeper  the coordinator's key where it is known: nobody else may act in its name
    explicit VersionInspector(std::optional<SigningPublic> keeper = std::nullopt)
        : keeper_(keeper) {}

    /// @error corrupt, limit_exceeded, mismatch, permission
    Status operator()(const netlayer::Object* before, const netlayer::Object& after);

 private:
    struct Seen {
        netlayer::Body body;  ///< bodies never change, so that the same body is the same version
        classifier::Inspected inspected;
    };

    Status check_classifier(const netlayer::Object* before, const netlayer::Object& after);
    [[nodiscard]] Result<classifier::Inspected> inspected(const netlayer::Object& object) const;
    [[nodiscard]] Status check_keeper(const classifier::ClassifierObject& object) const;

    std::optional<SigningPublic> keeper_;
    std::map<netlayer::ObjectId, Seen> seen_;  ///< as many as a process knows objects
};

/// The function for a node; it logs what it refuses.
netlayer::Inspection make_inspection(std::optional<SigningPublic> keeper = std::nullopt);

}  // namespace tributary::app
