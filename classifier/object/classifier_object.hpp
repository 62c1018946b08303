#pragma once
// What travels: one classifier with everything a receiver needs to trust, extend and explain it.
// It holds no address and no raw record; its support vectors are encoded records (see privacy/).
// A value; one thread per instance. Source: design of the classifier, section 3.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "classifier/svm/model.hpp"

namespace tributary::classifier {

inline constexpr std::size_t kLineageLimit = 16;
inline constexpr std::size_t kContributorLimit = 4096;
inline constexpr std::size_t kRefusedLimit = 256;  ///< refused numbers kept per contributor
inline constexpr std::size_t kStratumLimit = 256;  ///< recall values of a card
inline constexpr std::size_t kSignatureLimit = 32;
inline constexpr std::size_t kNameLimit = 128;  ///< bytes of any name
inline constexpr std::size_t kParkedLimit = 8;  ///< contributions in quarantine at a time
/// Of one contributor, so that nobody fills the quarantine alone.
inline constexpr std::size_t kParkedOfOneLimit = 4;
/// Vectors of one of them: the batch, and all that its site remembers.
inline constexpr std::size_t kParkedRowLimit = 2500;

/// What one organization gave, under a name that says nothing about it.
struct Contributor {
    std::string pseudonym;
    std::uint64_t last_contribution = 0;  ///< its highest contribution number taken in
    std::uint64_t records = 0;
    std::vector<std::uint64_t> refused;  ///< contribution numbers refused, ascending
    Bytes key{};  ///< its Ed25519 public key, fixed by its first signed act; empty: never signed

    bool operator==(const Contributor&) const = default;
};

/// Platt scaling: P(class | f) = 1 / (1 + exp(A f + B)).
struct Calibration {
    double a = 0;
    double b = 0;
    std::uint64_t version = 0;    ///< model version it was fitted on; 0: none yet
    std::uint64_t count = 0;      ///< records it was fitted on
    std::uint64_t fitted_at = 0;  ///< seconds since 1970; 0: not known

    bool operator==(const Calibration&) const = default;
};

/// How good the model was when it was last measured.
struct Card {
    std::uint64_t count = 0;  ///< records measured on; 0: not measured
    double accuracy = 0;
    double f1 = 0;
    double mcc = 0;
    double fpr = 0;
    double tpr_at_1pct_fpr = 0;
    double auc = 0;
    std::map<std::string, double> recall;  ///< per stratum
    double unsure = 0;                     ///< share of records with |f| < 1

    bool operator==(const Card&) const = default;
};

enum class Verdict : std::uint8_t {
    accepted = 1,
    quarantined = 2,
    confirmed = 3,
    rolled_back = 4,
    refused = 5,  ///< a contribution could not be learnt, or was thrown away when parked
};
const char* to_string(Verdict verdict);

/// One contribution to the object, or one act about it, newest last.
struct LineageEntry {
    std::string contributor;
    std::uint64_t contribution = 0;
    Digest batch{};  ///< BLAKE2b of the batch; the batch itself stays at its site
    std::uint64_t records = 0;
    Verdict verdict = Verdict::accepted;
    std::uint64_t version = 0;    ///< model version it led to
    std::uint64_t reference = 0;  ///< rolled back: the version whose model it has again
    std::string subject{};        ///< confirmed: whose contribution; else empty
    Bytes signature{};            ///< Ed25519 by the contributor (trust/lineage.hpp); may be empty

    bool operator==(const LineageEntry&) const = default;
};

/// A contribution in quarantine: what the branch version has that the object has not. It counts for
/// nothing until it is confirmed.
struct Parked {
    std::string contributor;
    std::uint64_t contribution = 0;
    Digest batch{};
    std::uint64_t positives = 0;  ///< records of the class in the contribution
    std::uint64_t negatives = 0;
    std::uint64_t base = 0;  ///< model version that it was learnt from
    FeatureMatrix rows;      ///< vectors of the branch version that the object lacks
    std::vector<std::int8_t> signs;
    std::vector<std::uint8_t> weights;
    /// rff-linear: how far the branch moved each weight, and last the offset rho; else empty.
    std::vector<float> linear{};

    bool operator==(const Parked&) const = default;
};

struct Signature {
    std::string signer;
    Bytes bytes;

    bool operator==(const Signature&) const = default;
};

struct ClassifierObject {
    std::string id;          ///< object id, for example "flowctx/1:ssh-guessing"
    std::string class_name;  ///< "of the class" when f > threshold
    std::uint64_t version = 0;
    Digest parent{};  ///< content_digest of the version before; zero for the first
    std::string schema;
    Digest schema_hash{};
    Model model;
    std::vector<Contributor> contributors;  ///< ascending by pseudonym
    Calibration calibration;
    Card card;
    std::vector<LineageEntry> lineage;  ///< last kLineageLimit, newest last
    std::vector<Parked> parked;         ///< oldest first
    std::vector<Signature> signatures;

    [[nodiscard]] const Contributor* find_contributor(std::string_view pseudonym) const;
    /// True when this contribution is in already: a repeat must change nothing.
    [[nodiscard]] bool has_contribution(std::string_view pseudonym, std::uint64_t number) const;
    /// True when this contribution was refused, for good.
    [[nodiscard]] bool has_refused(std::string_view pseudonym, std::uint64_t number) const;

    bool operator==(const ClassifierObject&) const = default;
};

/// Version 0 of an object: nothing learnt yet.
ClassifierObject new_object(std::string id, std::string class_name, std::string schema,
                            const Digest& schema_hash, Model model);

/// Books a contribution whose `model` was learnt from `object`: version + 1, counts per
/// contributor, lineage. The old signatures do not carry over; the caller measures a new card.
/// @param entry  contributor, contribution number, batch digest, records and verdict
/// @error conflict (contribution number not above the last), limit_exceeded (contributors)
Result<ClassifierObject> next_version(const ClassifierObject& object, const Digest& parent,
                                      Model model, LineageEntry entry);

/// Books an act that brings no new contribution (confirmation, rollback): version + 1 and lineage,
/// the counts per contributor as they are.
ClassifierObject acted_version(const ClassifierObject& object, const Digest& parent, Model model,
                               LineageEntry entry);

/// The entry of a contributor, made in its place when it is new.
/// @error limit_exceeded (contributors)
Result<Contributor*> contributor_entry(ClassifierObject& object, const std::string& pseudonym);

/// Notes a contribution number as refused.
/// @error limit_exceeded (kRefusedLimit numbers of one contributor)
Status note_refused(ClassifierObject& object, const std::string& pseudonym, std::uint64_t number);

}  // namespace tributary::classifier
