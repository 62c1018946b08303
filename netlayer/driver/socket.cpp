#include "netlayer/driver/socket.hpp"

#include <zmq.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace tributary::netlayer {

namespace {

constexpr const char* kAuthenticationEndpoint = "inproc://zeromq.zap.01";
constexpr const char* kDomain = "tributary";
constexpr std::size_t kMaxFrames = 16;
constexpr std::size_t kWorthKeeping = 4096;

class ZmqFrame {
 public:
    ZmqFrame() { zmq_msg_init(&message_); }
    explicit ZmqFrame(ByteView bytes) {
        if (zmq_msg_init_size(&message_, bytes.size()) != 0) zmq_msg_init(&message_);
        if (!bytes.empty()) std::memcpy(zmq_msg_data(&message_), bytes.data(), bytes.size());
    }
    explicit ZmqFrame(std::unique_ptr<Bytes> bytes) {
        Bytes* owned = bytes.get();
        const auto release = [](void*, void* hint) {
            std::unique_ptr<Bytes>(static_cast<Bytes*>(hint));
        };
        if (zmq_msg_init_data(&message_, owned->data(), owned->size(), release, owned) == 0) {
            bytes.release();  // NOLINT(bugprone-unused-return-value): the library's now
        } else {
            zmq_msg_init(&message_);
        }
    }
    ZmqFrame(const ZmqFrame&) = delete;
    ZmqFrame& operator=(const ZmqFrame&) = delete;
    ~ZmqFrame() { zmq_msg_close(&message_); }

    zmq_msg_t* get() { return &message_; }
    ByteView view() {
        return {static_cast<const std::uint8_t*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)};
    }
    Bytes bytes() { return Bytes(view().begin(), view().end()); }
    std::string user_id() {
        const char* property = zmq_msg_gets(&message_, "User-Id");
        return property == nullptr ? std::string() : std::string(property);
    }
    bool more() { return zmq_msg_more(&message_) != 0; }

 private:
    zmq_msg_t message_{};
};

SendOutcome outcome_of_errno() {
    switch (zmq_errno()) {
        case EHOSTUNREACH: return SendOutcome::unreachable;
        case EAGAIN: return SendOutcome::full;
        default: return SendOutcome::failed;
    }
}

template <typename Content>
bool send_frame(void* socket, Content content, int flags) {
    ZmqFrame frame(std::move(content));
    int sent = -1;
    do {
        sent = zmq_msg_send(frame.get(), socket, flags | ZMQ_DONTWAIT);
    } while (sent < 0 && zmq_errno() == EINTR);
    return sent >= 0;
}

bool receive_frame(void* socket, ZmqFrame& frame) {
    int got = -1;
    do {
        got = zmq_msg_recv(frame.get(), socket, ZMQ_DONTWAIT);
    } while (got < 0 && zmq_errno() == EINTR);
    return got >= 0;
}

bool is_router(void* socket) {
    int type = 0;
    std::size_t size = sizeof type;
    return zmq_getsockopt(socket, ZMQ_TYPE, &type, &size) == 0 && type == ZMQ_ROUTER;
}

/// libzmq takes 99999 for 34463, and 12ab for 12.
bool has_port(const std::string& endpoint) {
    const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
    if (port == "*") return true;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    return error == std::errc{} && end == port.data() + port.size() && number <= 65'535;
}

}  // namespace

Context::Context() : handle_(zmq_ctx_new()) {
    if (handle_ != nullptr) zmq_ctx_set(handle_, ZMQ_BLOCKY, 0);
}

Context::~Context() {
    while (handle_ != nullptr && zmq_ctx_term(handle_) != 0 && zmq_errno() == EINTR) {
    }
}

Socket::Socket(Socket&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), events_(std::move(other.events_)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(events_, other.events_);
    return *this;
}

Socket::~Socket() {
    if (events_) zmq_socket_monitor(handle_, nullptr, 0);
    if (handle_ != nullptr) zmq_close(handle_);
}

