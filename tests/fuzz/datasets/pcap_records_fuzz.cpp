// The records of a mapped pcap file: the first bytes choose the layout, the rest is the file.

#include <array>
#include <cstdlib>

#include "datasets/packet/pcap_records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary::datasets;
    if (size < 3) return 0;
    const PcapLayout layout{1, std::uint32_t{data[1]} * 16 + 1, (data[0] & 1) != 0,
                            (data[0] & 2) != 0};
    const tributary::ByteView file(data + 2, size - 2);
    PcapRecords records(file, layout);
    std::array<RawPacket, 7> packets;
    std::size_t before = 0;
    std::size_t end = file.size() / 2;  // as a window of the file would
    for (;;) {
        const std::size_t count = records.read(packets, end);
        for (const RawPacket& packet : std::span(packets).first(count)) {
            const std::uint8_t* last = packet.bytes.data() + packet.bytes.size();
            if (packet.bytes.data() < file.data() || last > file.data() + file.size()) std::abort();
        }
        if (count > 0 && records.offset() <= before) std::abort();
        before = records.offset();
        if (count == 0 && end == file.size()) break;
        if (count == 0) end = file.size();
    }
    return 0;
}
