// Packet decoding, tunnels and what sequences read of a packet: the first byte chooses the link
// type, the rest is the packet.

#include <cstdlib>

#include "datasets/flow/packet_sequence.hpp"
#include "datasets/packet/decode.hpp"
#include "datasets/packet/tunnel.hpp"

namespace {

using tributary::ByteView;

bool lies_inside(ByteView part, ByteView whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void check(const tributary::datasets::PacketInfo& info, ByteView bytes) {
    const bool inside = lies_inside(info.udp_payload, bytes) && lies_inside(info.network, bytes) &&
                        lies_inside(info.transport, bytes);
    if (!inside || info.ip_bytes > info.frame_bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary::datasets;
    if (size < 2) return 0;
    constexpr int kLinkTypes[] = {0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 192, 228, 229, 276};
    const int link_type = kLinkTypes[data[0] % std::size(kLinkTypes)];
    const ByteView bytes(data + 2, size - 2);
    // The wire may have carried more than was captured, or claim less.
    const auto wire = static_cast<std::uint32_t>(bytes.size() + data[1] - 64U);
    PacketInfo info;
    if (decode({link_type, bytes, wire}, info) != Decoded::flow) return 0;
    check(info, bytes);
    open_tunnels(info);
    check(info, bytes);
    PacketSequence().add(info, 0);
    return 0;
}
