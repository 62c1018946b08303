#include "netlayer/driver/authenticator.hpp"

namespace tributary::netlayer {

namespace {

// Frames of a request: route, delimiter, version, request id, domain, address, identity, mechanism,
// credentials. Of a reply: route, delimiter, version, request id, code, text, user id, metadata.
constexpr std::size_t kVersion = 2;
constexpr std::size_t kRequestId = 3;
constexpr std::size_t kMechanism = 7;
constexpr std::size_t kCredentials = 8;
constexpr std::size_t kRequestFrames = 9;
constexpr std::size_t kReplyCode = 4;
constexpr std::size_t kRawKeyBytes = 32;

}  // namespace

std::vector<Bytes> authentication_reply(const std::vector<Bytes>& request,
                                        const KeyJudge& accepts) {
    if (request.size() <= kRequestId || !request[1].empty()) return {};
    std::vector<Bytes> reply(request.begin(), request.begin() + kRequestId + 1);
    const bool curve = request.size() == kRequestFrames && as_text(request[kVersion]) == "1.0" &&
                       as_text(request[kMechanism]) == "CURVE" &&
                       request[kCredentials].size() == kRawKeyBytes;
    const std::string key = curve ? key_text(request[kCredentials].data()) : std::string();
    const bool accepted = curve && accepts(key);
    reply.push_back(to_bytes(accepted ? "200" : "400"));
    reply.push_back(to_bytes(accepted ? "OK" : "key not enrolled"));
    reply.push_back(to_bytes(accepted ? key : std::string()));
    reply.emplace_back();
    return reply;
}

Result<Authenticator> Authenticator::start(const Context& context, KeyJudge accepts,
                                           Metrics& metrics) {
    TRIBUTARY_TRY(Socket socket, Socket::authenticator(context));
    return Authenticator(std::move(socket), std::move(accepts), metrics);
}

Authenticator::Authenticator(Socket socket, KeyJudge accepts, Metrics& metrics)
    : socket_(std::move(socket)),
      accepts_(std::move(accepts)),
      accepted_(&metrics.counter("driver.keys_accepted")),
      refused_(&metrics.counter("driver.keys_refused")) {}

void Authenticator::serve() {
    // As many as wait now; a flood comes back at the next turn of the reactor.
    for (int served = 0; served < 64; ++served) {
        const std::vector<Bytes> request = socket_.receive_frames();
        if (request.empty()) return;
        const std::vector<Bytes> reply = authentication_reply(request, accepts_);
        const bool accepted = !reply.empty() && as_text(reply[kReplyCode]) == "200";
        (accepted ? accepted_ : refused_)->add();
        if (!reply.empty()) socket_.send_frames(reply);
    }
}

}  // namespace tributary::netlayer
