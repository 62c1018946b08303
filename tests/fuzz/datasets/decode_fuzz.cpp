// Packet decoding: the first byte chooses the link type, the rest is the packet.

#include <cstdlib>

#include "datasets/packet/decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary::datasets;
    if (size < 2) return 0;
    constexpr int kLinkTypes[] = {0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 192, 228, 229, 276};
    const int link_type = kLinkTypes[data[0] % std::size(kLinkTypes)];
    const tributary::ByteView bytes(data + 2, size - 2);
    // The wire may have carried more than was captured, or claim less.
    const auto wire = static_cast<std::uint32_t>(bytes.size() + data[1] - 64U);
    PacketInfo info;
    if (decode({link_type, bytes, wire}, info) != Decoded::flow) return 0;
    const bool inside = info.udp_payload.empty() ||
                        (info.udp_payload.data() >= bytes.data() &&
                         info.udp_payload.data() + info.udp_payload.size() <= data + size);
    if (!inside || info.ip_bytes > info.frame_bytes) std::abort();
    return 0;
}
