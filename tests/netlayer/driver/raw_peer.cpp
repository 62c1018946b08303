#include "tests/netlayer/driver/raw_peer.hpp"

#include <zmq.h>

namespace tributary::netlayer {

RawPeer::RawPeer(const std::string& endpoint, Mechanism mechanism, const KeyPair& keys,
                 const std::string& server_key)
    : context_(zmq_ctx_new()), socket_(zmq_socket(context_, ZMQ_DEALER)) {
    const int none = 0;
    zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof none);
    if (mechanism == Mechanism::plain) {
        set(ZMQ_PLAIN_USERNAME, "member");
        set(ZMQ_PLAIN_PASSWORD, keys.public_key);
    }
    if (mechanism == Mechanism::curve) {
        set(ZMQ_CURVE_SERVERKEY, server_key);
        set(ZMQ_CURVE_PUBLICKEY, keys.public_key);
        set(ZMQ_CURVE_SECRETKEY, keys.secret_key);
    }
    zmq_connect(socket_, endpoint.c_str());
}

RawPeer::~RawPeer() {
    zmq_close(socket_);
    zmq_ctx_term(context_);
}

void RawPeer::send(ByteView bytes, bool more) {
    zmq_send(socket_, bytes.data(), bytes.size(), ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
}

std::optional<Frame> RawPeer::receive(Micros timeout) {
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
    zmq_pollitem_t item{socket_, 0, ZMQ_POLLIN, 0};
    if (zmq_poll(&item, 1, milliseconds) <= 0) return std::nullopt;
    zmq_msg_t message;
    zmq_msg_init(&message);
    std::optional<Frame> frame;
    if (zmq_msg_recv(&message, socket_, ZMQ_DONTWAIT) >= 0) {
        const auto* data = static_cast<const std::uint8_t*>(zmq_msg_data(&message));
        if (auto decoded = decode(ByteView(data, zmq_msg_size(&message)))) frame = *decoded;
    }
    zmq_msg_close(&message);
    return frame;
}

void RawPeer::set(int option, const std::string& value) {
    zmq_setsockopt(socket_, option, value.data(), value.size());
}

}  // namespace tributary::netlayer
