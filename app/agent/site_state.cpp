#include "app/agent/site_state.hpp"

#include <memory>

#include "base/file.hpp"
#include "datasets/batch_codec.hpp"

namespace tributary::app {

namespace {

constexpr const char* kHeldOutFile = "held-out.batch";

}  // namespace

Result<std::unique_ptr<SiteState>> SiteState::open(const std::filesystem::path& folder,
                                                   const datasets::Schema& schema) {
    const auto file = folder / kHeldOutFile;
    const auto bytes = read_file(file, datasets::kBatchBytesLimit);
    if (!bytes && bytes.error().code == Errc::not_found) {
        return std::make_unique<SiteState>(file, datasets::LabelledRecords::empty(schema));
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
    auto next = datasets::LabelledRecords::empty(*held_out_.schema);
    const std::size_t total = held_out_.labels.size() + rows.labels.size();
    const std::size_t surplus = total > kHeldOutLimit ? total - kHeldOutLimit : 0;
    next.append(held_out_, std::min(surplus, held_out_.labels.size()));
    next.append(rows, surplus - std::min(surplus, held_out_.labels.size()));
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
