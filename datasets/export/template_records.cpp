// What NetFlow v9 and IPFIX share: templates, and the records that follow them.

#include <algorithm>

#include "datasets/export/decoder.hpp"
#include "datasets/export/flow_fields.hpp"
#include "datasets/export/wire.hpp"

namespace tributary::datasets {
namespace {

constexpr int kMaxSiblings = 16;

}  // namespace

/// @return  false when the template cannot be used
bool ExportDecoder::install(std::uint16_t id, std::optional<ExportTemplate> description,
                            Message& message) {
    if (id < kLowestDataSet || !description) return false;
    ++counts_.templates;
    message.exporter.set_template(id, std::move(*description));
    const std::uint64_t before = data_records();
    for (const PendingSet& waiting : message.exporter.take_pending(id)) {
        Message then{message.key, message.exporter, waiting.time};
        decode_data(id, ByteView(waiting.bytes).subspan(kReadableBefore), then);
    }
    message.late_records += data_records() - before;
    return true;
}

/// The template of this session, or of one of the same exporter: one that sends from a new port
/// each time announces its templates from another one than its data.
const ExportTemplate* ExportDecoder::find_template(std::uint16_t id, const Message& message) const {
    if (const ExportTemplate* own = message.exporter.find_template(id)) return own;
    const auto& [version, sender, domain] = message.key;
    const Known* best = nullptr;
    auto other = exporters_.lower_bound({version, Sender{sender.address, 0}, 0});
    for (int look = 0; look < kMaxSiblings && other != exporters_.end(); ++look, ++other) {
        const auto& [its_version, its_sender, its_domain] = other->first;
        if (its_version != version || its_sender.address != sender.address) break;
        if (its_domain != domain || other->second.exporter.find_template(id) == nullptr) continue;
        if (best == nullptr || best->last_used < other->second.last_used) best = &other->second;
    }
    return best == nullptr ? nullptr : best->exporter.find_template(id);
}

/// @param set  kReadableBefore bytes before it are readable
/// @return     false when no record could be read
bool ExportDecoder::decode_data(std::uint16_t id, ByteView set, Message& message) {
    const ExportTemplate* description = find_template(id, message);
    if (description == nullptr) {
        ++counts_.templates_unknown;
        PendingSet pending{id, message.time, Bytes(kReadableBefore, 0)};
        pending.bytes.insert(pending.bytes.end(), set.begin(), set.end());
        message.exporter.keep_pending(std::move(pending));
        return true;
    }
    Layout located;
    const Layout& layout = description->is_variable ? located : description->layout;
    std::size_t records = 0;
    // What is left after the last whole record is padding.
    for (std::size_t size = 0; !set.empty(); set = set.subspan(size), ++records) {
        size = locate_record(*description, set, located);
        if (size == 0) break;
        if (records_) {
            fields_.clear();
            visit_fields(*description, set, [this](const TemplateField& field, ByteView value) {
                fields_.push_back({field.enterprise, field.element, value});
            });
            tell(message.key, message.time.wall, id, description->is_options);
        }
        read_record(*description, RecordView(layout, set.data()), message);
    }
    return records > 0;
}

void ExportDecoder::read_record(const ExportTemplate& description, const RecordView& fields,
                                Message& message) {
    if (description.is_options) {
        take_options(fields, message);
    } else {
        take_flow(fields, message);
    }
}

void ExportDecoder::take_options(const RecordView& fields, Message& message) {
    ++counts_.option_records;
    learn_uptime(fields, message);
    const std::uint64_t rate = stated_sampling(fields);
    if (rate != 0) message.exporter.set_sampling(fields.number(Slot::sampler), rate);
}

/// IPFIX has no uptime in its header: when the exporter started is told by a record, or guessed.
void ExportDecoder::learn_uptime(const RecordView& fields, Message& message) {
    if (std::get<0>(message.key) != kIpfixVersion) return;
    Exporter& exporter = message.exporter;
    if (fields.has(Slot::boot)) {
        constexpr std::uint64_t kHighestMs = std::uint64_t{1} << 50;
        const std::uint64_t ms = std::min(fields.number(Slot::boot), kHighestMs);
        exporter.set_boot(Micros(static_cast<std::int64_t>(ms * 1000)));
    }
    const Slot last = fields.has(Slot::end) ? Slot::end : Slot::start;
    if (!fields.has(last) || fields.unit(last) != TimeUnit::uptime_ms) return;
    exporter.estimate_boot(message.time.wall, static_cast<std::uint32_t>(fields.number(last)));
    const Micros uptime = message.time.wall - *exporter.boot();
    message.time.uptime_ms = static_cast<std::uint32_t>(uptime.count() / 1000);
}

void ExportDecoder::take_flow(const RecordView& fields, Message& message) {
    learn_uptime(fields, message);
    read_flow(fields, message.time, message.exporter, next_record());
    const std::uint64_t stated = stated_sampling(fields);
    const std::uint64_t rate =
        stated != 0 ? stated : message.exporter.sampling(fields.number(Slot::sampler));
    deliver(rate, message.time.wall);
}

void ExportDecoder::tell(const ExporterKey& key, Micros sent, std::uint16_t template_id,
                         bool is_options) {
    const auto& [version, sender, domain] = key;
    records_({version, sender.address, domain, template_id, is_options, sent, fields_});
}

}  // namespace tributary::datasets
