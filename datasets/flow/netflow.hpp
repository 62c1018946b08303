#pragma once
// The name under which captures reach the decoder of exports: a datagram of which only the address
// of its sender is kept. One thread.

#include "datasets/export/decoder.hpp"

namespace tributary::datasets {

inline bool looks_like_netflow(ByteView payload) {
    return looks_like_export(payload);
}

class NetflowDecoder : public ExportDecoder {
 public:
    using ExportDecoder::ExportDecoder;
    using ExportDecoder::decode;

    bool decode(const Address& exporter, ByteView datagram) {
        return ExportDecoder::decode({exporter, 0}, datagram, Micros(0));
    }
};

}  // namespace tributary::datasets
