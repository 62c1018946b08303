#pragma once
// What the clients of the benchmark do, and what they count: the same for every system.
// The shared object is bytes that do not compress, with a counter and its last writer at the front,
// so that every system does the same work and a lost update shows in the counters at the end.
// Values and pure functions; any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace tributary::app {

enum class Activity {
    update,  ///< fetch, modify, write back
    read,    ///< the latest version
    idle,    ///< only pass on what others send
};

struct Load {
    Activity activity = Activity::update;
    std::size_t objects = 1;
    /// Other than 1: of our own members and the central server only.
    std::size_t objects_per_update = 1;
    std::size_t body_bytes = 200'000;
    std::size_t outstanding = 1;  ///< operations of one client at a time
    /// Operation k of a client stays at object k, and waits while the object could travel when
    /// nobody took it since the last one: what counts are hand-overs.
    bool lanes = false;
    bool durable = false;          ///< wait until the server has stored it
    double leave_probability = 0;  ///< of leaving after an update, to join again at once
    Micros compute{0};             ///< time that an update's program takes for each object
    Micros warm_up{500'000};       ///< before the count begins
    Micros duration{3'000'000};    ///< of the count
};

/// What one client counted.
struct Tally {
    std::uint64_t updates = 0;     ///< completed while the count went on
    std::uint64_t hand_overs = 0;  ///< those of them whose object another process wrote last
    std::uint64_t aborted = 0;     ///< attempts that had to be repeated, or failed
    std::uint64_t written = 0;     ///< objects written in all; their sum must be found in them
    std::uint64_t messages = 0;    ///< sent while the count went on
    std::uint64_t leaves = 0;
    std::uint64_t refused_leaves = 0;
    std::uint64_t joins = 0;           ///< since the start
    std::uint64_t away_us = 0;         ///< not in the tree while the count went on
    std::uint64_t longest_gap_us = 0;  ///< between two completions
    double cpu_seconds = 0;            ///< of the process, while the count went on
    std::string failure;               ///< the first error
    std::uint64_t at_risk = 0;         ///< of `written`: by lives that were cut off from the server
    std::string cut_off;               ///< why the first of them was
    std::vector<std::uint32_t> latencies_us;

    /// Counts one completed operation.
    /// @param begin    of the count; `end` likewise
    /// @param objects  that it wrote
    void complete(Micros invoked, Micros now, Micros begin, Micros end, std::size_t objects = 1);
};

using ObjectNames = std::vector<std::string>;

std::string object_name(std::size_t number);

/// The objects of the next operation, each by equal chance; an earlier one is kept.
ObjectNames choose_objects(const Load& load, Random& random, ObjectNames chosen = {});

/// A first version.
Bytes first_body(std::size_t bytes, Random& random);

/// The modification: counts, signs, and changes some bytes.
/// @return  true when another client wrote last
/// @error corrupt (not a body of this benchmark)
Result<bool> modify(Bytes& body, std::uint32_t client, Random& random);

/// The counter of a body.
/// @error corrupt
Result<std::uint64_t> count_of(ByteView body);

/// The value below which a share of the sorted values lies.
double percentile_ms(const std::vector<std::uint32_t>& sorted, double share);

/// CPU seconds that this process has used.
double own_cpu_seconds();

}  // namespace tributary::app
