#include "netlayer/message.hpp"

#include <array>

namespace tributary::netlayer {

bool is_heartbeat(const Message& message) {
    return std::holds_alternative<Ping>(message) || std::holds_alternative<Pong>(message);
}

const char* message_name(const Message& message) {
    static constexpr std::array<const char*, std::variant_size_v<Message>> kNames = {
        "retrieve",     "migrate",       "read_request", "read_climb",  "read_return",
        "force",        "force_confirm", "ping",         "pong",        "leave",
        "disconnected", "join_forward",  "join_request", "join_accept", "join_refuse",
        "hold",         "hold_ok",       "hold_no",      "unhold",      "promote_part",
        "promote",      "depart"};
    return kNames.at(message.index());
}

}  // namespace tributary::netlayer
