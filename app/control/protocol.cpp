#include "app/control/protocol.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

Status send_all(int socket, ByteView bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t sent = ::send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) {
            return fail(Errc::unreachable,
                        std::string("the control connection broke: ") + std::strerror(errno));
        }
        done += static_cast<std::size_t>(sent);
    }
    return {};
}

Status receive_all(int socket, std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::recv(socket, bytes.data() + done, bytes.size() - done, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return fail(
                Errc::timeout,
                "the member gave no answer in time. See how it is: tributary status --state DIR");
        }
        if (got <= 0) {
            return fail(Errc::unreachable,
                        "the other side closed the control connection, as when it is stopped or "
                        "killed");
        }
        done += static_cast<std::size_t>(got);
    }
    return {};
}

/// The code whose printed name this is; a newer peer may send one unknown here.
Errc parse_errc(const std::string& name) {
    for (const Errc code :
         {Errc::invalid_argument, Errc::not_found, Errc::corrupt, Errc::limit_exceeded,
          Errc::mismatch, Errc::unreachable, Errc::permission, Errc::timeout, Errc::disconnected,
          Errc::conflict, Errc::io}) {
        if (name == errc_name(code)) return code;
    }
    return Errc::internal;
}

}  // namespace

Status send_frame(int socket, const ControlFrame& frame) {
    if (frame.json.size() > kMaxControlJson || frame.body.size() > kMaxControlBody) {
        return fail(Errc::limit_exceeded, "a control frame is larger than the limit");
    }
    ByteWriter head;
    head.u32(static_cast<std::uint32_t>(frame.json.size()));
    head.u32(static_cast<std::uint32_t>(frame.body.size()));
    TRIBUTARY_CHECK(send_all(socket, head.bytes()));
    TRIBUTARY_CHECK(send_all(socket, to_bytes(frame.json)));
    return send_all(socket, frame.body);
}

Result<ControlFrame> receive_frame(int socket) {
    Bytes head(8);
    TRIBUTARY_CHECK(receive_all(socket, head));
    ByteReader reader(head);
    const std::size_t json_size = reader.u32();
    const std::size_t body_size = reader.u32();
    if (json_size > kMaxControlJson || body_size > kMaxControlBody) {
        return fail(Errc::corrupt, "a control frame states a size over the limit");
    }
    Bytes json(json_size);
    TRIBUTARY_CHECK(receive_all(socket, json));
    ControlFrame frame{std::string(as_text(json)), Bytes(body_size)};
    TRIBUTARY_CHECK(receive_all(socket, frame.body));
    return frame;
}

ControlFrame error_frame(const Error& error) {
    const Json json{{"schema", 1},
                    {"error", {{"code", errc_name(error.code)}, {"message", error.message}}}};
    return {json.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
}

Status frame_status(const ControlFrame& frame) {
    const Json json = Json::parse(frame.json, nullptr, false);
    if (!json.is_object()) return fail(Errc::corrupt, "a control frame is not a JSON object");
    const auto error = json.find("error");
    if (error == json.end()) return {};
    if (!error->is_object()) return fail(Errc::corrupt, "a control error is not an object");
    return fail(parse_errc(error->value("code", std::string())),
                error->value("message", std::string("no reason given")));
}

}  // namespace tributary::app
