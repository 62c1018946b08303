#include "datasets/export/flow_fields.hpp"

#include <algorithm>

namespace tributary::datasets {
namespace {

bool is_zero(const std::uint8_t* bytes, std::size_t count) {
    return std::all_of(bytes, bytes + count, [](std::uint8_t byte) { return byte == 0; });
}

/// Some exporters send both kinds of address and zeros in the one that is not meant.
bool set_address(Address& address, const RecordView& fields, Slot v4, Slot v6) {
    const bool has_v4 = fields.has(v4);
    if (!has_v4 && !fields.has(v6)) return false;
    const bool take_v6 = !has_v4 || (fields.has(v6) && is_zero(fields.bytes(v4), 4) &&
                                     !is_zero(fields.bytes(v6), 16));
    if (address.is_v6 && !take_v6) address = Address{};
    address.is_v6 = take_v6;
    std::memcpy(address.bytes.data(), fields.bytes(take_v6 ? v6 : v4), take_v6 ? 16 : 4);
    return true;
}

Micros from_seconds(std::uint64_t seconds) {
    constexpr std::uint64_t kHighest = std::uint64_t{1} << 40;
    return Micros(static_cast<std::int64_t>(std::min(seconds, kHighest)) * 1'000'000);
}

Micros from_ms(std::uint64_t ms) {
    constexpr std::uint64_t kHighest = std::uint64_t{1} << 50;
    return Micros(static_cast<std::int64_t>(std::min(ms, kHighest)) * 1000);
}

Micros from_ntp(std::uint64_t stamp) {
    constexpr std::int64_t kFrom1900To1970 = 2'208'988'800;
    const auto seconds = static_cast<std::int64_t>(stamp >> 32) - kFrom1900To1970;
    const std::uint64_t micros = ((stamp & 0xffffffffU) * 1'000'000) >> 32;
    return Micros(seconds * 1'000'000 + static_cast<std::int64_t>(micros));
}

/// Reads the times of one record.
class Times {
 public:
    Times(const RecordView& fields, const ExportTime& time, const Exporter& exporter)
        : fields_(fields), time_(time), exporter_(exporter) {}

    /// @param start  of the record, for times that are told relative to it
    [[nodiscard]] Micros at(Slot slot, Micros start = Micros(0)) const {
        const std::uint64_t value = fields_.number(slot);
        switch (fields_.unit(slot)) {
            case TimeUnit::uptime_ms:
                return exporter_.boot()
                           ? exporter_.wall_of(static_cast<std::uint32_t>(value), time_)
                           : time_.wall;
            case TimeUnit::seconds: return from_seconds(value);
            case TimeUnit::milliseconds: return from_ms(value);
            case TimeUnit::ntp: return from_ntp(value);
            case TimeUnit::microseconds_ago: return time_.wall - from_ms(value / 1000);
            case TimeUnit::milliseconds_later: return start + from_ms(value);
            case TimeUnit::duration_ms: return from_ms(value);
            case TimeUnit::duration_us: return from_ms(value / 1000);
        }
        return time_.wall;
    }

