#include "classifier/trust/inspection.hpp"

#include <algorithm>

#include "classifier/object/codec.hpp"
#include "classifier/trust/lineage.hpp"
#include "classifier/trust/quarantine.hpp"

namespace tributary::classifier {

namespace {

tl::unexpected<Error> refuse_version(const ClassifierObject& object, const std::string& cause) {
    return fail(Errc::mismatch, "version " + std::to_string(object.version) + " of object " +
                                    object.id + " " + cause);
}

std::uint64_t records_seen(const Model& model) {
    return model.seen_positive + model.seen_negative;
}

/// Nothing that was booked may be lost, and a contributor keeps its key.
Status check_table(const ClassifierObject& before, const ClassifierObject& after) {
    for (const Contributor& old : before.contributors) {
        const Contributor* const now = after.find_contributor(old.pseudonym);
        if (now == nullptr || now->last_contribution < old.last_contribution ||
            now->records < old.records) {
            return refuse_version(after, "forgets contributions of " + old.pseudonym);
        }
        if (!old.key.empty() && now->key != old.key) {
            return refuse_version(after, "has another key for " + old.pseudonym);
        }
    }
    return {};
}

/// The records that the model counts are at most those of the entries since.
Status check_booked(const ClassifierObject& before, const ClassifierObject& after) {
    std::uint64_t booked = 0;
    std::uint64_t entries = 0;
    for (const LineageEntry& entry : after.lineage) {
        if (entry.version <= before.version) continue;
        if (entry.verdict == Verdict::rolled_back) return {};
        ++entries;
        booked += entry.records;
    }
    if (entries < after.version - before.version) return {};  // the oldest have left the lineage
    if (records_seen(after.model) < records_seen(before.model) ||
        records_seen(after.model) - records_seen(before.model) > booked) {
        return refuse_version(after, "counts other records than its lineage books");
    }
    return {};
}

Status check_follows(const ClassifierObject& before, const ClassifierObject& after) {
    const bool same = after.id == before.id && after.class_name == before.class_name &&
                      after.schema_hash == before.schema_hash &&
                      after.model.kind == before.model.kind &&
                      after.model.parameters == before.model.parameters;
    if (!same)
        return refuse_version(
            after, "is another classifier than version " + std::to_string(before.version));
    if (after.version <= before.version) {
        return refuse_version(after, "is not above version " + std::to_string(before.version));
    }
    if (after.version == before.version + 1) {
        TRIBUTARY_TRY(const Bytes bytes, encode_object(before));
        TRIBUTARY_TRY(const Digest digest, content_digest(bytes));
        if (after.parent != digest) return refuse_version(after, "names another parent");
    }
    TRIBUTARY_CHECK(check_table(before, after));
    return check_booked(before, after);
}

}  // namespace

Result<ClassifierObject> inspect(const ClassifierObject* before, ByteView encoded) {
    TRIBUTARY_TRY(ClassifierObject after, decode_object(encoded));
    if (after.lineage.empty() || after.lineage.back().version != after.version) {
        return refuse_version(after, "does not say who made it");
    }
    if (before != nullptr) TRIBUTARY_CHECK(check_follows(*before, after));
    TRIBUTARY_TRY(const LineageProof proof, prove_lineage(encoded));
    if (!proof.forged.empty() || !proof.whole) {
        return fail(Errc::permission, "version " + std::to_string(after.version) + " of object " +
                                          after.id + " is not signed by " +
                                          after.lineage.back().contributor +
                                          ", who is said to have made it");
    }
    return after;
}

Result<ClassifierObject> withhold(const Withheld& versions, const Digest& parent,
                                  const Engine& engine, const std::string& decided_by) {
    const auto& [good, suspect, current] = versions;
    Parked parked = parked_difference(good.model, suspect.model, good.version);
    const LineageEntry& act = suspect.lineage.back();
    parked.contributor = act.contributor;
    parked.contribution = act.contribution;
    parked.batch = act.batch;
    ClassifierObject kept = current;
    kept.model = good.model;
    if (current.version > suspect.version) {
        const Parked since = parked_difference(suspect.model, current.model, suspect.version);
        TRIBUTARY_TRY(kept.model, branch_model(kept, since, engine));
    }
    LineageEntry entry;
    entry.contributor = decided_by;
    entry.contribution = act.contribution;
    entry.batch = act.batch;
    entry.records = act.records;
    entry.verdict = Verdict::quarantined;
    entry.reference = good.version;
    entry.subject = act.contributor;
    if (has_room(kept, act.contributor)) {
        kept.parked.push_back(std::move(parked));
    } else {
        TRIBUTARY_CHECK(note_refused(kept, act.contributor, act.contribution));
        entry.verdict = Verdict::refused;
    }
    Model model = kept.model;
    ClassifierObject next = acted_version(kept, parent, std::move(model), std::move(entry));
    next.card = good.card;
    next.calibration = good.calibration;
    return next;
}

ClassifierObject restore(const ClassifierObject& good, const Digest& parent,
                         const std::string& decided_by) {
    LineageEntry entry;
    entry.contributor = decided_by;
    entry.verdict = Verdict::rolled_back;
    entry.reference = good.version;
    return acted_version(good, parent, good.model, std::move(entry));
}

}  // namespace tributary::classifier
