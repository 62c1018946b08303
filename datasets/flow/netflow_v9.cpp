#include <algorithm>

#include "datasets/flow/netflow.hpp"

namespace tributary::datasets {

namespace {

constexpr std::uint16_t kTemplateSet = 0;
constexpr std::uint16_t kOptionsTemplateSet = 1;
constexpr std::uint16_t kLowestDataSet = 256;

Micros from_ms(std::uint64_t ms) {
    constexpr std::uint64_t kHighest = std::uint64_t{1} << 50;
    return Micros(static_cast<std::int64_t>(std::min(ms, kHighest)) * 1000);
}

bool is_all_zero(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool set_address(Address& address, ByteView v4, ByteView v6) {
    const auto used = [](ByteView bytes, std::size_t size) {
        return bytes.size() == size && !is_all_zero(bytes);
    };
    const bool take_v6 = used(v6, 16) || (v6.size() == 16 && v4.size() != 4);
    if (!take_v6 && v4.size() != 4) return false;
    const ByteView bytes = take_v6 && !used(v4, 4) ? v6 : v4;
    address.is_v6 = bytes.size() == 16;
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    return true;
}

void set_times(FlowRecord& record, const ExportValues& values, const Exporter& exporter,
               const ExportTime& time) {
    record.start = record.end = time.wall;
    const auto first = values.number(Element::first_uptime);
    const auto last = values.number(Element::last_uptime);
    if (first && last) {
        record.start = exporter.wall_of(static_cast<std::uint32_t>(*first), time);
        record.end = exporter.wall_of(static_cast<std::uint32_t>(*last), time);
    }
    if (const auto at = values.number(Element::start_seconds)) record.start = from_ms(*at * 1000);
    if (const auto at = values.number(Element::end_seconds)) record.end = from_ms(*at * 1000);
    if (const auto at = values.number(Element::start_ms)) record.start = from_ms(*at);
    if (const auto at = values.number(Element::end_ms)) record.end = from_ms(*at);
}

void set_counters(FlowRecord& record, const ExportValues& values) {
    const auto pick = [&](Element one, Element two, Element three) {
        const auto value = values.number(one);
        return value ? *value : values.first_of(two, three, 0);
    };
    FlowSide& side = record.forward;
    side.packets = pick(Element::packets, Element::total_packets, Element::initiator_packets);
    side.ip_bytes = pick(Element::bytes, Element::total_bytes, Element::initiator_bytes);
    if (side.packets == 0) side.packets = values.number(Element::out_packets).value_or(0);
    if (side.ip_bytes == 0) side.ip_bytes = values.number(Element::out_bytes).value_or(0);
    record.backward.packets = values.number(Element::responder_packets).value_or(0);
    record.backward.ip_bytes = values.number(Element::responder_bytes).value_or(0);
}

void set_ports(FlowRecord& record, const ExportValues& values) {
    const auto port = [&](Element element) {
        return static_cast<std::uint16_t>(values.number(element).value_or(0));
    };
    record.src_port = port(Element::src_port);
    record.dst_port = port(Element::dst_port);
    if (record.protocol != kProtocolIcmp && record.protocol != kProtocolIcmp6) return;
    const std::uint64_t code =
        values.first_of(Element::icmp_type_code, Element::icmp6_type_code, record.dst_port);
    record.dst_port = static_cast<std::uint16_t>(code);
}

}  // namespace

bool NetflowDecoder::decode_v9(const Address& exporter, ByteReader& reader) {
    reader.skip(2);  // number of records: many exporters count otherwise
    ExportTime time;
    time.uptime_ms = reader.be32();
    time.wall = Micros(std::int64_t{reader.be32()} * 1'000'000);
    const std::uint32_t sequence = reader.be32();
    const std::uint32_t source = reader.be32();
    if (!reader.ok()) return false;
    Exporter& known = exporter_for({std::uint16_t{9}, exporter, source});
    known.set_clock(time);
    if (!known.expect(sequence, 1)) ++counts_.sequence_gaps;
    bool intact = true;
    while (reader.remaining() >= 4) {
        const std::uint16_t id = reader.be16();
        const std::uint16_t length = reader.be16();
        if (id == 0 && length == 0 && is_all_zero(reader.rest())) return intact;  // padding
        if (length < 4 || length - 4U > reader.remaining()) return false;
        ByteReader set(reader.take(length - 4U));
        if (id == kTemplateSet) intact = read_templates(set, known) && intact;
        if (id == kOptionsTemplateSet) intact = read_option_templates(set, known) && intact;
        if (id >= kLowestDataSet) intact = decode_data(id, set.rest(), known, time) && intact;
    }
    return intact;
}

bool NetflowDecoder::read_templates(ByteReader& set, Exporter& exporter) {
    while (set.remaining() >= 4) {
        const std::uint16_t id = set.be16();
        const std::uint16_t count = set.be16();
        if (id == 0 && count == 0) return true;  // padding
        auto description = read_template(set, count, false);
        if (id < kLowestDataSet || !description) return false;
        install(id, std::move(*description), exporter);
    }
    return true;
}

bool NetflowDecoder::read_option_templates(ByteReader& set, Exporter& exporter) {
    while (set.remaining() >= 6) {
        const std::uint16_t id = set.be16();
        const std::size_t scope_bytes = set.be16();
        const std::size_t option_bytes = set.be16();
        if (id == 0 && scope_bytes == 0) return true;  // padding
        auto description = read_template(set, (scope_bytes + option_bytes) / 4, true);
        if (id < kLowestDataSet || !description) return false;
        // Scope numbers are their own list; they must not be taken for elements.
        for (std::size_t i = 0; i < scope_bytes / 4; ++i) description->fields[i].element = 0;
        install(id, std::move(*description), exporter);
    }
    return true;
}

void NetflowDecoder::install(std::uint16_t id, ExportTemplate description, Exporter& exporter) {
    ++counts_.templates;
    exporter.set_template(id, std::move(description));
    for (const PendingSet& waiting : exporter.take_pending(id)) {
        decode_data(id, waiting.bytes, exporter, waiting.time);
    }
}

bool NetflowDecoder::decode_data(std::uint16_t id, ByteView set, Exporter& exporter,
                                 const ExportTime& time) {
    const ExportTemplate* description = exporter.find_template(id);
    if (description == nullptr) {
        ++counts_.templates_unknown;
        exporter.keep_pending({id, time, Bytes(set.begin(), set.end())});
        return true;
    }
    ByteReader reader(set);
    const std::uint64_t before = counts_.records + counts_.option_records;
    read_records(reader, *description, exporter, time);
    return counts_.records + counts_.option_records > before;
}

void NetflowDecoder::read_records(ByteReader& set, const ExportTemplate& description,
                                  Exporter& exporter, const ExportTime& time) {
    // What is left after the last whole record is padding.
    while (set.remaining() >= description.shortest) {
        if (!values_.read(set, description)) return;
        if (description.is_options) {
            take_options(exporter);
        } else {
            take_flow(exporter, time);
        }
    }
}

void NetflowDecoder::take_options(Exporter& exporter) {
    ++counts_.option_records;
    const std::uint64_t sampler = values_.first_of(Element::sampler_id, Element::selector_id, 0);
    for (const Element element :
         {Element::sampling_interval, Element::sampler_interval, Element::packet_interval}) {
        if (const auto interval = values_.number(element))
            exporter.set_sampling(sampler, *interval);
    }
}

void NetflowDecoder::take_flow(const Exporter& exporter, const ExportTime& time) {
    FlowRecord record;
    const bool has_both =
        set_address(record.src, values_.bytes(Element::src_v4), values_.bytes(Element::src_v6)) &&
        set_address(record.dst, values_.bytes(Element::dst_v4), values_.bytes(Element::dst_v6));
    record.protocol = static_cast<std::uint8_t>(values_.number(Element::protocol).value_or(0));
    record.vlan = static_cast<std::uint16_t>(values_.number(Element::src_vlan).value_or(0) & 0xfff);
    const auto flags = values_.number(Element::tcp_flags);
    record.has_flags = flags.has_value();
    record.forward.flags = static_cast<std::uint8_t>(flags.value_or(0));
    set_ports(record, values_);
    set_times(record, values_, exporter, time);
    // Without addresses a record cannot join a flow; without counters `deliver` counts it.
    if (has_both && record.src.is_v6 == record.dst.is_v6) set_counters(record, values_);
    const std::uint64_t sampler = values_.first_of(Element::sampler_id, Element::selector_id, 0);
    const std::uint64_t stated =
        values_.first_of(Element::sampling_interval, Element::sampler_interval, 0);
    const std::uint64_t rate = stated != 0 ? stated : exporter.sampling(sampler);
    deliver(record, static_cast<std::uint32_t>(std::clamp<std::uint64_t>(rate, 1, 1U << 24)));
}

}  // namespace tributary::datasets
