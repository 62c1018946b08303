#include "classifier/object/classifier_object.hpp"

#include <algorithm>

namespace tributary::classifier {

Result<Contributor*> contributor_entry(ClassifierObject& object, const std::string& name) {
    std::vector<Contributor>& contributors = object.contributors;
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

const char* to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::accepted: return "accepted";
        case Verdict::quarantined: return "quarantined";
        case Verdict::confirmed: return "confirmed";
        case Verdict::rolled_back: return "rolled-back";
        case Verdict::refused: return "refused";
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

bool ClassifierObject::has_refused(std::string_view pseudonym, std::uint64_t number) const {
    const Contributor* const found = find_contributor(pseudonym);
    return found != nullptr && std::ranges::binary_search(found->refused, number);
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
    const std::string name = entry.contributor;
    const std::uint64_t number = entry.contribution;
    const std::uint64_t records = entry.records;
    ClassifierObject next = acted_version(object, parent, std::move(model), std::move(entry));
    TRIBUTARY_TRY(Contributor * contributor, contributor_entry(next, name));
    contributor->last_contribution = number;
    contributor->records += records;
    return next;
}

Status note_refused(ClassifierObject& object, const std::string& pseudonym, std::uint64_t number) {
    TRIBUTARY_TRY(Contributor * contributor, contributor_entry(object, pseudonym));
    std::vector<std::uint64_t>& refused = contributor->refused;
    const auto place = std::ranges::lower_bound(refused, number);
    if (place != refused.end() && *place == number) return {};
    if (refused.size() >= kRefusedLimit) {
        return fail(Errc::limit_exceeded, pseudonym + " has " + std::to_string(kRefusedLimit) +
                                              " refused contributions in object " + object.id);
    }
    refused.insert(place, number);
    return {};
}

ClassifierObject acted_version(const ClassifierObject& object, const Digest& parent, Model model,
                               LineageEntry entry) {
    ClassifierObject next = object;
    next.parent = parent;
    next.version = object.version + 1;
    next.model = std::move(model);
    next.signatures.clear();
    entry.version = next.version;
    next.lineage.push_back(std::move(entry));
    if (next.lineage.size() > kLineageLimit) next.lineage.erase(next.lineage.begin());
    return next;
}

}  // namespace tributary::classifier