 private:
    const RecordView& fields_;
    const ExportTime& time_;
    const Exporter& exporter_;
};

void set_times(FlowRecord& record, const RecordView& fields, const Times& times,
               const ExportTime& time) {
    record.end = time.wall;
    if (fields.has(Slot::end)) {
        record.end = times.at(Slot::end);
    } else if (fields.has(Slot::observed)) {
        record.end = times.at(Slot::observed);
    } else if (fields.has(Slot::start) && fields.has(Slot::duration)) {
        record.end = times.at(Slot::start) + times.at(Slot::duration);
    }
    record.start = record.end;
    if (fields.has(Slot::start)) {
        record.start = times.at(Slot::start);
    } else if (fields.has(Slot::duration)) {
        record.start = record.end - times.at(Slot::duration);
    }
}

void set_counters(FlowRecord& record, const RecordView& fields) {
    FlowSide& side = record.forward;
    side.packets = fields.number(Slot::packets);
    side.ip_bytes = fields.number(Slot::bytes);
    if (side.packets == 0) side.packets = fields.number(Slot::out_packets);
    if (side.ip_bytes == 0) side.ip_bytes = fields.number(Slot::out_bytes);
}

std::uint8_t flags_of(const RecordView& fields, Slot first, Slot rest) {
    return static_cast<std::uint8_t>(fields.number(first) | fields.number(rest));
}

void set_flags(FlowRecord& record, const RecordView& fields) {
    record.has_flags = fields.has(Slot::flags);
    record.forward.flags = flags_of(fields, Slot::first_flags, Slot::flags);
}

/// Type and code of ICMP travel in the destination port until `settle_ports`.
void set_ports(FlowRecord& record, const RecordView& fields) {
    record.src_port = static_cast<std::uint16_t>(fields.number(Slot::src_port));
    record.dst_port = static_cast<std::uint16_t>(fields.number(Slot::dst_port));
    if (record.protocol != kProtocolIcmp && record.protocol != kProtocolIcmp6) return;
    if (fields.has(Slot::icmp)) {
        record.dst_port = static_cast<std::uint16_t>(fields.number(Slot::icmp));
    } else if (fields.has(Slot::icmp_type)) {
        record.dst_port = static_cast<std::uint16_t>(
            (fields.number(Slot::icmp_type) << 8 | fields.number(Slot::icmp_code)) & 0xffff);
    }
}

constexpr SlotSet kBackward =
    slots(Slot::backward_packets, Slot::backward_bytes, Slot::backward_flags,
          Slot::backward_first_flags, Slot::backward_start, Slot::backward_end);

void set_backward(FlowRecord& record, const RecordView& fields, const Times& times) {
    record.backward.packets = fields.number(Slot::backward_packets);
    record.backward.ip_bytes = fields.number(Slot::backward_bytes);
    record.backward.flags = flags_of(fields, Slot::backward_first_flags, Slot::backward_flags);
    if (record.backward.packets == 0) return;
    record.backward_start = record.start;
    if (fields.has(Slot::backward_start)) {
        record.backward_start = times.at(Slot::backward_start, record.start);
        record.start = std::min(record.start, record.backward_start);
    }
    if (fields.has(Slot::backward_end)) {
        record.end = std::max(record.end, times.at(Slot::backward_end));
    }
}

}  // namespace

std::uint64_t stated_sampling(const RecordView& fields) {
    if (!fields.has_any(slots(Slot::sampling, Slot::sampling_size))) return 0;
    if (fields.has(Slot::sampling_size) && fields.has(Slot::sampling_population)) {
        const std::uint64_t size = fields.number(Slot::sampling_size);
        return size == 0 ? 0 : fields.number(Slot::sampling_population) / size;
    }
    const std::uint64_t interval = fields.number(Slot::sampling);
    if (!fields.has(Slot::sampling_space) || interval == 0) return interval;
    return (interval + fields.number(Slot::sampling_space)) / interval;
}

void read_flow(const RecordView& fields, const ExportTime& time, const Exporter& exporter,
               FlowRecord& record) {
    record.forward = FlowSide{};  // each by itself: copied, what was just written is waited for
    record.backward = FlowSide{};
    record.backward_start = Micros(0);
    record.sampling = 1;
    const bool has_ends = set_address(record.src, fields, Slot::src_v4, Slot::src_v6) &&
                          set_address(record.dst, fields, Slot::dst_v4, Slot::dst_v6);
    record.protocol = static_cast<std::uint8_t>(fields.number(Slot::protocol));
    record.vlan = static_cast<std::uint16_t>(fields.number(Slot::vlan) & 0xfff);
    set_ports(record, fields);
    set_flags(record, fields);
    const Times times(fields, time, exporter);
    set_times(record, fields, times, time);
    record.forward_start = record.start;
    if (!has_ends || record.src.is_v6 != record.dst.is_v6) return;
    set_counters(record, fields);
    if (fields.has_any(kBackward)) set_backward(record, fields, times);
}

}  // namespace tributary::datasets
