#include "netlayer/message.hpp"

#include <array>

namespace tributary::netlayer {

bool is_heartbeat(const Message& message) {
    return std::holds_alternative<Ping>(message) || std::holds_alternative<Pong>(message);
}

bool is_lock_request(const Message& message) {
    return std::holds_alternative<Lock>(message) || std::holds_alternative<LockX>(message) ||
           std::holds_alternative<LockB>(message);
}

const char* message_name(const Message& message) {
    static constexpr std::array<const char*, std::variant_size_v<Message>> kNames = {
        "retrieve",     "migrate",       "read_request", "read_climb",  "read_return",
        "force",        "force_confirm", "ping",         "pong",        "leave",
        "disconnected", "join_forward",  "join_request", "join_accept", "join_refuse",
        "hold",         "hold_ok",       "hold_no",      "unhold",      "promote_part",
        "promote",      "depart",        "lock",         "lock_ok",     "lock_no",
        "unlock",       "lock_x",        "lock_x_ok",    "lock_x_no",   "lock_b",
        "lock_b_ok",    "lock_b_no",     "commit",       "switch",      "switch_b"};
    return kNames.at(message.index());
}

}  // namespace tributary::netlayer
