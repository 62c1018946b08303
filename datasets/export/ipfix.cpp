#include <algorithm>

#include "datasets/export/decoder.hpp"
#include "datasets/export/wire.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint16_t kIpfixTemplates = 2;
constexpr std::uint16_t kIpfixOptionsTemplates = 3;

}  // namespace

bool ExportDecoder::decode_ipfix(const Sender& sender, ByteView datagram) {
    if (datagram.size() < kIpfixHeader) return false;
    const std::size_t length = load_be16(datagram.data() + 2);
    if (length < kIpfixHeader) return false;
    bool intact = length <= datagram.size();
    ByteReader reader(datagram.first(std::min(length, datagram.size())));
    reader.skip(4);
    const Micros sent{std::int64_t{reader.be32()} * 1'000'000};
    const std::uint32_t sequence = reader.be32();
    const ExporterKey key{std::uint16_t{10}, sender, reader.be32()};
    Message message{key, exporter_for(key), {0, sent}};
    follow(message.exporter, sequence, 0);
    const std::uint64_t records_before = data_records();
    const std::uint64_t unknown_before = counts_.templates_unknown;
    while (reader.remaining() >= 4) {
        const std::uint16_t id = reader.be16();
        const std::uint16_t size = reader.be16();
        if (size < 4 || size - 4U > reader.remaining()) {
            intact = false;
            break;
        }
        ByteReader set(reader.take(size - 4U));
        intact = read_ipfix_set(id, set, message) && intact;
    }
    // The next number counts the records of this message; what was not understood is not known.
    if (!intact || counts_.templates_unknown != unknown_before) {
        message.exporter.expect_next(std::nullopt);
    } else {
        const std::uint64_t records = data_records() - records_before - message.late_records;
        message.exporter.expect_next(sequence + static_cast<std::uint32_t>(records));
    }
    return intact;
}

bool ExportDecoder::read_ipfix_set(std::uint16_t id, ByteReader& set, Message& message) {
    if (id >= kLowestDataSet) return decode_data(id, set.rest(), message);
    if (id != kIpfixTemplates && id != kIpfixOptionsTemplates) return true;  // reserved
    return read_ipfix_templates(set, id == kIpfixOptionsTemplates, message);
}

bool ExportDecoder::read_ipfix_templates(ByteReader& set, bool are_options, Message& message) {
    while (set.remaining() >= 4) {
        const std::uint16_t id = set.be16();
        TemplateHead head{set.be16(), 0, are_options};
        if (id == 0 && head.fields == 0) return true;  // padding
        if (head.fields == 0) {                        // withdrawal: of one template, or of all
            if (id == kIpfixTemplates || id == kIpfixOptionsTemplates) {
                message.exporter.withdraw_templates(id == kIpfixOptionsTemplates);
            } else {
                message.exporter.withdraw_template(id);
            }
            continue;
        }
        if (are_options) head.scope_fields = set.be16();
        if (!install(id, read_template(set, head, FieldStyle::ipfix), message)) return false;
    }
    return true;
}

}  // namespace tributary::datasets
