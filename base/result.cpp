#include "base/result.hpp"

namespace tributary {

const char* errc_name(Errc code) {
    switch (code) {
        case Errc::invalid_argument: return "invalid argument";
        case Errc::not_found: return "not found";
        case Errc::corrupt: return "corrupt";
        case Errc::limit_exceeded: return "limit exceeded";
        case Errc::mismatch: return "mismatch";
        case Errc::unreachable: return "not reachable";
        case Errc::permission: return "not permitted";
        case Errc::timeout: return "timeout";
        case Errc::disconnected: return "disconnected";
        case Errc::conflict: return "conflict";
        case Errc::io: return "input/output error";
        case Errc::internal: return "internal error";
    }
    return "unknown error";
}

}  // namespace tributary
