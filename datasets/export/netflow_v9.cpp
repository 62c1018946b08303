#include <algorithm>

#include "datasets/export/decoder.hpp"
#include "datasets/export/wire.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint16_t kV9Templates = 0;
constexpr std::uint16_t kV9OptionsTemplates = 1;

bool is_padding(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

bool ExportDecoder::decode_v9(const Sender& sender, ByteView datagram) {
    ByteReader reader(datagram);
    reader.skip(4);  // version, and a number of records: many exporters count otherwise
    ExportTime time;
    time.uptime_ms = reader.be32();
    time.wall = Micros(std::int64_t{reader.be32()} * 1'000'000);
    const std::uint32_t sequence = reader.be32();
    const std::uint32_t source = reader.be32();
    if (!reader.ok()) return false;
    const ExporterKey key{std::uint16_t{9}, sender, source};
    Message message{key, exporter_for(key), time};
    message.exporter.set_clock(time);
    follow(message.exporter, sequence, 1);
    bool intact = true;
    while (reader.remaining() >= 4) {
        const std::uint16_t id = reader.be16();
        const std::uint16_t length = reader.be16();
        if (id == 0 && length == 0 && is_padding(reader.rest())) return intact;
        if (length < 4 || length - 4U > reader.remaining()) return false;
        ByteReader set(reader.take(length - 4U));
        intact = read_v9_set(id, set, message) && intact;
    }
    return intact;
}

bool ExportDecoder::read_v9_set(std::uint16_t id, ByteReader& set, Message& message) {
    if (id >= kLowestDataSet) return decode_data(id, set.rest(), message);
    if (id > kV9OptionsTemplates) return true;  // reserved
    const bool are_options = id != kV9Templates;
    const std::size_t head_size = are_options ? 6 : 4;
    while (set.remaining() >= head_size) {
        const std::uint16_t template_id = set.be16();
        const std::size_t first = set.be16();
        TemplateHead head{first, 0, are_options};
        if (are_options) {  // told in bytes
            head.scope_fields = first / 4;
            head.fields = head.scope_fields + set.be16() / 4U;
        }
        if (template_id == 0 && first == 0) return true;  // padding
        if (!install(template_id, read_template(set, head, FieldStyle::netflow), message)) {
            return false;
        }
    }
    return true;
}

}  // namespace tributary::datasets
