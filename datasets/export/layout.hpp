#pragma once
// Where the fields that a flow needs stand inside a record. A template is compiled into a layout
// once; a record is then read by loads at known places, which is what makes decoding fast.
// Invariant: a place never reaches beyond the record. Every record that is read has at least 8
// readable bytes before its first one (the headers of the datagram), so that a number of any width
// is one 8-byte load that ends with the field. Values; no thread rule.
// Source: docs/flows.md, "Exports".

#include <array>
#include <cstdint>
#include <cstring>

namespace tributary::datasets {

/// What a flow needs of a record. Several elements may fill one slot; the best one present does.
enum class Slot : std::uint8_t {
    src_v4,
    dst_v4,
    src_v6,
    dst_v6,
    src_port,
    dst_port,
    protocol,
    flags,
    packets,
    bytes,
    out_packets,
    out_bytes,
    backward_packets,
    backward_bytes,
    backward_flags,
    first_flags,  ///< of the first packet only (YAF keeps the others apart)
    backward_first_flags,
    start,
    end,
    backward_start,
    backward_end,
    observed,
    duration,
    icmp,
    icmp_type,
    icmp_code,
    vlan,
    sampler,
    sampling,
    sampling_space,
    sampling_size,
    sampling_population,
    boot,
    none,  ///< not needed
};
inline constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::none);

/// A set of slots, one bit each.
using SlotSet = std::uint64_t;
static_assert(kSlots <= 64);

template <typename... Slots>
constexpr SlotSet slots(Slots... each) {
    return ((SlotSet{1} << static_cast<unsigned>(each)) | ...);
}

/// How a time is told.
enum class TimeUnit : std::uint8_t {
    uptime_ms,           ///< since the exporter started
    seconds,             ///< since 1970
    milliseconds,        ///< since 1970
    ntp,                 ///< 32.32 bits of seconds since 1900
    microseconds_ago,    ///< before the datagram was sent
    milliseconds_later,  ///< after the start of the record
    duration_ms,
    duration_us,
};

/// An element that fills a slot.
struct SlotRule {
    std::uint32_t enterprise;
    std::uint16_t element;
    Slot slot;
    std::uint8_t rank;  ///< lower is better
    TimeUnit unit = TimeUnit::milliseconds;
};

/// The rule of an element, or null when no flow needs it.
const SlotRule* find_slot_rule(std::uint32_t enterprise, std::uint16_t element);

/// True when a slot can be read from a field of that many bytes.
bool fits(Slot slot, std::size_t width);

struct Layout {
    struct Place {
        std::uint16_t end = 0;   ///< offset of the byte after the field
        std::uint8_t width = 0;  ///< 0: the record lacks it
        TimeUnit unit = TimeUnit::milliseconds;
    };
    std::array<Place, kSlots> places{};
    SlotSet present = 0;

    [[nodiscard]] const Place& at(Slot slot) const {
        return places[static_cast<std::size_t>(slot)];
    }
    void put(Slot slot, std::size_t end, std::size_t width) {
        Place& place = places[static_cast<std::size_t>(slot)];
        place.end = static_cast<std::uint16_t>(end);
        place.width = static_cast<std::uint8_t>(width);
        present |= slots(slot);
    }
};

/// One record under its layout.
class RecordView {
 public:
    /// @param record  its first byte; 8 bytes before it must be readable
    RecordView(const Layout& layout, const std::uint8_t* record)
        : layout_(layout), record_(record) {}

    [[nodiscard]] bool has(Slot slot) const { return has_any(slots(slot)); }
    [[nodiscard]] bool has_any(SlotSet set) const { return (layout_.present & set) != 0; }
    [[nodiscard]] TimeUnit unit(Slot slot) const { return layout_.at(slot).unit; }
    /// 0 when the record lacks it.
    [[nodiscard]] std::uint64_t number(Slot slot) const {
        const Layout::Place& place = layout_.at(slot);
        if (place.width == 0) return 0;
        std::uint64_t value = 0;
        std::memcpy(&value, record_ + place.end - 8, 8);
        return __builtin_bswap64(value) & (~std::uint64_t{0} >> (64 - 8 * place.width));
    }
    /// Only when the record has it.
    [[nodiscard]] const std::uint8_t* bytes(Slot slot) const {
        const Layout::Place& place = layout_.at(slot);
        return record_ + place.end - place.width;
    }

 private:
    const Layout& layout_;
    const std::uint8_t* record_;
};

}  // namespace tributary::datasets
