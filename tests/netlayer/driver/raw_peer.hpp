#pragma once
// A ZeroMQ socket made by hand, for peers that do what no node would do. One thread.

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "netlayer/driver/keys.hpp"
#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer {

/// How a raw peer introduces itself.
enum class Mechanism { null, plain, curve };

class RawPeer {
 public:
    /// @param keys  for Mechanism::curve
    RawPeer(const std::string& endpoint, Mechanism mechanism, const KeyPair& keys,
            const std::string& server_key);
    ~RawPeer();
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    /// @param more  another content frame follows
    void send(ByteView bytes, bool more = false);
    void send(const Frame& frame) { send(*encode(frame)); }
    /// The next frame that comes within the time.
    std::optional<Frame> receive(Micros timeout);

 private:
    void set(int option, const std::string& value);

    void* context_;
    void* socket_;
};

}  // namespace tributary::netlayer
