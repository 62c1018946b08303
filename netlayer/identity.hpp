#pragma once
// Who a process is, and how one tree edge is named.
// Invariants: the server is process 0 and, in the search tree, above every key. A process takes a
// larger incarnation each time it joins, so a message or answer for an earlier life is recognised.
// An epoch is minted by the upper end of an edge from its incarnation and a counter and is never
// used for another edge. Values; any thread. self-service §6; docs: corrections C2 and C22.

#include <cstdint>
#include <string>

namespace tributary::netlayer {

using ProcessId = std::uint64_t;
using Incarnation = std::uint64_t;  ///< at most kMaxIncarnation; milliseconds since 1970 fit
using Epoch = std::uint64_t;        ///< 0 = no edge
using Sequence = std::uint64_t;     ///< 1, 2, ... per direction of an edge; 0 = not numbered
using Key = std::uint64_t;          ///< place in the search tree

inline constexpr ProcessId kServer = 0;
/// No key; below every key, so that it also serves as the lowest interval end.
inline constexpr Key kNoKey = 0;
/// The server's key: +infinity.
inline constexpr Key kServerKey = ~Key{0};
inline constexpr Incarnation kMaxIncarnation = (Incarnation{1} << 43) - 1;
inline constexpr unsigned kEpochCounterBits = 20;

/// Everything a neighbour must know about a process in order to talk to it. The driver uses the
/// endpoint and the key; the core only compares `id` and `incarnation`.
struct Card {
    ProcessId id = 0;
    Incarnation incarnation = 0;
    std::string endpoint;    ///< where the process accepts links, for example tcp://host:7000
    std::string public_key;  ///< CURVE key (Z85), compared with the one the link proved
    std::string name;        ///< for people; in the service, the member's organization
    /// What the coordinator signed about the member (netlayer/identity/member_card.hpp), as
    /// carried. Opaque to the core, which only passes it on; the driver judges it.
    std::string membership{};
    Key key = kNoKey;  ///< in the search tree, assigned by the server; kNoKey in the k-ary

    friend bool operator==(const Card&, const Card&) = default;
};

inline constexpr std::size_t kMaxCardFieldBytes = 256;
inline constexpr std::size_t kMaxMembershipBytes = 1024;

}  // namespace tributary::netlayer
