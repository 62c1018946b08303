#include "datasets/record.hpp"

#include <arpa/inet.h>

namespace tributary::datasets {

std::string to_string(const Address& address) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
    return text;
}

const char* to_string(EndReason reason) {
    switch (reason) {
        case EndReason::idle: return "idle";
        case EndReason::active: return "active";
        case EndReason::finished: return "finished";
        case EndReason::reset: return "reset";
        case EndReason::half_open: return "half_open";
        case EndReason::evicted: return "evicted";
        case EndReason::end_of_input: return "end_of_input";
        case EndReason::exported: return "exported";
    }
    return "unknown";
}

}  // namespace tributary::datasets
