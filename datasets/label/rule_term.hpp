#pragma once
// One condition of a label rule, such as `src 10.1.0.0/16` or `pkts < 4`, and its evaluation.
// Source and destination are the record's forward direction. Values; any thread.

#include <cstdint>
#include <variant>

#include "datasets/label/cidr.hpp"

namespace tributary::datasets {

/// Which end of the flow a condition looks at.
enum class FlowEnd { source, destination, either };

struct AddressTerm {
    FlowEnd end = FlowEnd::either;
    Cidr range;
};
struct PortTerm {
    FlowEnd end = FlowEnd::either;
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};
struct ProtocolTerm {
    std::uint8_t protocol = 0;
};
/// What a MeasureTerm compares: packets or IP bytes of both directions together, or microseconds
/// from the first to the last packet.
enum class Measure { packets, bytes, duration };

struct MeasureTerm {
    Measure measure = Measure::packets;
    bool below = false;  ///< true: < bound, false: > bound
    std::uint64_t bound = 0;
};
/// from <= start of the flow < to
struct TimeTerm {
    Micros from{0};
    Micros to{0};
};

struct RuleTerm {
    std::variant<AddressTerm, PortTerm, ProtocolTerm, MeasureTerm, TimeTerm> condition;
    bool negated = false;

    [[nodiscard]] bool holds(const FlowRecord& flow) const;
};

}  // namespace tributary::datasets
