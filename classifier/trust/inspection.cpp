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

/// Whether an act took the model back to an earlier one, which has seen fewer records.
bool goes_back(const LineageEntry& entry) {
    if (entry.verdict == Verdict::rolled_back) return true;
    const bool by_another = !entry.subject.empty();
    return by_another &&
           (entry.verdict == Verdict::quarantined || entry.verdict == Verdict::refused);
}

/// What was written into the history once stays as it is, until it leaves at the old end.
Status check_history(const ClassifierObject& before, const ClassifierObject& after) {
    for (const LineageEntry& entry : after.lineage) {
        if (entry.version > before.version) break;
        if (std::ranges::find(before.lineage, entry) == before.lineage.end()) {
            return refuse_version(after, "rewrites its history");
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
        if (goes_back(entry)) return {};
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

Status check_follows(const Inspected& last, const ClassifierObject& after) {
    const ClassifierObject& before = last.object;
    const bool same = after.id == before.id && after.class_name == before.class_name &&
                      after.schema == before.schema && after.schema_hash == before.schema_hash &&
                      after.model.kind == before.model.kind &&
                      after.model.parameters == before.model.parameters;
    if (!same) {
        return refuse_version(
            after, "is another classifier than version " + std::to_string(before.version));
    }
    if (after.version <= before.version) {
        return refuse_version(after, "is not above version " + std::to_string(before.version));
    }
    if (after.version == before.version + 1 && after.parent != last.content) {
        return refuse_version(after, "names another parent");
    }
    TRIBUTARY_CHECK(check_history(before, after));
    TRIBUTARY_CHECK(check_table(before, after));
    return check_booked(before, after);
}

/// Everything since the last version is signed by whom it names, and the whole by its author.
Status check_signatures(const Inspected& now, std::uint64_t known_version) {
    const ClassifierObject& object = now.object;
    for (const LineageEntry& entry : object.lineage) {
        if (entry.version <= known_version || is_proven(object, entry)) continue;
        return fail(Errc::permission, "version " + std::to_string(entry.version) + " of object " +
                                          object.id + " is not signed by " + entry.contributor +
                                          ", who is said to have made it");
    }
    if (is_signed_whole(object, now.content)) return {};
    return fail(Errc::permission, "version " + std::to_string(object.version) + " of object " +
                                      object.id + " is not signed as a whole by its author");
}

}  // namespace

Result<Inspected> inspect(const Inspected* before, ByteView encoded) {
    Inspected now;
    TRIBUTARY_TRY(now.object, decode_object(encoded));
    TRIBUTARY_TRY(now.content, content_digest(encoded));
    const ClassifierObject& after = now.object;
    if (after.lineage.empty() || after.lineage.back().version != after.version) {
        return refuse_version(after, "does not say who made it");
    }
    if (before != nullptr) TRIBUTARY_CHECK(check_follows(*before, after));
    TRIBUTARY_CHECK(check_signatures(now, before == nullptr ? 0 : before->object.version));
    return now;
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

}  // namespace tributary::classifier
