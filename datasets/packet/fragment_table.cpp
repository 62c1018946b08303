#include "datasets/packet/fragment_table.hpp"

#include <algorithm>
#include <span>

namespace tributary::datasets {

bool FragmentTable::same(const Slot& slot, const PacketInfo& packet) {
    return slot.used && slot.id == packet.fragment_id && slot.protocol == packet.protocol &&
           slot.src == packet.src && slot.dst == packet.dst;
}

std::size_t FragmentTable::set_of(const PacketInfo& packet) {
    std::uint64_t hash = packet.fragment_id * 0x9e3779b97f4a7c15U;
    for (std::size_t i = 0; i < 16; ++i) {
        hash = (hash ^ packet.src.bytes[i]) * 0x100000001b3U;
        hash = (hash ^ packet.dst.bytes[i]) * 0x100000001b3U;
    }
    return static_cast<std::size_t>(hash >> 40) % kSets;
}

FragmentTable::Piece FragmentTable::piece_of(const PacketInfo& packet) {
    const std::uint32_t begin = packet.fragment_offset;
    return {begin, begin + packet.transport_bytes};
}

/// All but the last fragment carry a multiple of 8 bytes, because offsets count by 8.
bool FragmentTable::is_wrong_alone(const PacketInfo& packet) {
    constexpr std::uint32_t kLargestPayload = 65'535;
    return piece_of(packet).end > kLargestPayload ||
           (!packet.is_last_fragment && packet.transport_bytes % 8 != 0);
}

/// Remembers the piece. The same piece again is a copy on the way, not an overlap.
bool FragmentTable::overlaps(Slot& slot, Piece piece) {
    const auto known = std::span(slot.pieces).first(slot.piece_count);
    if (std::ranges::find(known, piece) != known.end()) return false;
    const bool overlap = std::ranges::any_of(known, [&](const Piece& other) {
        return piece.begin < other.end && other.begin < piece.end;
    });
    if (slot.piece_count < kMostPieces) slot.pieces[slot.piece_count++] = piece;
    return overlap;
}

bool FragmentTable::resolve_fragment(PacketInfo& packet) {
    packet.is_wrong_fragment = is_wrong_alone(packet);
    auto& set = sets_[set_of(packet)];
    auto found =
        std::find_if(set.begin(), set.end(), [&](const Slot& slot) { return same(slot, packet); });
    if (packet.fragment == Fragment::later) {
        if (found == set.end() || packet.time - found->time > kLongestGap) return false;
        packet.src_port = found->src_port;
        packet.dst_port = found->dst_port;
        if (overlaps(*found, piece_of(packet))) packet.is_wrong_fragment = true;
        return true;
    }
    if (found == set.end()) {
        found = std::min_element(set.begin(), set.end(), [](const Slot& a, const Slot& b) {
            return a.used == b.used ? a.time < b.time : !a.used;
        });
    }
    *found = Slot{.src = packet.src,
                  .dst = packet.dst,
                  .id = packet.fragment_id,
                  .protocol = packet.protocol,
                  .used = true,
                  .src_port = packet.src_port,
                  .dst_port = packet.dst_port,
                  .time = packet.time,
                  .piece_count = 1,
                  .pieces = {piece_of(packet)}};
    return true;
}

}  // namespace tributary::datasets
