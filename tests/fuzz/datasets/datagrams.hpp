#pragma once
// Feeds the decoder of exports with several datagrams cut out of one input. Any thread.

#include <algorithm>

#include "datasets/export/decoder.hpp"

namespace tributary::datasets::testing {

/// @param input    datagrams, each behind its length (two bytes, little-endian)
/// @param version  put into the first two bytes of each; 0 for sFlow, whose next two become 5
inline void decode_datagrams(ByteView input, std::uint16_t version) {
    std::uint64_t told = 0;
    ExportDecoder decoder([](std::span<FlowRecord>) {},
                          [&told](const ExportRecord& record) { told += record.fields.size(); });
    ByteReader reader(input);
    while (reader.remaining() > 2) {
        const std::size_t length = reader.u16();
        const ByteView cut = reader.take(std::min(length, reader.remaining()));
        Bytes datagram(cut.begin(), cut.end());
        if (datagram.size() >= 4) {
            datagram[0] = 0;
            datagram[1] = static_cast<std::uint8_t>(version);
            if (version == 0) datagram[2] = 0;
            if (version == 0) datagram[3] = 5;
        }
        static_cast<void>(looks_like_export(datagram));
        decoder.decode({}, datagram, Micros(1'700'000'000'000'000));
    }
}

}  // namespace tributary::datasets::testing
