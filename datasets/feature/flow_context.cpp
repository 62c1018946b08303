#include "datasets/feature/flow_context.hpp"

#include <algorithm>
#include <bit>

#include "base/assert.hpp"
#include "datasets/feature/flow_state.hpp"

namespace tributary::datasets {
namespace {

constexpr Micros kWindow = std::chrono::seconds(60);

// One table holds the counters of six kinds of key.
enum Kind : std::uint64_t {
    source_kind = 1,
    destination_kind,
    pair_kind,              // source, destination
    source_port_kind,       // source, port
    destination_port_kind,  // destination, port
    conversation_kind,      // source, destination, port
};

/// Finalizer of MurmurHash3: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t value) {
    value ^= value >> 33;
    value *= 0xff51afd7ed558ccdULL;
    value ^= value >> 33;
    value *= 0xc4ceb9fe1a85ec53ULL;
    return value ^ (value >> 33);
}

double share(std::uint32_t part, std::uint32_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

FlowContext::FlowContext(std::uint64_t hash_seed, ContextBounds bounds)
    : seed_(mix(hash_seed + 0x9e3779b97f4a7c15ULL)), bounds_(bounds), starts_(bounds.gap_keys) {
    TRIBUTARY_ASSERT(bounds.window_flows > 0 && bounds.gap_keys > 0);
}

ContextValues FlowContext::observe(const FlowRecord& flow) {
    if (flow.end < now_) ++counters_.late;
    now_ = std::max(now_, flow.end);
    forget_before(now_);
    const Seen seen{.end = now_,
                    .source = address_key(flow.src),
                    .destination = address_key(flow.dst),
                    .port = (std::uint32_t{flow.protocol} << 16) | flow.dst_port,
                    .failed = is_failed(flow),
                    .half_open = is_half_open(flow)};
    ContextValues values = add(seen);
    window_.push_back(seen);
    const std::uint64_t pair = join(pair_kind, seen.source, seen.destination);
    values.gaps = starts_.observe(join(conversation_kind, pair, seen.port), flow.start, now_);
    counters_.gap_dropped = starts_.dropped();
    return values;
}

void FlowContext::forget_before(Micros now) {
    while (!window_.empty() && now - window_.front().end >= kWindow) drop_oldest();
    if (window_.size() >= bounds_.window_flows) {
        drop_oldest();
        ++counters_.window_dropped;
    }
}

void FlowContext::drop_oldest() {
    remove(window_.front());
    window_.pop_front();
}

/// Counts the flow and reads the counters on the way, so that each is looked up once.
ContextValues FlowContext::add(const Seen& flow) {
    ContextValues values;
    const std::uint64_t pair = join(pair_kind, flow.source, flow.destination);
    const bool new_port = table_.at(join(conversation_kind, pair, flow.port)).flows++ == 0;
    WindowCounts& of_pair = table_.at(pair);
    const bool new_peer = of_pair.flows++ == 0;
    of_pair.distinct += new_port ? 1 : 0;
    values.source_ports = of_pair.distinct;

    WindowCounts& of_source = table_.at(join(source_kind, flow.source, 0));
    values.source_flows = ++of_source.flows;
    of_source.marked += flow.failed ? 1 : 0;
    of_source.distinct += new_peer ? 1 : 0;
    values.source_peers = of_source.distinct;
    values.source_failed_share = share(of_source.marked, of_source.flows);

    WindowCounts& of_destination = table_.at(join(destination_kind, flow.destination, 0));
    ++of_destination.flows;
    of_destination.marked += flow.half_open ? 1 : 0;
    values.destination_half_open_share = share(of_destination.marked, of_destination.flows);

    const auto at_source = ++table_.at(join(source_port_kind, flow.source, flow.port)).flows;
    values.source_service_share = share(at_source, values.source_flows);
    values.service_flows =
        ++table_.at(join(destination_port_kind, flow.destination, flow.port)).flows;
    return values;
}

void FlowContext::remove(const Seen& flow) {
    const auto release = [this](std::uint64_t key, bool marked, bool lost_partner) {
        WindowCounts& counts = table_.at(key);
        --counts.flows;
        counts.marked -= marked ? 1 : 0;
        counts.distinct -= lost_partner ? 1 : 0;
        if (counts.flows > 0) return false;
        table_.erase(key);
        return true;
    };
    const std::uint64_t pair = join(pair_kind, flow.source, flow.destination);
    const bool port_gone = release(join(conversation_kind, pair, flow.port), false, false);
    const bool peer_gone = release(pair, false, port_gone);
    release(join(source_kind, flow.source, 0), flow.failed, peer_gone);
    release(join(destination_kind, flow.destination, 0), flow.half_open, false);
    release(join(source_port_kind, flow.source, flow.port), false, false);
    release(join(destination_port_kind, flow.destination, flow.port), false, false);
}

std::uint64_t FlowContext::address_key(const Address& address) const {
    std::array<std::uint64_t, 2> halves{};
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        halves[i / 8] |= std::uint64_t{address.bytes[i]} << (8 * (i % 8));
    }
    return join(address.is_v6 ? 1 : 0, halves[0], halves[1]);
}

std::uint64_t FlowContext::join(std::uint64_t kind, std::uint64_t a, std::uint64_t b) const {
    const std::uint64_t first = mix(a ^ seed_ ^ (kind << 56));
    return mix(first + std::rotl(mix(b ^ seed_), 29));
}

}  // namespace tributary::datasets
