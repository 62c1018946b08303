#include "datasets/flow/packet_sequence.hpp"

#include <algorithm>
#include <cmath>

namespace tributary::datasets {

namespace {

constexpr std::size_t kShortestTcpHeader = 20;
constexpr std::size_t kUdpHeaderBytes = 8;

std::size_t header_bytes_of(const PacketInfo& packet) {
    if (packet.fragment == Fragment::later) return 0;
    if (packet.protocol == kProtocolUdp) return kUdpHeaderBytes;
    if (packet.protocol != kProtocolTcp) return 0;
    if (packet.transport.size() < 13) return kShortestTcpHeader;
    return std::max<std::size_t>((packet.transport[12] >> 4) * std::size_t{4}, kShortestTcpHeader);
}

void note_window(PacketSequence::Side& side, const PacketInfo& packet) {
    if (side.has_window || packet.protocol != kProtocolTcp || packet.transport.size() < 16) return;
    side.has_window = true;
    side.window = static_cast<std::uint16_t>((packet.transport[14] << 8) | packet.transport[15]);
}

}  // namespace

void RunningRange::add(double value) {
    least_ = count_ == 0 ? value : std::min(least_, value);
    most_ = count_ == 0 ? value : std::max(most_, value);
    ++count_;
    sum_ += value;
    squares_ += value * value;
}

void RunningRange::add(const RunningRange& other) {
    if (other.count_ == 0) return;
    least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
    most_ = count_ == 0 ? other.most_ : std::max(most_, other.most_);
    count_ += other.count_;
    sum_ += other.sum_;
    squares_ += other.squares_;
}

double RunningRange::mean() const {
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

double RunningRange::deviation() const {
    if (count_ == 0) return 0;
    const double variance = squares_ / static_cast<double>(count_) - mean() * mean();
    return std::sqrt(std::max(0.0, variance));
}

std::uint32_t payload_bytes_of(const PacketInfo& packet) {
    const std::size_t header = header_bytes_of(packet);
    return packet.transport_bytes > header
               ? static_cast<std::uint32_t>(packet.transport_bytes - header)
               : 0;
}

void PacketSequence::add(const PacketInfo& packet, std::uint8_t side_number) {
    Side& side = sides[side_number];
    note_window(side, packet);
    const std::uint32_t bytes = payload_bytes_of(packet);
    if (bytes == 0) return;
    if (side.bytes.count() > 0) {
        const Micros gap = std::max(Micros(0), packet.time - side.last);
        side.gaps_us.add(static_cast<double>(gap.count()));
    }
    side.last = packet.time;
    side.bytes.add(bytes);
    if (count < kPackets) first[count++] = {packet.time, bytes, side_number};
}

void PacketSequence::append(const PacketSequence& later) {
    for (std::size_t i = 0; i < later.count && count < kPackets; ++i) {
        first[count++] = later.first[i];
    }
    for (std::size_t i = 0; i < sides.size(); ++i) {
        Side& side = sides[i];
        const Side& more = later.sides[i];
        side.bytes.add(more.bytes);
        side.gaps_us.add(more.gaps_us);
        side.last = std::max(side.last, more.last);
        if (!side.has_window) side.window = more.window;
        side.has_window = side.has_window || more.has_window;
    }
}

PacketSequence& PacketSequences::take() {
    if (free_.empty()) return all_.emplace_back();
    PacketSequence* const sequence = free_.back();
    free_.pop_back();
    *sequence = PacketSequence{};
    return *sequence;
}

void PacketSequences::give_back(PacketSequence* sequence) {
    if (sequence != nullptr) free_.push_back(sequence);
}

}  // namespace tributary::datasets
