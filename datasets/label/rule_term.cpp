#include "datasets/label/rule_term.hpp"

namespace tributary::datasets {
namespace {

bool matches(const AddressTerm& term, const FlowRecord& flow) {
    const bool source = term.end != FlowEnd::destination && term.range.contains(flow.src);
    return source || (term.end != FlowEnd::source && term.range.contains(flow.dst));
}

bool matches(const PortTerm& term, const FlowRecord& flow) {
    const auto within = [&term](std::uint16_t port) {
        return port >= term.first && port <= term.last;
    };
    const bool source = term.end != FlowEnd::destination && within(flow.src_port);
    return source || (term.end != FlowEnd::source && within(flow.dst_port));
}

bool matches(const ProtocolTerm& term, const FlowRecord& flow) {
    return flow.protocol == term.protocol;
}

std::uint64_t measured(Measure measure, const FlowRecord& flow) {
    switch (measure) {
        case Measure::packets: return flow.forward.packets + flow.backward.packets;
        case Measure::bytes: return flow.forward.ip_bytes + flow.backward.ip_bytes;
        case Measure::duration: break;
    }
    return static_cast<std::uint64_t>((flow.end - flow.start).count());
}

bool matches(const MeasureTerm& term, const FlowRecord& flow) {
    const std::uint64_t value = measured(term.measure, flow);
    return term.below ? value < term.bound : value > term.bound;
}

bool matches(const TimeTerm& term, const FlowRecord& flow) {
    return flow.start >= term.from && flow.start < term.to;
}

}  // namespace

bool RuleTerm::holds(const FlowRecord& flow) const {
    return negated !=
           std::visit([&flow](const auto& term) { return matches(term, flow); }, condition);
}

}  // namespace tributary::datasets
