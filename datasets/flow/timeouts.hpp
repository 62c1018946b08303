#pragma once
// When a flow ends, in packet time: one set of numbers for the meter and for the normalizer, so
// that every site and every source cuts traffic alike. Values; no thread rule.
// Source: docs/flows.md, "Timeouts".

#include <algorithm>
#include <cstdint>

#include "datasets/record.hpp"

namespace tributary::datasets {

struct Timeouts {
    Micros tcp{60'000'000};
    Micros udp{30'000'000};  ///< and every protocol that is neither TCP nor ICMP
    Micros icmp{10'000'000};
    Micros linger{2'000'000};      ///< after RST, or after FIN in both directions
    Micros half_open{10'000'000};  ///< only while the table is more than half full
    Micros longest{300'000'000};   ///< from the first packet to the last

    /// The longest silence inside one flow of this protocol that nothing has ended.
    [[nodiscard]] Micros idle(std::uint8_t protocol) const {
        if (protocol == kProtocolTcp) return tcp;
        if (protocol == kProtocolIcmp || protocol == kProtocolIcmp6) return icmp;
        return udp;
    }
    [[nodiscard]] Micros longest_idle() const { return std::max({tcp, udp, icmp, linger}); }
};

/// True when the TCP flags of the two sides say that the connection is over.
inline bool ended_by_flags(std::uint8_t flags, std::uint8_t other_flags) {
    return ((flags | other_flags) & kFlagRst) != 0 || (flags & other_flags & kFlagFin) != 0;
}

}  // namespace tributary::datasets
