#include "classifier/trust/rollback.hpp"

namespace tributary::classifier {

Result<ClassifierObject> roll_back(const ClassifierObject& object, const Digest& parent,
                                   const ClassifierObject& old, const std::string& decided_by) {
    if (old.id != object.id || old.schema_hash != object.schema_hash) {
        return fail(Errc::mismatch, "a version of " + old.id + " (" + old.schema +
                                        ") cannot be the next one of " + object.id + " (" +
                                        object.schema + ")");
    }
    if (old.class_name != object.class_name || old.model.parameters != object.model.parameters) {
        return fail(Errc::mismatch,
                    "version " + std::to_string(old.version) + " of " + old.id +
                        " has another class or other hyper-parameters than object " + object.id +
                        ". Name a file of this very object");
    }
    if (old.model.kind != object.model.kind) {
        return fail(Errc::mismatch, "object " + object.id + " is " + to_string(object.model.kind) +
                                        ", version " + std::to_string(old.version) + " is " +
                                        to_string(old.model.kind));
    }
    if (old.version >= object.version) {
        return fail(Errc::invalid_argument,
                    "object " + object.id + " is at version " + std::to_string(object.version) +
                        ": version " + std::to_string(old.version) + " is not an earlier one");
    }
    LineageEntry entry;
    entry.contributor = decided_by;
    entry.verdict = Verdict::rolled_back;
    entry.reference = old.version;
    ClassifierObject next = acted_version(object, parent, old.model, std::move(entry));
    next.card = old.card;
    next.calibration = old.calibration;
    return next;
}

}  // namespace tributary::classifier
