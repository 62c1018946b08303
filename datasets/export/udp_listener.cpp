#include "datasets/export/udp_listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "datasets/corpus/text.hpp"

namespace tributary::datasets {

namespace {

constexpr std::size_t kDatagramBytes = 65'536;
/// From one buffer to the next. At a power of two, the beginnings of all would meet in the same few
/// lines of the cache.
constexpr std::size_t kStride = kDatagramBytes + 1536;
/// A receive buffer of this size holds what comes in kGather at any rate that can be worked off.
constexpr int kRoomToGather = 4 << 20;
constexpr timespec kGather{.tv_sec = 0, .tv_nsec = 1'000'000};
constexpr int kReceiveBuffer = 64 << 20;  // a quarter of a second of full-rate exports

std::string described(const ListenAddress& address) {
    return "UDP port " + std::to_string(address.port) +
           (address.host.empty() ? "" : " of " + address.host);
}

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

/// @return  nothing when the host is no numeric address
std::optional<SocketAddress> socket_address(const ListenAddress& address) {
    SocketAddress made;
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&made.storage);
    if (inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address.port);
        made.size = sizeof *v4;
        return made;
    }
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&made.storage);
    made.storage = {};
    v6->sin6_addr = in6addr_any;
    if (!address.host.empty() && inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr) != 1) {
        return std::nullopt;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    made.size = sizeof *v6;
    return made;
}

/// IPv4 senders reach a socket of both versions under a mapped address.
Sender sender_of(const sockaddr_storage& from) {
    Sender sender;
    if (from.ss_family == AF_INET) {
        const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&from);
        std::memcpy(sender.address.bytes.data(), &v4->sin_addr, 4);
        sender.port = ntohs(v4->sin_port);
        return sender;
    }
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&from);
    sender.port = ntohs(v6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        std::memcpy(sender.address.bytes.data(), v6->sin6_addr.s6_addr + 12, 4);
    } else {
        sender.address.is_v6 = true;
        std::memcpy(sender.address.bytes.data(), v6->sin6_addr.s6_addr, 16);
    }
    return sender;
}

Error bind_error(const ListenAddress& address, int cause) {
    const std::string what = "cannot listen on " + described(address) + ": ";
    switch (cause) {
        case EADDRINUSE:
            return {Errc::conflict, what + "another program does. Stop it or take another port"};
        case EACCES: return {Errc::permission, what + "not permitted. Take a port above 1023"};
        case EADDRNOTAVAIL:
            return {Errc::invalid_argument,
                    what + "this host has no such address. Name one that it has, or none"};
        default:
            return {Errc::io, what + std::strerror(cause) + ". Check the network of this host"};
    }
}

void set_options(int descriptor) {
    const int on = 1;
    const int off = 0;
    // Each of these may be refused; the listener works without, and says what it lost.
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    ::setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    if (::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer,
                     sizeof kReceiveBuffer) != 0) {
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
    }
}

bool has_room_to_gather(int descriptor) {
    int bytes = 0;
    socklen_t size = sizeof bytes;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, &size) == 0 &&
           bytes >= kRoomToGather;
}

std::uint16_t bound_port(int descriptor) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size);
    return sender_of(bound).port;
}

}  // namespace

struct UdpListener::Buffers {
    Buffers() { prepare(kBatch); }

    std::unique_ptr<std::uint8_t[]> bytes =
        std::make_unique_for_overwrite<std::uint8_t[]>(kBatch * kStride);
    std::array<sockaddr_storage, kBatch> from{};
    std::array<iovec, kBatch> parts{};
    std::array<std::array<char, CMSG_SPACE(sizeof(std::uint32_t))>, kBatch> control{};
    std::array<mmsghdr, kBatch> messages{};

    [[nodiscard]] std::uint8_t* datagram(std::size_t number) {
        return bytes.get() + number * kStride;
    }
    /// Readies the first `count` buffers for the next datagrams.
    void prepare(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            parts[i] = {datagram(i), kDatagramBytes};
            msghdr& header = messages[i].msg_hdr;
            header = {};
            header.msg_name = &from[i];
            header.msg_namelen = sizeof from[i];
            header.msg_iov = &parts[i];
            header.msg_iovlen = 1;
            header.msg_control = control[i].data();
            header.msg_controllen = control[i].size();
        }
    }
};

