#include "classifier/object/classifier_object.hpp"

#include <algorithm>

namespace tributary::classifier {

namespace {

/// The entry of a contributor, made in its place when it is new.
Result<Contributor*> entry_of(std::vector<Contributor>& contributors, const std::string& name) {
    const auto place = std::ranges::lower_bound(contributors, name, {}, &Contributor::pseudonym);
    if (place != contributors.end() && place->pseudonym == name) return &*place;
    if (contributors.size() >= kContributorLimit) {
        return fail(Errc::limit_exceeded, "the object has " + std::to_string(kContributorLimit) +
                                              " contributors, which is the most it may have");
    }
    Contributor made;
    made.pseudonym = name;
    return &*contributors.insert(place, std::move(made));
}

}  // namespace

const char* to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::accepted: return "accepted";
        case Verdict::quarantined: return "quarantined";
        case Verdict::confirmed: return "confirmed";
        case Verdict::rolled_back: return "rolled-back";
    }
    return "unknown";
}

const Contributor* ClassifierObject::find_contributor(std::string_view pseudonym) const {
    const auto place =
        std::ranges::lower_bound(contributors, pseudonym, {}, &Contributor::pseudonym);
    return place != contributors.end() && place->pseudonym == pseudonym ? &*place : nullptr;
}

bool ClassifierObject::has_contribution(std::string_view pseudonym, std::uint64_t number) const {
    const Contributor* const found = find_contributor(pseudonym);
    return found != nullptr && number <= found->last_contribution;
}

ClassifierObject new_object(std::string id, std::string class_name, std::string schema,
                            const Digest& schema_hash, Model model) {
    ClassifierObject object;
    object.id = std::move(id);
    object.class_name = std::move(class_name);
    object.schema = std::move(schema);
    object.schema_hash = schema_hash;
    object.model = std::move(model);
    return object;
}

Result<ClassifierObject> next_version(const ClassifierObject& object, const Digest& parent,
                                      Model model, LineageEntry entry) {
    if (object.has_contribution(entry.contributor, entry.contribution)) {
        return fail(Errc::conflict, "contribution " + std::to_string(entry.contribution) + " of " +
                                        entry.contributor + " is in object " + object.id +
                                        " already");
    }
    ClassifierObject next = object;
    next.parent = parent;
    next.version = object.version + 1;
    next.model = std::move(model);
    next.signatures.clear();
    TRIBUTARY_TRY(Contributor * contributor, entry_of(next.contributors, entry.contributor));
    contributor->last_contribution = entry.contribution;
    contributor->records += entry.records;
    entry.version = next.version;
    next.lineage.push_back(std::move(entry));
    if (next.lineage.size() > kLineageLimit) next.lineage.erase(next.lineage.begin());
    return next;
}

}  // namespace tributary::classifier
