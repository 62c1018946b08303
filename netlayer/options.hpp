#pragma once
// What a process may be told: the shape of the tree, waits and bounds. The same bounds must be
// used by all processes of a service, because whoever exceeds one is cut off.
// Invariants: lease < silence (the parent waits longer than any lease it granted may last, clock
// drift included), heartbeat well below lease, grace + heartbeat < silence (or a child is given up
// before its link could be found again).
// Values; any thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace tributary::netlayer {

/// When processes of the search tree rotate of themselves; netlayer/overlay/policy says how each
/// decides. The numbers are those of the wire.
enum class RotationPolicy : std::uint8_t {
    none,      ///< static: never, the tree stays as joins and leaves make it
    regret,    ///< when a rotation not done would have saved more than it costs
    splay,     ///< both ends of a hand-over rise until one is the other's parent
    lazy,      ///< the same, but only a few rotations for each hand-over
    counting,  ///< when the logarithms of the weights fall
    gate,      ///< splays only pairs that repeat
    rebuild,   ///< towards the tree that the coordinator plans from what it counted
};
inline constexpr RotationPolicy kLastPolicy = RotationPolicy::rebuild;

/// As it is named on the command line and in netlayer/overlay.
const char* policy_name(RotationPolicy policy);
/// All of them, with a comma between.
std::string policy_names();
/// `none` is another name of static.
/// @return  nothing when no policy is called so
std::optional<RotationPolicy> policy_called(std::string_view name);

struct ProcessOptions {
    std::size_t degree = 4;  ///< children per process in the k-ary tree; at least 1
    /// A binary search tree below the server, which may rotate, instead of the k-ary tree.
    bool search_tree = false;
    RotationPolicy policy = RotationPolicy::regret;  ///< in the search tree
    bool balance_joins = true;         ///< search tree: rotate by size where somebody joins
    std::uint32_t lazy_rotations = 2;  ///< policy lazy: by either end of a hand-over
    /// Policy rebuild: hand-overs for each process between two plans.
    std::uint64_t rebuild_every = 10;
    std::uint32_t regret_floor = 20;  ///< hops that a rotation must have been able to save

    Micros heartbeat{500'000};  ///< a child pings this often; also the tick of every retry
    Micros lease{2'000'000};    ///< T_self: longest life of a lease after its ping
    Micros silence{4'000'000};  ///< T_parent: a child silent this long is disconnected
    /// A link that the transport finds again within this time goes on where it was (C22). Zero: a
    /// lost connection is a dead edge; only for simulations of the paper's own rules.
    Micros grace{3'000'000};
    /// Server: every change of the protocol state is to be stored, and a restart goes on from it.
    bool persist_state = false;
    Micros retry_join{1'000'000};   ///< a join request is repeated after this
    Micros retry_read{2'000'000};   ///< a strict read is repeated after this, with the same id
    Micros retry_force{3'000'000};  ///< a force is repeated after this, with the same id
    /// A program that runs longer is given up and its objects are handed on: others wait for them
    /// (C19). What it still returns is dropped.
    Micros longest_program{600'000'000};

    // Bounds. At the bound: a local request is refused; a peer that exceeds one is cut off; a read
    // or a force that exceeds max_hops is dropped (and repeated). Each is counted.
    std::size_t max_objects = 4096;  ///< object ids known to one process
    std::size_t max_objects_per_update = 64;
    std::size_t max_operations = 1024;     ///< local updates and reads not yet completed
    std::size_t max_queue = 65536;         ///< entries of one localQ
    std::size_t max_queue_of_one = 32768;  ///< of them, for one neighbour
    std::size_t max_copies = 4096;         ///< objects carried by one message
    std::size_t max_hops = 256;            ///< length of a path
    /// Hops of a strict read: so many for each doubling of the tree, and so many more. Then it goes
    /// to the server and begins again from there, once.
    std::uint64_t read_hops_per_doubling = 4;
    std::uint64_t read_hops = 32;
    std::size_t max_early = 64;       ///< messages kept for an epoch not yet announced
    std::size_t max_children = 1024;  ///< that a successor may come to have
    std::size_t max_held = 8192;      ///< messages and inputs kept during a promotion, each way
    std::size_t promote_part_bytes = std::size_t{4} << 20U;  ///< of one part of a leaver's state
    /// Bodies shipped by one rotation, both ways; one that needs more is refused.
    std::uint64_t max_rotation_bytes = std::uint64_t{8} << 20U;
    std::size_t max_rotation_queue = 8192;  ///< elements of all localQs of p or x; more: refused
    std::size_t max_unacknowledged = 8192;  ///< messages kept per link for a resume
    std::size_t max_unacknowledged_bytes = std::size_t{256} << 20U;
    std::size_t max_early_bytes = std::size_t{32} << 20U;  ///< of the messages of max_early
    std::size_t max_dead_epochs = 1024;  ///< closed epochs remembered (oldest forgotten)
};

}  // namespace tributary::netlayer