Result<ListenAddress> parse_listen_address(const std::string& text) {
    const auto refuse = [&text] {
        return fail(Errc::invalid_argument,
                    "cannot listen on " + in_quotes(text) +
                        ". Write udp:PORT, udp:ADDRESS:PORT or udp:[ADDRESS]:PORT");
    };
    constexpr std::string_view kPrefix = "udp:";
    if (!text.starts_with(kPrefix)) return refuse();
    const std::string rest = text.substr(kPrefix.size());
    const std::size_t colon = rest.rfind(':');
    ListenAddress address;
    if (colon != std::string::npos) address.host = rest.substr(0, colon);
    const auto port =
        parse_unsigned(colon == std::string::npos ? rest : rest.substr(colon + 1), 65'535);
    if (!port || (colon != std::string::npos && address.host.empty())) return refuse();
    if (address.host.starts_with('[') && address.host.ends_with(']')) {
        address.host = address.host.substr(1, address.host.size() - 2);
    }
    address.port = static_cast<std::uint16_t>(*port);
    if (!socket_address(address)) return refuse();
    return address;
}

Result<UdpListener> UdpListener::open(const ListenAddress& address) {
    std::optional<SocketAddress> where = socket_address(address);
    if (!where) return fail(Errc::invalid_argument, "no numeric address: " + address.host);
    int descriptor = ::socket(where->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 && address.host.empty()) {  // a host without IPv6
        where = socket_address({"0.0.0.0", address.port});
        descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    }
    if (descriptor < 0) return fail(bind_error(address, errno));
    set_options(descriptor);
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&where->storage), where->size) != 0) {
        const int cause = errno;
        ::close(descriptor);
        return fail(bind_error(address, cause));
    }
    return UdpListener(descriptor, bound_port(descriptor));
}

UdpListener::UdpListener(int descriptor, std::uint16_t port)
    : descriptor_(descriptor),
      port_(port),
      may_gather_(has_room_to_gather(descriptor)),
      buffers_(std::make_unique<Buffers>()) {}

UdpListener::UdpListener(UdpListener&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      port_(other.port_),
      may_gather_(other.may_gather_),
      last_received_(other.last_received_),
      last_drops_(other.last_drops_),
      drops_(other.drops_),
      buffers_(std::move(other.buffers_)) {}

UdpListener& UdpListener::operator=(UdpListener&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(port_, other.port_);
    std::swap(may_gather_, other.may_gather_);
    std::swap(last_received_, other.last_received_);
    std::swap(last_drops_, other.last_drops_);
    std::swap(drops_, other.drops_);
    std::swap(buffers_, other.buffers_);
    return *this;
}

UdpListener::~UdpListener() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::size_t> UdpListener::receive(Micros longest_wait, const Take& take) {
    pollfd waiting{descriptor_, POLLIN, 0};
    const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(longest_wait).count();
    const int ready = ::poll(&waiting, 1, static_cast<int>(wait_ms));
    if (ready == 0 || (ready < 0 && errno == EINTR)) return std::size_t{0};
    // To wake up for every few datagrams costs more than to take them: let them gather.
    const bool was_full = last_received_ == kBatch;
    if (may_gather_ && !was_full && longest_wait > Micros(0)) ::nanosleep(&kGather, nullptr);
    buffers_->prepare(std::exchange(last_received_, 0));
    const int count = ready < 0 ? -1
                                : ::recvmmsg(descriptor_, buffers_->messages.data(), kBatch,
                                             MSG_DONTWAIT, nullptr);
    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
        return fail(Errc::io, std::string("receiving failed: ") + std::strerror(errno) +
                                  ". Check the network of this host");
    }
    const auto received = static_cast<std::size_t>(count);
    last_received_ = received;
    for (std::size_t i = 0; i < received; ++i) {
        read_drops(i);
        take(sender_of(buffers_->from[i]),
             ByteView(buffers_->datagram(i), buffers_->messages[i].msg_len));
    }
    return received;
}

/// The kernel tells how many it has dropped in all, modulo 2^32, with every datagram after.
void UdpListener::read_drops(std::size_t datagram) {
    msghdr& header = buffers_->messages[datagram].msg_hdr;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SO_RXQ_OVFL) continue;
        std::uint32_t total = 0;
        std::memcpy(&total, CMSG_DATA(part), sizeof total);
        drops_ += total - last_drops_;
        last_drops_ = total;
    }
}

}  // namespace tributary::datasets
