#pragma once
// Labelled records that an operator gives the coordinator, so that it can judge what members teach:
// files `<folder>/<digest>.batch`, one a donation, written by `tributary coordinator donate` and
// found by a running coordinator at its next judgement. They stay on this machine.
// Invariants: a donation keeps its own coverage (its normal records are normal only for the classes
// that its source knows); rows stand in the order of their hashes, so that the first ones are a
// fair sample; the same donation twice is one. At most kDonations files are read.
// Thread: one per instance; `donate` from any process. Source: docs/adr/0005, docs/formats.md.

#include <filesystem>
#include <map>
#include <string>

#include "classifier/object/classifier_object.hpp"
#include "classifier/trust/gate.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

inline constexpr std::size_t kDonations = 64;
inline constexpr std::size_t kDonatedRows = 20'000;  ///< kept of one donation

/// What became of a donation.
struct Donation {
    std::filesystem::path file;
    std::size_t rows = 0;
};

/// Keeps records in the folder; equal (row, label) pairs once, unknown ones not at all.
/// @error invalid_argument (no labelled record), limit_exceeded (kDonations are there), io
Result<Donation> donate(const std::filesystem::path& folder,
                        const datasets::LabelledRecords& records);

class DonatedRecords {
 public:
    explicit DonatedRecords(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// What an object is judged by: an equal share of every donation of its schema, at most
    /// classifier::kGateRecords in all; empty when there is none.
    [[nodiscard]] classifier::Validation validation_for(const classifier::ClassifierObject& object);

 private:
    void look_again();

    std::filesystem::path folder_;
    std::map<std::string, datasets::LabelledRecords> donations_;  ///< by file name
};

}  // namespace tributary::app
