#include "app/service/record_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "base/file.hpp"
#include "base/log.hpp"
#include "datasets/batch_codec.hpp"
#include "datasets/corpus/csv.hpp"
#include "datasets/corpus/kdd.hpp"
#include "datasets/corpus/synthetic.hpp"
#include "datasets/corpus/text.hpp"

namespace tributary::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRecordBytesLimit = std::size_t{1} << 30;
constexpr std::string_view kSyntheticPrefix = "synthetic:";
constexpr std::string_view kBatchMagic = "TRIBATCH";
constexpr std::string_view kKddName = "kdd41/";
constexpr std::size_t kKddFeatures = 41;  // then the label and, in some files, a difficulty
constexpr std::size_t kLongestKddLine = 4096;
constexpr std::uint64_t kDefaultSeed = 1;

Result<datasets::LabelledRecords> make_records(std::string_view wish,
                                               const datasets::Schema& schema) {
    if (!schema.name().starts_with(kKddName)) {
        return fail(Errc::mismatch, "records are made up for kdd41 only, not for " + schema.name() +
                                        ". Give a file, or --schema kdd41");
    }
    const std::size_t colon = wish.find(':');
    const auto rows = datasets::parse_unsigned(wish.substr(0, colon), datasets::kSyntheticLimit);
    const auto seed = colon == std::string_view::npos
                          ? std::optional<std::uint64_t>(kDefaultSeed)
                          : datasets::parse_unsigned(wish.substr(colon + 1), ~std::uint64_t{0});
    if (!rows || !seed) {
        return fail(Errc::invalid_argument,
                    "\"synthetic:" + std::string(wish.substr(0, 40)) +
                        "\" is not understood: synthetic:ROWS or synthetic:ROWS:SEED, at most " +
                        std::to_string(datasets::kSyntheticLimit) + " rows");
    }
    return datasets::synthetic_kdd(static_cast<std::size_t>(*rows), *seed);
}

/// KDD text has no header: the second of its 41 to 43 fields is the protocol, whatever the first
/// is.
bool looks_like_kdd(std::string_view text) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), kLongestKddLine));
    const auto commas = static_cast<std::size_t>(std::count(line.begin(), line.end(), ','));
    if (commas < kKddFeatures - 1 || commas > kKddFeatures + 1) return false;
    const std::size_t first = line.find(',');
    const std::string_view second =
        datasets::trimmed(line.substr(first + 1, line.find(',', first + 1) - first - 1));
    return second == "tcp" || second == "udp" || second == "icmp";
}

Result<datasets::LabelledRecords> decode_batch(const std::string& source,
                                               const datasets::Schema& schema) {
    TRIBUTARY_TRY(const Bytes bytes, read_file(source, datasets::kBatchBytesLimit));
    auto records = datasets::decode_records(bytes);
    if (!records) return fail(records.error().with_context(source));
    if (records->schema->hash() != schema.hash()) {
        return fail(Errc::mismatch, source + " holds records of " + records->schema->name() +
                                        ", expected is " + schema.name());
    }
    return records;
}

/// `folder`/shared/datasets or that beside any folder above; bounded by the depth of the path.
fs::path data_above(fs::path folder) {
    while (true) {
        std::error_code ignored;
        fs::path candidate = folder / "shared" / "datasets";
        if (fs::is_directory(candidate, ignored)) return candidate;
        if (!folder.has_relative_path()) return {};
        folder = folder.parent_path();
    }
}

}  // namespace

Result<const datasets::Schema*> find_schema_by_short_name(const std::string& name) {
    const datasets::Schema* newest = nullptr;
    for (const datasets::Schema* schema : datasets::known_schemas()) {
        if (schema->name().starts_with(name + "/")) newest = schema;
    }
    if (newest != nullptr) return newest;
    return datasets::find_schema(name);
}

Result<datasets::LabelledRecords> load_records(const std::string& source,
                                               const datasets::Schema& schema) {
    if (source.starts_with(kSyntheticPrefix)) {
        return make_records(std::string_view(source).substr(kSyntheticPrefix.size()), schema);
    }
    TRIBUTARY_TRY(const std::string text, datasets::read_text_file(source, kRecordBytesLimit));
    if (datasets::trimmed(text).empty()) {
        return fail(Errc::invalid_argument, source +
                                                " is empty. Give KDD text, CSV whose first line "
                                                "names the columns, or a record batch");
    }
    if (text.starts_with(kBatchMagic)) return decode_batch(source, schema);
    if (looks_like_kdd(text)) {
        if (!schema.name().starts_with(kKddName)) {
            return fail(Errc::mismatch, source + " is KDD text, records of kdd41; expected is " +
                                            schema.name() + ". Give --schema kdd41");
        }
        TRIBUTARY_TRY(datasets::KddRecords kdd,
                      datasets::parse_kdd(text, datasets::KddLabels::attack_name, source));
        if (kdd.unknown_services > 0) {
            log::warning("records", "services that KDD does not know are taken for none",
                         {{"file", source}, {"records", kdd.unknown_services}});
        }
        return std::move(kdd.records);
    }
    return datasets::parse_csv(text, schema, {}, source);
}

Status merge_labels(datasets::LabelledRecords& records, const std::string& into) {
    if (into == "names") return {};
    if (into != "categories" && into != kAttackClass) {
        return fail(Errc::invalid_argument,
                    "labels can be merged into names, categories or attack, not " +
                        datasets::in_quotes(into));
    }
    records.coverage.clear();
    for (datasets::ClassName& label : records.labels) {
        if (label.empty() || label == datasets::kNormalClass) continue;
        const auto category = datasets::kdd_category(label);
        if (into == "categories" && !category) {
            return fail(Errc::invalid_argument,
                        "the category of " + datasets::in_quotes(label) + " is not known");
        }
        label = into == kAttackClass ? std::string(kAttackClass) : std::string(*category);
        records.coverage.insert(label);
    }
    return {};
}

int sign_of_label(const datasets::ClassName& label, const std::string& class_name) {
    if (label.empty()) return 0;
    if (label == class_name) return 1;
    if (class_name == kAttackClass) return label == datasets::kNormalClass ? -1 : 1;
    const auto category = datasets::kdd_category(label);
    return category && *category == class_name ? 1 : -1;
}

std::filesystem::path published_data_folder() {
    if (const char* folder = std::getenv("TRIBUTARY_DATA")) return folder;
    std::error_code ignored;
    const fs::path beside_work = data_above(fs::current_path(ignored));
    if (!beside_work.empty()) return beside_work;
    return data_above(fs::read_symlink("/proc/self/exe", ignored).parent_path());
}

std::string published_or_made_up(const std::filesystem::path& file, const std::string& made_up) {
    const std::filesystem::path folder = published_data_folder();
    std::error_code ignored;
    const bool published = !folder.empty() && std::filesystem::exists(folder / file, ignored);
    return published ? (folder / file).string() : made_up;
}

}  // namespace tributary::app
