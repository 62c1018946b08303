#pragma once
// Export datagrams as they arrive on a UDP port, over IPv4 and IPv6, many in one system call.
// Invariants: memory is fixed (one buffer for each of kBatch datagrams); what waits, waits in the
// kernel's receive buffer, whose losses are counted. Move-only; one thread.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "datasets/export/decoder.hpp"

namespace tributary::datasets {

/// Where to listen.
struct ListenAddress {
    std::string host;  ///< numeric; empty: every address of this host, IPv4 and IPv6
    std::uint16_t port = 0;
};

/// Reads "udp:2055", "udp:192.0.2.1:2055" or "udp:[::1]:2055".
/// @error invalid_argument
Result<ListenAddress> parse_listen_address(const std::string& text);

class UdpListener {
 public:
    static constexpr std::size_t kBatch = 64;

    /// @error invalid_argument (no such address), permission, conflict (the port is taken), io
    static Result<UdpListener> open(const ListenAddress& address);

    UdpListener(UdpListener&& other) noexcept;
    UdpListener& operator=(UdpListener&& other) noexcept;
    UdpListener(const UdpListener&) = delete;
    UdpListener& operator=(const UdpListener&) = delete;
    ~UdpListener();

    /// The datagrams that are there, at most kBatch; waits for the first one, and a millisecond
    /// longer for others while they come one by one.
    /// @param take  receives each; the view is valid during the call
    /// @return      how many came
    /// @error io
    using Take = std::function<void(const Sender& sender, ByteView datagram)>;
    Result<std::size_t> receive(Micros longest_wait, const Take& take);

    /// The port that is bound; of use when 0 was asked for.
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Datagrams that the kernel had no room for, as far as later ones have told.
    [[nodiscard]] std::uint64_t drops() const { return drops_; }

 private:
    struct Buffers;

    UdpListener(int descriptor, std::uint16_t port);
    void read_drops(std::size_t datagram);

    int descriptor_ = -1;
    std::uint16_t port_ = 0;
    bool may_gather_ = false;        ///< the kernel has room for more than a few datagrams
    std::size_t last_received_ = 0;  ///< in the last call
    std::uint32_t last_drops_ = 0;
    std::uint64_t drops_ = 0;
    std::unique_ptr<Buffers> buffers_;
};

}  // namespace tributary::datasets
