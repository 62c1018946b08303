#include "app/agent/site_state.hpp"

#include <memory>

#include "base/file.hpp"
#include "datasets/batch_codec.hpp"

namespace tributary::app {

namespace {

constexpr const char* kHeldOutFile = "held-out.batch";

datasets::LabelledRecords empty_records(const datasets::Schema& schema) {
    datasets::LabelledRecords records;
    records.schema = &schema;
    records.features = datasets::FeatureMatrix(schema.width());
    return records;
}

void append(datasets::LabelledRecords& to, const datasets::LabelledRecords& from,
            std::size_t first) {
    for (std::size_t i = first; i < from.labels.size(); ++i) {
        to.features.append(from.features.row(i));
        to.labels.push_back(from.labels[i]);
    }
    to.coverage.insert(from.coverage.begin(), from.coverage.end());
}

}  // namespace

Result<std::unique_ptr<SiteState>> SiteState::open(const std::filesystem::path& folder,
                                                   const datasets::Schema& schema) {
    const auto file = folder / kHeldOutFile;
    const auto bytes = read_file(file, datasets::kBatchBytesLimit);
    if (!bytes && bytes.error().code == Errc::not_found) {
        return std::make_unique<SiteState>(file, empty_records(schema));
    }
    if (!bytes) return fail(bytes.error());
    auto records = datasets::decode_records(*bytes);
    if (!records) return fail(records.error().with_context(file.string()));
    if (records->schema != &schema) {
        return fail(Errc::mismatch, file.string() + " holds records of " + records->schema->name() +
                                        ", not of " + schema.name() +
                                        ". Give another --state, or remove the file");
    }
    return std::make_unique<SiteState>(file, std::move(*records));
}

SiteState::SiteState(std::filesystem::path file, datasets::LabelledRecords held_out)
    : file_(std::move(file)), held_out_(std::move(held_out)) {}

Status SiteState::hold_out(const datasets::LabelledRecords& rows) {
    const std::lock_guard lock(mutex_);
    if (rows.schema != held_out_.schema) {
        return fail(Errc::mismatch, "held-out records of another schema");
    }
    datasets::LabelledRecords next = empty_records(*held_out_.schema);
    const std::size_t total = held_out_.labels.size() + rows.labels.size();
    const std::size_t surplus = total > kHeldOutLimit ? total - kHeldOutLimit : 0;
    append(next, held_out_, std::min(surplus, held_out_.labels.size()));
    append(next, rows, surplus - std::min(surplus, held_out_.labels.size()));
    TRIBUTARY_TRY(const Bytes bytes, datasets::encode_records(next));
    TRIBUTARY_CHECK(write_file_atomically(file_, bytes, 0600));
    held_out_ = std::move(next);
    return {};
}

datasets::LabelledRecords SiteState::held_out() const {
    const std::lock_guard lock(mutex_);
    return held_out_;
}

}  // namespace tributary::app
