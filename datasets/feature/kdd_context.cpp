#include "datasets/feature/kdd_context.hpp"

#include <algorithm>
#include <cstring>

#include "datasets/flow/flow_key.hpp"

namespace tributary::datasets {
namespace {

constexpr Micros kRecent{2'000'000};
constexpr std::size_t kLast = 255;

// Places among the numeric columns of the schema.
constexpr std::size_t kFirstRecent = 19;  // count
constexpr std::size_t kFirstLast = 28;    // dst_host_count

/// How many connections before it leaves the window of 2 s a connection's counters are asked for.
constexpr std::size_t kRemovalAhead = 8;

// No factor may be known outside or be zero; see `multiply_fold`.
std::uint64_t joined(std::uint64_t a, std::uint64_t b) {
    return multiply_fold(a ^ 0x9e3779b97f4a7c15ULL, b + 0xd6e8feb86659fd93ULL);
}

std::uint64_t hash_of_address(const Address& address, std::uint64_t seed) {
    std::uint64_t halves[2];
    std::memcpy(halves, address.bytes.data(), sizeof halves);
    return joined(joined(seed + (address.is_v6 ? 1 : 0), halves[0]), halves[1]);
}

double share_of(std::uint32_t part, std::uint32_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void KddContext::observe(const KddConnection& connection, KddValues& values) {
    now_ = std::max(now_, connection.end);
    const Keys keys = keys_of(connection);
    recent_.prefetch(keys.host);
    recent_.prefetch(keys.host_service);
    count_last(keys, values);
    remove_recent();
    count_recent(keys, values);
}

KddContext::Keys KddContext::keys_of(const KddConnection& connection) const {
    const std::uint64_t src = hash_of_address(connection.src, seed_ + 1);
    const auto service = static_cast<std::uint64_t>(connection.service + 1);
    Keys keys;
    keys.end = now_;
    keys.host = hash_of_address(connection.dst, seed_ + 2);
    keys.service = joined(seed_ + 3, service);
    keys.host_service = joined(keys.host, keys.service);
    keys.host_src_port = joined(keys.host, seed_ + 4 + connection.src_port);
    keys.host_service_src = joined(keys.host_service, src);
    keys.syn_error = connection.syn_error;
    keys.rejected = connection.rejected;
    return keys;
}

void KddContext::remove_recent() {
    constexpr std::array kCounted = {&Keys::host, &Keys::service, &Keys::host_service};
    const std::deque<Keys>& connections = recent_.connections();
    while (!connections.empty() && now_ - connections.front().end >= kRecent) {
        recent_.remove_oldest(kCounted);
    }
    if (connections.size() == kMaxRecent) {
        recent_.remove_oldest(kCounted);
        ++dropped_;
    }
    if (connections.size() > kRemovalAhead) {
        recent_.prefetch(connections[kRemovalAhead].host);
        recent_.prefetch(connections[kRemovalAhead].host_service);
    }
}

void KddContext::count_recent(const Keys& keys, KddValues& values) {
    const WindowCounts host = recent_.count(keys.host, keys);
    const WindowCounts service = recent_.count(keys.service, keys);
    const std::uint32_t both = recent_.count(keys.host_service, keys).flows;
    recent_.keep(keys);
    double* const out = values.numbers.data() + kFirstRecent;
    out[0] = host.flows;
    out[1] = service.flows;
    out[2] = share_of(host.marked, host.flows);
    out[3] = share_of(service.marked, service.flows);
    out[4] = share_of(host.distinct, host.flows);
    out[5] = share_of(service.distinct, service.flows);
    out[6] = share_of(both, host.flows);
    out[7] = share_of(host.flows - both, host.flows);
    out[8] = share_of(service.flows - both, service.flows);
}

void KddContext::count_last(const Keys& keys, KddValues& values) {
    constexpr std::array kCounted = {&Keys::host, &Keys::host_service, &Keys::host_src_port,
                                     &Keys::host_service_src};
    if (last_.connections().size() == kLast) last_.remove_oldest(kCounted);
    const WindowCounts host = last_.count(keys.host, keys);
    const WindowCounts both = last_.count(keys.host_service, keys);
    const std::uint32_t same_port = last_.count(keys.host_src_port, keys).flows;
    const std::uint32_t same_source = last_.count(keys.host_service_src, keys).flows;
    last_.keep(keys);
    double* const out = values.numbers.data() + kFirstLast;
    out[0] = host.flows;
    out[1] = both.flows;
    out[2] = share_of(both.flows, host.flows);
    out[3] = share_of(host.flows - both.flows, host.flows);
    out[4] = share_of(same_port, host.flows);
    out[5] = share_of(both.flows - same_source, both.flows);
    out[6] = share_of(host.marked, host.flows);
    out[7] = share_of(both.marked, both.flows);
    out[8] = share_of(host.distinct, host.flows);
    out[9] = share_of(both.distinct, both.flows);
}

WindowCounts KddContext::Window::count(std::uint64_t key, const Keys& keys) {
    WindowCounts& counts = counts_.at(key);
    ++counts.flows;
    counts.marked += keys.syn_error ? 1 : 0;
    counts.distinct += keys.rejected ? 1 : 0;
    return counts;
}

template <std::size_t kCount>
void KddContext::Window::remove_oldest(const std::array<std::uint64_t Keys::*, kCount>& kinds) {
    const Keys& keys = connections_.front();
    for (const auto kind : kinds) uncount(keys.*kind, keys);
    connections_.pop_front();
}

void KddContext::Window::uncount(std::uint64_t key, const Keys& keys) {
    WindowCounts& counts = counts_.at(key);
    counts.marked -= keys.syn_error ? 1 : 0;
    counts.distinct -= keys.rejected ? 1 : 0;
    if (--counts.flows == 0) counts_.erase(key);
}

}  // namespace tributary::datasets