tl::unexpected<Error> Socket::error(const std::string& what) const {
    const int code = zmq_errno();
    const Errc kind = code == EADDRINUSE ? Errc::conflict
                      : code == EINVAL || code == ENODEV || code == EPROTONOSUPPORT
                          ? Errc::invalid_argument
                          : Errc::internal;
    return fail(kind, what + ": " + zmq_strerror(code));
}

Status Socket::set(int option, int value, const char* name) {
    if (zmq_setsockopt(handle_, option, &value, sizeof value) == 0) return {};
    return error(std::string("cannot set the socket option ") + name);
}

Status Socket::set(int option, const std::string& value, const char* name) {
    if (zmq_setsockopt(handle_, option, value.c_str(), value.size()) == 0) return {};
    return error(std::string("cannot set the socket option ") + name);
}

Result<Socket> Socket::make(const Context& context, int type, const SocketLimits& limits) {
    Socket socket;
    socket.handle_ = zmq_socket(context.get(), type);
    if (socket.handle_ == nullptr) return socket.error("cannot make a socket");
    const auto largest = static_cast<std::int64_t>(limits.message_bytes);
    if (zmq_setsockopt(socket.handle_, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0) {
        return socket.error("cannot bound the size of messages");
    }
    TRIBUTARY_CHECK(socket.set(ZMQ_SNDHWM, limits.queued_messages, "SNDHWM"));
    TRIBUTARY_CHECK(socket.set(ZMQ_RCVHWM, limits.queued_messages, "RCVHWM"));
    TRIBUTARY_CHECK(socket.set(ZMQ_HANDSHAKE_IVL, limits.handshake_ms, "HANDSHAKE_IVL"));
    TRIBUTARY_CHECK(socket.set(ZMQ_LINGER, limits.linger_ms, "LINGER"));
    return socket;
}

Result<Socket> Socket::listen(const Context& context, const std::string& endpoint,
                              const KeyPair& keys, const SocketLimits& limits) {
    if (endpoint.starts_with("tcp://") && !has_port(endpoint)) {
        return fail(Errc::invalid_argument,
                    "cannot listen at " + endpoint +
                        ": it ends with no port. Give one up to 65535, or * for any");
    }
    TRIBUTARY_TRY(Socket socket, make(context, ZMQ_ROUTER, limits));
    TRIBUTARY_CHECK(socket.set(ZMQ_ROUTER_MANDATORY, 1, "ROUTER_MANDATORY"));
    TRIBUTARY_CHECK(socket.set(ZMQ_CURVE_SERVER, 1, "CURVE_SERVER"));
    TRIBUTARY_CHECK(socket.set(ZMQ_CURVE_SECRETKEY, keys.secret_key, "CURVE_SECRETKEY"));
    TRIBUTARY_CHECK(socket.set(ZMQ_ZAP_DOMAIN, kDomain, "ZAP_DOMAIN"));
    if (zmq_bind(socket.handle_, endpoint.c_str()) != 0) {
        return socket.error("cannot listen at " + endpoint +
                            " (give another address, or stop what uses it)");
    }
    return socket;
}

Result<Socket> Socket::dialler(const Context& context, const std::string& peer_key,
                               const KeyPair& keys, const SocketLimits& limits) {
    TRIBUTARY_TRY(Socket socket, make(context, ZMQ_DEALER, limits));
    TRIBUTARY_CHECK(socket.set(ZMQ_CURVE_SERVERKEY, peer_key, "CURVE_SERVERKEY"));
    TRIBUTARY_CHECK(socket.set(ZMQ_CURVE_PUBLICKEY, keys.public_key, "CURVE_PUBLICKEY"));
    TRIBUTARY_CHECK(socket.set(ZMQ_CURVE_SECRETKEY, keys.secret_key, "CURVE_SECRETKEY"));
    TRIBUTARY_CHECK(socket.set(ZMQ_RECONNECT_IVL, -1, "RECONNECT_IVL"));
    TRIBUTARY_CHECK(socket.set(ZMQ_CONNECT_TIMEOUT, limits.handshake_ms, "CONNECT_TIMEOUT"));
    return socket;
}

Status Socket::connect(const std::string& endpoint) {
    if (zmq_connect(handle_, endpoint.c_str()) == 0) return {};
    return error("cannot dial " + endpoint + ", expected an address like tcp://host:port");
}

Result<Socket> Socket::authenticator(const Context& context) {
    TRIBUTARY_TRY(Socket socket, make(context, ZMQ_ROUTER, SocketLimits{}));
    if (zmq_bind(socket.handle_, kAuthenticationEndpoint) != 0) {
        return socket.error("cannot answer authentication requests");
    }
    return socket;
}

Status Socket::watch(const Context& context) {
    std::array<char, 64> endpoint{};
    std::snprintf(endpoint.data(), endpoint.size(), "inproc://events-%p", handle_);
    TRIBUTARY_TRY(Socket events, make(context, ZMQ_PAIR, SocketLimits{}));
    if (zmq_socket_monitor(handle_, endpoint.data(), ZMQ_EVENT_ALL) != 0) {
        return error("cannot watch a socket");
    }
    events_ = std::make_unique<Socket>(std::move(events));
    if (zmq_connect(events_->handle_, endpoint.data()) != 0) {
        return events_->error("cannot watch a socket");
    }
    return {};
}

std::string Socket::bound_endpoint() const {
    std::array<char, 512> text{};
    std::size_t size = text.size();
    if (zmq_getsockopt(handle_, ZMQ_LAST_ENDPOINT, text.data(), &size) != 0) return {};
    return text.data();
}

std::optional<Received> Socket::receive() {
    Received received;
    const auto frame = std::make_shared<ZmqFrame>();
    if (!receive_frame(handle_, *frame)) return std::nullopt;
    if (is_router(handle_)) {
        received.route = frame->bytes();
        if (!frame->more() || !receive_frame(handle_, *frame)) return received;
    }
    received.payload = frame->view();
    received.user_id = frame->user_id();
    received.well_formed = !frame->more();
    received.storage = frame;
    if (received.well_formed) return received;
    ZmqFrame rest;
    while (receive_frame(handle_, rest) && rest.more()) {
    }
    return received;
}

std::vector<Bytes> Socket::receive_frames() {
    std::vector<Bytes> frames;
    ZmqFrame frame;
    while (receive_frame(handle_, frame)) {
        if (frames.size() < kMaxFrames) frames.push_back(frame.bytes());
        if (!frame.more()) break;
    }
    return frames;
}

SendOutcome Socket::send(const Bytes& route, Bytes payload) {
    if (!route.empty() && !send_frame(handle_, ByteView(route), ZMQ_SNDMORE)) {
        return outcome_of_errno();
    }
    // A short message is cheaper to copy into the library's own than to be freed by it.
    const bool sent = payload.size() < kWorthKeeping
                          ? send_frame(handle_, ByteView(payload), 0)
                          : send_frame(handle_, std::make_unique<Bytes>(std::move(payload)), 0);
    return sent ? SendOutcome::queued : outcome_of_errno();
}

SendOutcome Socket::send_frames(const std::vector<Bytes>& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const int flags = i + 1 < frames.size() ? ZMQ_SNDMORE : 0;
        if (!send_frame(handle_, ByteView(frames[i]), flags)) return outcome_of_errno();
    }
    return SendOutcome::queued;
}

ConnectionEvent connection_event(const std::vector<Bytes>& frames) {
    if (frames.empty()) return ConnectionEvent::other;
    switch (ByteReader(frames.front()).u16()) {
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return ConnectionEvent::up;
        case ZMQ_EVENT_DISCONNECTED:
        case ZMQ_EVENT_CLOSED: return ConnectionEvent::lost;
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return ConnectionEvent::refused;
        default: return ConnectionEvent::other;
    }
}

}  // namespace tributary::netlayer
