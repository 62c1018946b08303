#include "datasets/feature/kdd_context.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tributary::datasets {
namespace {

constexpr Micros kRecent{2'000'000};
constexpr std::size_t kLast = 255;

// Places among the numeric columns of the schema.
constexpr std::size_t kFirstRecent = 19;  // count
constexpr std::size_t kFirstLast = 28;    // dst_host_count

/// Finalizer of MurmurHash3: every input bit reaches every output bit.
std::uint64_t mixed(std::uint64_t value) {
    value ^= value >> 33;
    value *= 0xff51afd7ed558ccdULL;
    value ^= value >> 33;
    value *= 0xc4ceb9fe1a85ec53ULL;
    return value ^ (value >> 33);
}

std::uint64_t joined(std::uint64_t a, std::uint64_t b) {
    return mixed(a + std::rotl(mixed(b), 29));
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
    while (!recent_.connections().empty() && now_ - recent_.connections().front().end >= kRecent) {
        recent_.remove_oldest();
    }
    if (recent_.connections().size() == kMaxRecent) {
        recent_.remove_oldest();
        ++dropped_;
    }
    if (last_.connections().size() == kLast) last_.remove_oldest();
    recent_.add(keys);
    last_.add(keys);
    fill_recent(keys, values);
    fill_last(keys, values);
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

void KddContext::fill_recent(const Keys& keys, KddValues& values) {
    const WindowCounts host = recent_.at(keys.host);
    const WindowCounts service = recent_.at(keys.service);
    const std::uint32_t both = recent_.at(keys.host_service).flows;
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

void KddContext::fill_last(const Keys& keys, KddValues& values) {
    const WindowCounts host = last_.at(keys.host);
    const WindowCounts both = last_.at(keys.host_service);
    const std::uint32_t same_source = last_.at(keys.host_service_src).flows;
    double* const out = values.numbers.data() + kFirstLast;
    out[0] = host.flows;
    out[1] = both.flows;
    out[2] = share_of(both.flows, host.flows);
    out[3] = share_of(host.flows - both.flows, host.flows);
    out[4] = share_of(last_.at(keys.host_src_port).flows, host.flows);
    out[5] = share_of(both.flows - same_source, both.flows);
    out[6] = share_of(host.marked, host.flows);
    out[7] = share_of(both.marked, both.flows);
    out[8] = share_of(host.distinct, host.flows);
    out[9] = share_of(both.distinct, both.flows);
}

void KddContext::Window::add(const Keys& keys) {
    for (const std::uint64_t key :
         {keys.host, keys.service, keys.host_service, keys.host_src_port, keys.host_service_src}) {
        count(key, keys);
    }
    connections_.push_back(keys);
}

void KddContext::Window::remove_oldest() {
    const Keys& keys = connections_.front();
    for (const std::uint64_t key :
         {keys.host, keys.service, keys.host_service, keys.host_src_port, keys.host_service_src}) {
        uncount(key, keys);
    }
    connections_.pop_front();
}

/// SYN errors stand in `marked`, rejections in `distinct`.
void KddContext::Window::count(std::uint64_t key, const Keys& keys) {
    WindowCounts& counts = counts_.at(key);
    ++counts.flows;
    counts.marked += keys.syn_error ? 1 : 0;
    counts.distinct += keys.rejected ? 1 : 0;
}

void KddContext::Window::uncount(std::uint64_t key, const Keys& keys) {
    WindowCounts& counts = counts_.at(key);
    counts.marked -= keys.syn_error ? 1 : 0;
    counts.distinct -= keys.rejected ? 1 : 0;
    if (--counts.flows == 0) counts_.erase(key);
}

}  // namespace tributary::datasets
