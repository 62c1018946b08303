#pragma once
// A frame, one process' word to another, as bytes and back (netlayer/wire/message.proto).
// Invariants: decode() looks at the size before it parses, allocates in proportion to the size, and
// returns only what keeps every bound below: names are valid, counts within limits, edge messages
// have an epoch and a number, heart-beats no number, messages outside the tree neither, greetings
// an epoch or none. Bodies are copied, never looked into. encode() refuses what decode() would
// refuse for its size or counts. Functions; any thread. protocol sections 1 (decision 7) and 6.

#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "netlayer/message.hpp"

namespace tributary::netlayer {

inline constexpr std::uint32_t kProtocolNumber = 1;
/// A store counts versions in signed numbers; no honest object comes near.
inline constexpr Version kMaxVersion = Version{1} << 62U;

/// Bounds of one frame; the same at all members of a service.
struct CodecLimits {
    std::size_t message_bytes = (std::size_t{16} << 20U) + (std::size_t{64} << 10U);
    std::size_t objects = 4096;         ///< copies in one message
    std::size_t dependencies = 65'536;  ///< pairs in one message
    std::size_t path = 4096;            ///< processes on a path
    std::size_t neighbours = 4096;      ///< siblings, and the epochs of the edges to them
    std::size_t queue = 131'072;        ///< elements of one localQ
    std::size_t reason_bytes = 512;     ///< longer sentences are cut by encode()
    std::size_t revocation_bytes = std::size_t{128} << 10U;  ///< of a signed revocation
    Micros lease = std::chrono::hours(1);
};

/// What a greeting says beside its frame's epoch and acknowledgement.
struct Greeting {
    Incarnation server_incarnation = 0;  ///< of the server that greets; 0 from a client
    bool closed = false;                 ///< an answer: the edge is over, or: not filed
    // On the session with the coordinator, see Hello in message.proto; empty elsewhere.
    std::string signing_key{};  ///< 32 bytes of Ed25519
    std::string membership{};
    std::string revocations{};
    std::string enrol_key{};

    friend bool operator==(const Greeting&, const Greeting&) = default;
};

/// What travels: who says it to whom, where in the conversation, and the words.
struct Frame {
    ProcessId from = 0;
    ProcessId to = 0;
    Epoch epoch = 0;  ///< 0: outside the tree
    Sequence sequence = 0;
    Sequence acknowledged = 0;
    std::optional<Message> message{};  ///< nothing: a greeting
    Greeting greeting{};               ///< meaningful in a greeting only
};

/// True for the messages that travel outside the tree.
bool is_direct(const Message& message);

/// @error limit_exceeded
Result<Bytes> encode(const Frame& frame, const CodecLimits& limits = {});

/// @error limit_exceeded (larger than the limit, not parsed), corrupt (anything else)
Result<Frame> decode(ByteView bytes, const CodecLimits& limits = {});

/// The same by the generated code alone, which copies bodies on the way; the two always agree.
Result<Frame> decode_whole(ByteView bytes, const CodecLimits& limits = {});

}  // namespace tributary::netlayer
