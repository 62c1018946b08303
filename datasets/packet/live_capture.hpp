#pragma once
// Packets of a network interface, through libpcap's memory-mapped ring (TPACKET_V3 on Linux).
// Invariants: never in immediate mode, which wakes for every packet and loses most of a burst; what
// the kernel had no room for is counted. Move-only; one thread.

#include <memory>
#include <string>

#include "datasets/packet/packet_source.hpp"

struct pcap;

namespace tributary::datasets {

struct LiveOptions {
    std::string interface;
    std::string filter;                  ///< as of tcpdump; empty: everything
    bool promiscuous = true;             ///< also what is not addressed to this machine
    std::uint32_t snapshot_bytes = 256;  ///< headers, and room for tunnels; payload is never read
    std::uint32_t ring_bytes = 64U << 20;
};

class LiveCapture {
 public:
    /// Longest time that `visit` waits, and that a packet stays in the ring unseen.
    static constexpr int kWaitMs = 100;

    /// @error not_found (no such interface), permission, invalid_argument (filter), io
    static Result<LiveCapture> open(const LiveOptions& options);

    /// Shows the packets that have arrived to the visitor.
    /// @return  how many; 0: nothing arrived within kWaitMs
    /// @error   io: the interface is gone
    Result<std::size_t> visit(PacketVisitor& visitor);

    [[nodiscard]] int link_type() const { return link_type_; }
    /// Packets that the ring or the interface had no room for, so far.
    [[nodiscard]] std::uint64_t drops() const;

 private:
    struct Closer {
        void operator()(pcap* handle) const;
    };
    using Handle = std::unique_ptr<pcap, Closer>;
    LiveCapture(Handle handle, std::string interface);

    Handle handle_;
    std::string interface_;
    int link_type_ = 0;
};

}  // namespace tributary::datasets
