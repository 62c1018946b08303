#pragma once
// What a process tells of itself for the operator's view of the tree. It travels up with pings,
// some reports in each, so that the view costs no messages of its own. Invariant: every part is
// bounded, whatever the process holds; nothing in the protocol depends on a report, so that a lost
// or a false one misleads nobody but the reader. Values; any thread. Issue: the overlay, live view
// data.

#include <cstdint>
#include <string>
#include <vector>

#include "netlayer/identity.hpp"
#include "netlayer/object/object.hpp"

namespace tributary::netlayer {

inline constexpr std::size_t kReportsPerPing = 16;
inline constexpr std::size_t kReportedObjects = 16;
inline constexpr std::size_t kReportedHops = 32;
inline constexpr std::size_t kReportedPartners = 4;

/// A process that handed objects to this one.
struct Partner {
    Key key = kNoKey;
    std::uint64_t hand_overs = 0;

    friend bool operator==(const Partner&, const Partner&) = default;
};

/// Counts are since the program started.
struct SelfReport {
    ProcessId id = 0;
    Incarnation incarnation = 0;
    std::uint64_t number = 0;  ///< a larger one of the same life is newer
    std::string name;
    Key key = kNoKey;  ///< search tree
    ProcessId parent = 0;
    std::vector<ObjectId> objects;  ///< that are here; at most kReportedObjects
    /// Hand-overs to this process that passed 1, 2, ... edges; the last of kReportedHops also more.
    std::vector<std::uint64_t> hops;
    std::uint64_t rotations = 0;  ///< in which it sank
    std::uint64_t rotations_refused = 0;
    std::uint64_t alpha = 0;        ///< price of a rotation in 1/256 hop; 0: not measured
    std::vector<Partner> partners;  ///< search tree: the most frequent, at most kReportedPartners

    friend bool operator==(const SelfReport&, const SelfReport&) = default;
};

/// Whether every part keeps its bound.
bool is_bounded(const std::vector<SelfReport>& reports);

/// How many hand-overs a list of counts by hops contains.
std::uint64_t hand_overs(const std::vector<std::uint64_t>& hops);

/// Adds counts by hops to others.
void add_hops(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& more);

}  // namespace tributary::netlayer
