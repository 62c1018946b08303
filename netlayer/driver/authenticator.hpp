#pragma once
// Answers ZeroMQ's authentication requests (ZAP, RFC 27): a connection is accepted only with CURVE
// and a key that the owner accepts; the key becomes the User-Id of every message of it.
// Invariant: anything that is not a well-formed CURVE request is refused and counted.
// One thread: the one that owns the socket.

#include <functional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "netlayer/driver/socket.hpp"

namespace tributary::netlayer {

using KeyJudge = std::function<bool(const std::string& public_key)>;

/// The frames of the reply to a request (both with their route in front); empty when the request
/// cannot even be answered.
std::vector<Bytes> authentication_reply(const std::vector<Bytes>& request, const KeyJudge& accepts);

class Authenticator {
 public:
    /// @error conflict (the context has one already)
    static Result<Authenticator> start(const Context& context, KeyJudge accepts, Metrics& metrics);

    /// Answers all requests that wait. Counts `driver.keys_accepted` and `driver.keys_refused`.
    void serve();
    [[nodiscard]] void* socket() const { return socket_.get(); }

 private:
    Authenticator(Socket socket, KeyJudge accepts, Metrics& metrics);

    Socket socket_;
    KeyJudge accepts_;
    Counter* accepted_;
    Counter* refused_;
};

}  // namespace tributary::netlayer
