#pragma once
// A coordinator and members in real processes on loopback, in a search tree that begins balanced,
// whose objects go where the caller wants them, one hand-over after the other for each object.
// Invariant: every hand-over is counted by the member that it came to, and the objects contain a
// count for each member, so that a lost or doubled contribution shows.
// One thread; the caller has one thread only, because processes are forked.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "app/bench/migration/child_process.hpp"
#include "app/bench/migration/temporary_folder.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

struct FleetOptions {
    std::size_t members = 64;
    netlayer::RotationPolicy policy = netlayer::RotationPolicy::regret;
    std::uint64_t permutation = 1;  ///< seed of the order of keys
};

/// What a course of hand-overs took.
struct CourseResult {
    std::vector<std::uint32_t> latencies_us;  ///< from the wish to the object's arrival, in order
    Micros duration{0};                       ///< of those that count
    std::uint64_t rotations_wished = 0;
};

struct CourseOptions {
    std::uint64_t ignored = 0;  ///< hand-overs before the count begins
    /// Of every so many hand-overs one is followed by the wish for a rotation somewhere; 0: none.
    std::uint64_t hand_overs_per_wish = 0;
};

struct FleetCounts {
    std::uint64_t rotations = 0;
    std::uint64_t hand_overs = 0;
    std::uint64_t edges = 0;  ///< that hand-overs passed
};

class HandOverFleet {
 public:
    /// Starts everything; returns when all members stand in the balanced tree.
    /// @error io, unreachable
    static Result<std::unique_ptr<HandOverFleet>> start(const FleetOptions& options);
    /// For start().
    HandOverFleet(const FleetOptions& options, TemporaryFolder folder)
        : options_(options), folder_(std::move(folder)), random_(options.permutation) {}

    /// Hands each object from member to member in its own order; objects do not wait for each
    /// other.
    /// @param orders  for each object the members that get it
    /// @error of a member; timeout
    Result<CourseResult> run(std::span<const std::vector<std::uint32_t>> orders,
                             const CourseOptions& course);
    /// Of all members, since the start.
    Result<FleetCounts> counts();
    /// Whether the objects contain every hand-over exactly once.
    /// @error corrupt (they do not)
    Status verify();

 private:
    struct Progress;

    Status admit_members();
    Status start_server();
    Status start_member(std::uint32_t member);
    Status be_server(int channel) const;
    Status be_member(int channel, std::uint32_t member) const;
    [[nodiscard]] netlayer::NodeOptions node_options(const std::string& name) const;
    Status hand_over(std::size_t object, std::uint32_t member);
    Status wish_a_rotation();
    /// Takes what came from the member whose channel can be read.
    Status take(std::uint32_t member, Progress& progress);

    FleetOptions options_;
    TemporaryFolder folder_;
    Random random_;
    netlayer::KeyPair server_keys_;
    std::vector<netlayer::KeyPair> keys_;
    std::vector<std::uint32_t> places_;  ///< of the members, in the order of keys
    std::string endpoint_ = "tcp://127.0.0.1:*";
    std::optional<ChildProcess> server_;
    std::vector<ChildProcess> members_;
    std::vector<std::vector<std::uint32_t>> completed_;  ///< by object and member
};

}  // namespace tributary::app
