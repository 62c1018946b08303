#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "classifier/object/codec.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kSignatureBytes = 512;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kEntrySignatureBytes = 64;

Status check_name(const std::string& name, const char* what) {
    if (name.empty() || name.size() > kNameLimit) {
        return fail(Errc::corrupt, std::string(what) + " has " + std::to_string(name.size()) +
                                       " bytes; 1 to " + std::to_string(kNameLimit) +
                                       " are allowed");
    }
    const bool printable =
        std::ranges::all_of(name, [](char letter) { return letter >= ' ' && letter <= '~'; });
    if (!printable) return fail(Errc::corrupt, std::string(what) + " is not printable ASCII");
    return {};
}

Status check_count(std::size_t count, std::size_t limit, const char* what) {
    if (count <= limit) return {};
    return fail(Errc::limit_exceeded, "the object has " + std::to_string(count) + " " + what +
                                          "; the limit is " + std::to_string(limit));
}

template <typename Values>
bool ascending(const Values& values) {
    return std::ranges::adjacent_find(values, std::ranges::greater_equal{}) == values.end();
}

/// Versions, contribution numbers and records: what is learnt on top of them must not wrap.
Status check_numbers(std::initializer_list<std::uint64_t> numbers) {
    if (std::max(numbers) <= kCountLimit) return {};
    return fail(Errc::limit_exceeded, "a count of the object is above 2^53");
}

Status check_contributors(const std::vector<Contributor>& contributors) {
    TRIBUTARY_CHECK(check_count(contributors.size(), kContributorLimit, "contributors"));
    for (std::size_t i = 0; i < contributors.size(); ++i) {
        const Contributor& one = contributors[i];
        TRIBUTARY_CHECK(check_name(one.pseudonym, "a pseudonym"));
        TRIBUTARY_CHECK(check_count(one.refused.size(), kRefusedLimit, "refused contributions"));
        if (!ascending(one.refused) || (i > 0 && contributors[i - 1].pseudonym >= one.pseudonym)) {
            return fail(Errc::corrupt, "contributors or their refused numbers are out of order");
        }
        TRIBUTARY_CHECK(check_numbers({one.last_contribution, one.records}));
        if (!one.key.empty() && one.key.size() != kKeyBytes) {
            return fail(Errc::corrupt, "the key of a contributor has the wrong length");
        }
    }
    return {};
}

bool share(double value) {
    return value >= 0 && value <= 1;
}

Status check_card(const Card& card) {
    TRIBUTARY_CHECK(check_count(card.recall.size(), kStratumLimit, "strata in its card"));
    bool ok = share(card.accuracy) && share(card.f1) && share(card.fpr) && share(card.auc) &&
              share(card.tpr_at_1pct_fpr) && card.mcc >= -1.000001 && card.mcc <= 1.000001 &&
              share(card.unsure);
    for (const auto& [name, recall] : card.recall) {
        TRIBUTARY_CHECK(check_name(name, "a stratum"));
        ok = ok && share(recall);
    }
    if (!ok) return fail(Errc::corrupt, "a figure of the card is out of range");
    return {};
}

Status check_lineage(const ClassifierObject& object) {
    TRIBUTARY_CHECK(check_count(object.lineage.size(), kLineageLimit, "lineage entries"));
    for (const LineageEntry& entry : object.lineage) {
        TRIBUTARY_CHECK(check_name(entry.contributor, "a contributor in the lineage"));
        const auto verdict = static_cast<unsigned>(entry.verdict);
        if (verdict < 1 || verdict > 5 || entry.version > object.version) {
            return fail(Errc::corrupt, "a lineage entry has an unknown verdict or a later version");
        }
        if (!entry.subject.empty()) TRIBUTARY_CHECK(check_name(entry.subject, "a subject"));
        if (!entry.signature.empty() && entry.signature.size() != kEntrySignatureBytes) {
            return fail(Errc::corrupt, "the signature of a lineage entry has the wrong length");
        }
    }
    return {};
}

/// What a branch moved: one number per weight of the model and one for its offset.
bool fits_linear(const Parked& parked, const Model& model) {
    const bool linear = model.kind == ModelKind::rff_linear;
    const std::size_t numbers = linear ? std::size_t{model.parameters.fourier} + 1 : 0;
    // Bodies of before this field existed have none.
    return (parked.linear.empty() || parked.linear.size() == numbers) &&
           std::ranges::all_of(parked.linear, [](float value) { return std::isfinite(value); });
}

Status check_parked(const ClassifierObject& object) {
    TRIBUTARY_CHECK(check_count(object.parked.size(), kParkedLimit, "contributions in quarantine"));
    for (const Parked& one : object.parked) {
        TRIBUTARY_CHECK(check_name(one.contributor, "a contributor in quarantine"));
        TRIBUTARY_CHECK(check_count(one.rows.rows(), kParkedRowLimit, "vectors in quarantine"));
        TRIBUTARY_CHECK(check_numbers({one.contribution, one.positives, one.negatives}));
        const bool fits = one.rows.width() == object.model.width() &&
                          one.signs.size() == one.rows.rows() &&
                          one.weights.size() == one.rows.rows() && one.base <= object.version;
        const bool usable = std::ranges::all_of(
            one.weights, [](std::uint8_t weight) { return weight >= 1 && weight <= kWeightLimit; });
        if (!fits || !usable || !fits_linear(one, object.model)) {
            return fail(Errc::corrupt, "a contribution in quarantine does not fit the object");
        }
    }
    return {};
}

Status check_signatures(const std::vector<Signature>& signatures) {
    TRIBUTARY_CHECK(check_count(signatures.size(), kSignatureLimit, "signatures"));
    for (const Signature& signature : signatures) {
        TRIBUTARY_CHECK(check_name(signature.signer, "a signer"));
        TRIBUTARY_CHECK(check_count(signature.bytes.size(), kSignatureBytes, "signature bytes"));
    }
    return {};
}

}  // namespace

Status check_object(const ClassifierObject& object) {
    TRIBUTARY_CHECK(check_name(object.id, "the object id"));
    TRIBUTARY_CHECK(check_name(object.class_name, "the class name"));
    TRIBUTARY_CHECK(check_name(object.schema, "the schema name"));
    TRIBUTARY_CHECK(check_numbers({object.version}));
    TRIBUTARY_CHECK(check_model(object.model));
    TRIBUTARY_CHECK(check_contributors(object.contributors));
    if (!std::isfinite(object.calibration.a) || !std::isfinite(object.calibration.b)) {
        return fail(Errc::corrupt, "the calibration is not a number");
    }
    TRIBUTARY_CHECK(check_card(object.card));
    TRIBUTARY_CHECK(check_lineage(object));
    TRIBUTARY_CHECK(check_parked(object));
    return check_signatures(object.signatures);
}

}  // namespace tributary::classifier
