#include "app/coordinator/donated_records.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "app/service/version_card.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "datasets/batch_codec.hpp"

namespace tributary::app {

namespace {

namespace fs = std::filesystem;
using classifier::Validation;
using datasets::LabelledRecords;

constexpr const char* kSuffix = ".batch";
constexpr std::size_t kNameBytes = 16;
/// More entries than this are not looked at.
constexpr std::size_t kEntriesLookedAt = 1000;

std::set<std::string> donations_in(const fs::path& folder) {
    std::set<std::string> names;
    std::error_code ignored;
    std::size_t looked_at = 0;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        if (++looked_at > kEntriesLookedAt || names.size() >= kDonations) break;
        if (entry.path().extension() == kSuffix) names.insert(entry.path().filename().string());
    }
    return names;
}

Digest digest_of(const LabelledRecords& records, std::size_t row) {
    ByteWriter writer;
    writer.put(records.features.row(row));
    writer.put(to_bytes(records.labels[row]));
    return blake2b(writer.bytes());
}

/// The labelled rows, each pair once, in the order of their hashes.
LabelledRecords sampled(const LabelledRecords& records) {
    std::map<Digest, std::size_t> by_digest;
    for (std::size_t row = 0; row < records.labels.size(); ++row) {
        if (!records.labels[row].empty()) by_digest.emplace(digest_of(records, row), row);
    }
    LabelledRecords sample = LabelledRecords::empty(*records.schema, records.coverage);
    for (const auto& [digest, row] : by_digest) {
        if (sample.labels.size() >= kDonatedRows) break;
        sample.features.append(records.features.row(row));
        sample.labels.push_back(records.labels[row]);
    }
    return sample;
}

/// Takes at most `share` rows that say something about the class.
void take_share(const LabelledRecords& donation, const datasets::ClassName& class_name,
                std::size_t share, Validation& validation) {
    std::size_t taken = 0;
    for (std::size_t row = 0; row < donation.labels.size() && taken < share; ++row) {
        const int sign = sign_for_object(donation.labels[row], class_name, donation.coverage);
        if (sign == 0) continue;
        validation.features.append(donation.features.row(row));
        validation.signs.push_back(static_cast<std::int8_t>(sign));
        validation.strata.push_back(donation.labels[row]);
        ++taken;
    }
}

}  // namespace

Result<Donation> donate(const fs::path& folder, const LabelledRecords& records) {
    const LabelledRecords sample = sampled(records);
    if (sample.labels.empty()) {
        return fail(Errc::invalid_argument, "the donation holds no labelled record");
    }
    TRIBUTARY_CHECK(make_folder(folder));
    TRIBUTARY_TRY(const Bytes bytes, datasets::encode_records(sample));
    const std::string name = to_hex(ByteView(blake2b(bytes)).first(kNameBytes)) + kSuffix;
    const std::set<std::string> there = donations_in(folder);
    if (there.size() >= kDonations && !there.contains(name)) {
        return fail(Errc::limit_exceeded, folder.string() + " holds " + std::to_string(kDonations) +
                                              " donations. Remove an old one first");
    }
    TRIBUTARY_CHECK(write_file_atomically(folder / name, bytes, 0600));
    return Donation{folder / name, sample.labels.size()};
}

void DonatedRecords::look_again() {
    const std::set<std::string> there = donations_in(folder_);
    std::erase_if(donations_, [&](const auto& known) { return !there.contains(known.first); });
    for (const std::string& name : there) {
        if (donations_.contains(name)) continue;
        const fs::path file = folder_ / name;
        auto bytes = read_file(file, datasets::kBatchBytesLimit);
        auto records =
            bytes ? datasets::decode_records(*bytes) : Result<LabelledRecords>(fail(bytes.error()));
        if (!records) {
            log::warning("keeper", "a donation cannot be used",
                         {{"file", file.string()}, {"why", records.error().message}});
            records = LabelledRecords{};  // remembered, so that it is complained about once
        }
        donations_.emplace(name, std::move(*records));
    }
}

Validation DonatedRecords::validation_for(const classifier::ClassifierObject& object) {
    look_again();
    std::vector<const LabelledRecords*> fitting;
    for (const auto& [name, donation] : donations_) {
        const bool fits =
            donation.schema != nullptr && donation.schema->hash() == object.schema_hash;
        if (fits) fitting.push_back(&donation);
    }
    Validation validation;
    validation.features = classifier::FeatureMatrix(object.model.width());
    for (const LabelledRecords* donation : fitting) {
        take_share(*donation, object.class_name, classifier::kGateRecords / fitting.size(),
                   validation);
    }
    return validation;
}

}  // namespace tributary::app
