#include "datasets/export/datagram_assembler.hpp"

#include <algorithm>
#include <utility>

namespace tributary::datasets {

namespace {

constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kLargest = 65'535;
constexpr std::size_t kMostPieces = 128;

}  // namespace

ByteView DatagramAssembler::add(const PacketInfo& fragment) {
    // The header of UDP is part of the IP payload but not of the view.
    const bool is_first = fragment.fragment == Fragment::first;
    const std::uint16_t offset = is_first ? std::uint16_t{0} : fragment.fragment_offset;
    const std::size_t size = fragment.udp_payload.size() + (is_first ? kUdpHeader : 0);
    Open& datagram = open_for(fragment);
    if (size == 0 || offset + size > kLargest || datagram.pieces.size() == kMostPieces ||
        overlaps(datagram, offset, size)) {
        give_up(datagram);
        return {};
    }
    datagram.pieces.emplace(offset,
                            Bytes(fragment.udp_payload.begin(), fragment.udp_payload.end()));
    datagram.bytes += size;
    if (is_first) datagram.src_port = fragment.src_port;
    if (fragment.is_last_fragment) datagram.size = offset + size;
    if (datagram.size == 0 || datagram.bytes < datagram.size) return {};
    // Without overlaps and with nothing behind the end, as many bytes as the whole has are it.
    if (datagram.bytes > datagram.size || datagram.pieces.rbegin()->first >= datagram.size) {
        give_up(datagram);
        return {};
    }
    completed_ = std::exchange(datagram, Open{});
    payload_.clear();
    for (const auto& [at, piece] : completed_.pieces) {
        payload_.insert(payload_.end(), piece.begin(), piece.end());
    }
    return payload_;
}

DatagramAssembler::Open& DatagramAssembler::open_for(const PacketInfo& fragment) {
    Open* oldest = &open_[0];
    for (Open& each : open_) {
        const bool is_it = each.is_used && each.id == fragment.fragment_id &&
                           each.src == fragment.src && each.dst == fragment.dst;
        if (is_it && fragment.time - each.first_seen <= kLongestGap) return each;
        if (is_it) give_up(each);
        const bool is_better = !each.is_used
                                   ? oldest->is_used
                                   : oldest->is_used && each.first_seen < oldest->first_seen;
        if (is_better) oldest = &each;
    }
    if (oldest->is_used) give_up(*oldest);
    oldest->is_used = true;
    oldest->src = fragment.src;
    oldest->dst = fragment.dst;
    oldest->id = fragment.fragment_id;
    oldest->first_seen = fragment.time;
    return *oldest;
}

bool DatagramAssembler::overlaps(const Open& datagram, std::uint16_t offset, std::size_t size) {
    for (const auto& [at, piece] : datagram.pieces) {
        const std::size_t end = at + piece.size() + (at == 0 ? kUdpHeader : 0);
        if (at < offset + size && offset < end) return true;
    }
    return false;
}

void DatagramAssembler::give_up(Open& datagram) {
    ++lost_;
    datagram = Open{};
}

}  // namespace tributary::datasets
