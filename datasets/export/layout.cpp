#include "datasets/export/layout.hpp"

#include <algorithm>

#include "datasets/export/element.hpp"

namespace tributary::datasets {
namespace {

using Unit = TimeUnit;

// Sorted by enterprise and element, so that a rule is found by bisection.
constexpr std::array kRules{
    SlotRule{kIana, 1, Slot::bytes, 0},
    SlotRule{kIana, 2, Slot::packets, 0},
    SlotRule{kIana, 4, Slot::protocol, 0},
    SlotRule{kIana, 6, Slot::flags, 0},
    SlotRule{kIana, 7, Slot::src_port, 0},
    SlotRule{kIana, 8, Slot::src_v4, 0},
    SlotRule{kIana, 11, Slot::dst_port, 0},
    SlotRule{kIana, 12, Slot::dst_v4, 0},
    SlotRule{kIana, 21, Slot::end, 5, Unit::uptime_ms},
    SlotRule{kIana, 22, Slot::start, 5, Unit::uptime_ms},
    SlotRule{kIana, 23, Slot::out_bytes, 0},
    SlotRule{kIana, 24, Slot::out_packets, 0},
    SlotRule{kIana, 27, Slot::src_v6, 0},
    SlotRule{kIana, 28, Slot::dst_v6, 0},
    SlotRule{kIana, 32, Slot::icmp, 0},
    SlotRule{kIana, 34, Slot::sampling, 0},
    SlotRule{kIana, 48, Slot::sampler, 0},
    SlotRule{kIana, 50, Slot::sampling, 1},
    SlotRule{kIana, 58, Slot::vlan, 0},
    SlotRule{kIana, 85, Slot::bytes, 1},
    SlotRule{kIana, 86, Slot::packets, 1},
    SlotRule{kIana, 139, Slot::icmp, 1},
    SlotRule{kIana, 150, Slot::start, 4, Unit::seconds},
    SlotRule{kIana, 151, Slot::end, 4, Unit::seconds},
    SlotRule{kIana, 152, Slot::start, 2, Unit::milliseconds},
    SlotRule{kIana, 153, Slot::end, 2, Unit::milliseconds},
    SlotRule{kIana, 154, Slot::start, 1, Unit::ntp},
    SlotRule{kIana, 155, Slot::end, 1, Unit::ntp},
    SlotRule{kIana, 156, Slot::start, 0, Unit::ntp},
    SlotRule{kIana, 157, Slot::end, 0, Unit::ntp},
    SlotRule{kIana, 158, Slot::start, 3, Unit::microseconds_ago},
    SlotRule{kIana, 159, Slot::end, 3, Unit::microseconds_ago},
    SlotRule{kIana, 160, Slot::boot, 0},
    SlotRule{kIana, 161, Slot::duration, 1, Unit::duration_ms},
    SlotRule{kIana, 162, Slot::duration, 0, Unit::duration_us},
    SlotRule{kIana, 176, Slot::icmp_type, 0},
    SlotRule{kIana, 177, Slot::icmp_code, 0},
    SlotRule{kIana, 178, Slot::icmp_type, 1},
    SlotRule{kIana, 179, Slot::icmp_code, 1},
    SlotRule{kIana, 180, Slot::src_port, 1},
    SlotRule{kIana, 181, Slot::dst_port, 1},
    SlotRule{kIana, 182, Slot::src_port, 2},
    SlotRule{kIana, 183, Slot::dst_port, 2},
    SlotRule{kIana, 231, Slot::bytes, 2},
    SlotRule{kIana, 232, Slot::backward_bytes, 2},
    SlotRule{kIana, 243, Slot::vlan, 1},
    SlotRule{kIana, 298, Slot::packets, 2},
    SlotRule{kIana, 299, Slot::backward_packets, 2},
    SlotRule{kIana, 302, Slot::sampler, 1},
    SlotRule{kIana, 305, Slot::sampling, 2},
    SlotRule{kIana, 306, Slot::sampling_space, 0},
    SlotRule{kIana, 309, Slot::sampling_size, 0},
    SlotRule{kIana, 310, Slot::sampling_population, 0},
    SlotRule{kIana, 322, Slot::observed, 3, Unit::seconds},
    SlotRule{kIana, 323, Slot::observed, 2, Unit::milliseconds},
    SlotRule{kIana, 324, Slot::observed, 1, Unit::ntp},
    SlotRule{kIana, 325, Slot::observed, 0, Unit::ntp},
    SlotRule{kCert, 14, Slot::first_flags, 0},
    SlotRule{kCert, 15, Slot::flags, 1},
    SlotRule{kCert, 21, Slot::backward_start, 6, Unit::milliseconds_later},
    SlotRule{kCert, 0x4000 | 14, Slot::backward_first_flags, 0},
    SlotRule{kCert, 0x4000 | 15, Slot::backward_flags, 1},
    SlotRule{kReverse, 1, Slot::backward_bytes, 0},
    SlotRule{kReverse, 2, Slot::backward_packets, 0},
    SlotRule{kReverse, 6, Slot::backward_flags, 0},
    SlotRule{kReverse, 21, Slot::backward_end, 5, Unit::uptime_ms},
    SlotRule{kReverse, 22, Slot::backward_start, 5, Unit::uptime_ms},
    SlotRule{kReverse, 85, Slot::backward_bytes, 1},
    SlotRule{kReverse, 86, Slot::backward_packets, 1},
    SlotRule{kReverse, 150, Slot::backward_start, 4, Unit::seconds},
    SlotRule{kReverse, 151, Slot::backward_end, 4, Unit::seconds},
    SlotRule{kReverse, 152, Slot::backward_start, 2, Unit::milliseconds},
    SlotRule{kReverse, 153, Slot::backward_end, 2, Unit::milliseconds},
    SlotRule{kReverse, 154, Slot::backward_start, 1, Unit::ntp},
    SlotRule{kReverse, 155, Slot::backward_end, 1, Unit::ntp},
    SlotRule{kReverse, 156, Slot::backward_start, 0, Unit::ntp},
    SlotRule{kReverse, 157, Slot::backward_end, 0, Unit::ntp},
};

constexpr std::uint64_t rule_key(std::uint32_t enterprise, std::uint16_t element) {
    return std::uint64_t{enterprise} << 16 | element;
}

constexpr bool key_before(const SlotRule& rule, std::uint64_t key) {
    return rule_key(rule.enterprise, rule.element) < key;
}

static_assert(std::is_sorted(kRules.begin(), kRules.end(),
                             [](const SlotRule& a, const SlotRule& b) {
                                 return key_before(a, rule_key(b.enterprise, b.element));
                             }));

}  // namespace

const SlotRule* find_slot_rule(std::uint32_t enterprise, std::uint16_t element) {
    const std::uint64_t key = rule_key(enterprise, element);
    const auto* found = std::lower_bound(kRules.begin(), kRules.end(), key, key_before);
    const bool is_it = found != kRules.end() && rule_key(found->enterprise, found->element) == key;
    return is_it ? found : nullptr;
}

bool fits(Slot slot, std::size_t width) {
    switch (slot) {
        case Slot::src_v4:
        case Slot::dst_v4: return width == 4;
        case Slot::src_v6:
        case Slot::dst_v6: return width == 16;
        default: return width >= 1 && width <= 8;
    }
}

}  // namespace tributary::datasets
