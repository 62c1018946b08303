#include "datasets/packet/fragment_table.hpp"

#include <algorithm>

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

bool FragmentTable::resolve(PacketInfo& packet) {
    if (packet.fragment == Fragment::whole) return true;
    auto& set = sets_[set_of(packet)];
    auto found =
        std::find_if(set.begin(), set.end(), [&](const Slot& slot) { return same(slot, packet); });
    if (packet.fragment == Fragment::later) {
        if (found == set.end() || packet.time - found->time > kLongestGap) return false;
        packet.src_port = found->src_port;
        packet.dst_port = found->dst_port;
        return true;
    }
    if (found == set.end()) {
        found = std::min_element(set.begin(), set.end(), [](const Slot& a, const Slot& b) {
            return a.used == b.used ? a.time < b.time : !a.used;
        });
    }
    *found = Slot{packet.src, packet.dst,      packet.fragment_id, packet.protocol,
                  true,       packet.src_port, packet.dst_port,    packet.time};
    return true;
}

}  // namespace tributary::datasets
