#include "classifier/trust/quarantine.hpp"

#include <algorithm>
#include <numeric>

namespace tributary::classifier {

namespace {

using ParkedPlace = std::vector<Parked>::iterator;

Result<ParkedPlace> find(ClassifierObject& object, const ParkedChoice& choice) {
    const auto place = std::ranges::find_if(object.parked, [&](const Parked& one) {
        return one.contributor == choice.contributor && one.contribution == choice.contribution;
    });
    if (place != object.parked.end()) return place;
    return fail(Errc::not_found, "contribution " + std::to_string(choice.contribution) + " of " +
                                     choice.contributor + " is not in quarantine in object " +
                                     object.id +
                                     ". See what is: tributary models quarantine --state DIR");
}

Status check_decider(const ParkedChoice& choice) {
    if (choice.is_person || choice.decided_by != choice.contributor) return {};
    return fail(Errc::permission, choice.contributor +
                                      " cannot decide about its own contribution. Ask another "
                                      "organization, or decide as a person: --person NAME");
}

/// How far a branch on random Fourier features moved each weight, and last the offset.
std::vector<float> moved_weights(const Model& model, const Model& branch) {
    std::vector<float> moved = branch.linear;
    moved.resize(std::max(branch.linear.size(), model.linear.size()), 0);
    for (std::size_t d = 0; d < model.linear.size(); ++d) moved[d] -= model.linear[d];
    moved.push_back(static_cast<float>(branch.rho - model.rho));
    return moved;
}

Model with_moved_weights(const Model& model, const Parked& parked) {
    Model next = model;
    next.linear.resize(parked.linear.size() - 1, 0);
    for (std::size_t d = 0; d < next.linear.size(); ++d) next.linear[d] += parked.linear[d];
    next.rho += static_cast<double>(parked.linear.back());
    next.seen_positive += parked.positives;
    next.seen_negative += parked.negatives;
    return next;
}

std::uint64_t surplus(std::uint64_t more, std::uint64_t less) {
    return more > less ? more - less : 0;
}

LineageEntry decision_entry(const Parked& parked, const ParkedChoice& choice, Verdict verdict) {
    LineageEntry entry;
    entry.contributor = choice.decided_by;
    entry.contribution = parked.contribution;
    entry.batch = parked.batch;
    entry.records = parked.positives + parked.negatives;
    entry.verdict = verdict;
    entry.subject = parked.contributor;
    entry.reference = parked.base;
    return entry;
}

}  // namespace

namespace {

/// The rows of a model, those of the batch before the others.
std::vector<std::size_t> batch_first(const Model& model, const PreparedBatch* own) {
    std::vector<std::size_t> rows(model.coefficients.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    if (own == nullptr) return rows;
    std::stable_partition(rows.begin(), rows.end(), [&](std::size_t i) {
        const std::int8_t sign = model.coefficients[i] > 0 ? 1 : -1;
        return own->own.find(model.vectors.row(i), sign) < own->batch_rows;
    });
    return rows;
}

}  // namespace

Parked parked_difference(const Model& model, const Model& branch, std::uint64_t base,
                         const PreparedBatch* own) {
    TrainingSet old(model.width());
    for (std::size_t i = 0; i < model.coefficients.size(); ++i) {
        old.add(model.vectors.row(i), model.coefficients[i] > 0 ? 1 : -1, 1);
    }
    Parked parked;
    parked.base = base;
    // A rolled back branch may have seen fewer.
    parked.positives = surplus(branch.seen_positive, model.seen_positive);
    parked.negatives = surplus(branch.seen_negative, model.seen_negative);
    parked.rows = FeatureMatrix(model.width());
    for (const std::size_t i : batch_first(branch, own)) {
        const std::int8_t sign = branch.coefficients[i] > 0 ? 1 : -1;
        const bool full = parked.signs.size() >= kParkedRowLimit;
        if (full || old.contains(branch.vectors.row(i), sign)) continue;
        parked.rows.append(branch.vectors.row(i));
        parked.signs.push_back(sign);
        parked.weights.push_back(branch.weights[i]);
    }
    if (branch.kind == ModelKind::rff_linear) parked.linear = moved_weights(model, branch);
    return parked;
}

bool has_room(const ClassifierObject& object, const std::string& contributor) {
    const auto own = std::ranges::count(object.parked, contributor, &Parked::contributor);
    return object.parked.size() < kParkedLimit && static_cast<std::size_t>(own) < kParkedOfOneLimit;
}

Result<ClassifierObject> park(const ClassifierObject& object, const Digest& parent,
                              const Model& branch, const PreparedBatch& prepared,
                              LineageEntry entry) {
    if (!has_room(object, entry.contributor)) {
        return fail(Errc::limit_exceeded, std::to_string(object.parked.size()) +
                                              " contributions wait in quarantine in object " +
                                              object.id + ", of at most " +
                                              std::to_string(kParkedLimit) + " and of " +
                                              std::to_string(kParkedOfOneLimit) +
                                              " of one contributor. Decide about one first: "
                                              "tributary models quarantine --state DIR");
    }
    entry.verdict = Verdict::quarantined;
    Parked parked = parked_difference(object.model, branch, object.version, &prepared);
    parked.contributor = entry.contributor;
    parked.contribution = entry.contribution;
    parked.batch = entry.batch;
    parked.positives = prepared.positives;
    parked.negatives = prepared.negatives;
    TRIBUTARY_TRY(ClassifierObject next,
                  next_version(object, parent, object.model, std::move(entry)));
    next.parked.push_back(std::move(parked));
    return next;
}

Result<ClassifierObject> refuse(const ClassifierObject& object, const Digest& parent,
                                LineageEntry entry) {
    const std::string name = entry.contributor;
    const std::uint64_t number = entry.contribution;
    const Contributor* const known = object.find_contributor(name);
    const std::uint64_t records = known == nullptr ? 0 : known->records;
    entry.verdict = Verdict::refused;
    TRIBUTARY_TRY(ClassifierObject next,
                  next_version(object, parent, object.model, std::move(entry)));
    TRIBUTARY_TRY(Contributor * contributor, contributor_entry(next, name));
    contributor->records = records;
    std::vector<std::uint64_t>& refused = contributor->refused;
    if (refused.size() >= kRefusedLimit) refused.erase(refused.begin());
    TRIBUTARY_CHECK(note_refused(next, name, number));
    return next;
}

Result<Model> branch_model(const ClassifierObject& object, const Parked& parked,
                           const Engine& engine) {
    if (!parked.linear.empty()) {
        Model next = with_moved_weights(object.model, parked);
        TRIBUTARY_CHECK(check_model(next));
        return next;
    }
    TrainingBatch batch;
    batch.features = parked.rows;
    batch.signs = parked.signs;
    batch.weights = parked.weights;
    TRIBUTARY_TRY(PreparedBatch prepared, prepare(batch, {}));
    // The counts are those of the contribution, of which only the vectors were kept.
    prepared.positives = parked.positives;
    prepared.negatives = parked.negatives;
    return engine.update(object.model, prepared);
}

Result<ClassifierObject> confirm(const ClassifierObject& object, const Digest& parent,
                                 const ParkedChoice& choice, const Engine& engine) {
    TRIBUTARY_CHECK(check_decider(choice));
    ClassifierObject rest = object;
    TRIBUTARY_TRY(const ParkedPlace place, find(rest, choice));
    const Parked parked = *place;
    rest.parked.erase(place);
    TRIBUTARY_TRY(Model model, branch_model(object, parked, engine));
    return acted_version(rest, parent, std::move(model),
                         decision_entry(parked, choice, Verdict::confirmed));
}

Result<ClassifierObject> discard(const ClassifierObject& object, const Digest& parent,
                                 const ParkedChoice& choice) {
    TRIBUTARY_CHECK(check_decider(choice));
    ClassifierObject rest = object;
    TRIBUTARY_TRY(const ParkedPlace place, find(rest, choice));
    const Parked parked = *place;
    rest.parked.erase(place);
    TRIBUTARY_CHECK(note_refused(rest, parked.contributor, parked.contribution));
    return acted_version(rest, parent, object.model,
                         decision_entry(parked, choice, Verdict::refused));
}

}  // namespace tributary::classifier
