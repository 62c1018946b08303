#pragma once
// Every option and every planted fault, in the order of their declaration. A structured binding
// names all of them, so that one that is added is noticed by the compiler.
// Functions; any thread.

#include <tuple>

#include "netlayer/options.hpp"
#include "netlayer/simulation/faults.hpp"

namespace tributary::netlayer::simulation {

inline auto fields(ProcessOptions& options) {
    auto& [degree, search_tree, policy, balance_joins, lazy_rotations, rebuild_every, regret_floor,
           heartbeat, lease, silence, grace, persist_state, retry_join, retry_read, retry_force,
           longest_program, max_objects, max_objects_per_update, max_operations, max_queue,
           max_queue_of_one, max_copies, max_hops, read_hops_per_doubling, read_hops, max_early,
           max_children, max_held, promote_part_bytes, max_rotation_bytes, max_rotation_queue,
           max_unacknowledged, max_unacknowledged_bytes, max_early_bytes, max_dead_epochs] =
        options;
    return std::tie(degree, search_tree, policy, balance_joins, lazy_rotations, rebuild_every,
                    regret_floor, heartbeat, lease, silence, grace, persist_state, retry_join,
                    retry_read, retry_force, longest_program, max_objects, max_objects_per_update,
                    max_operations, max_queue, max_queue_of_one, max_copies, max_hops,
                    read_hops_per_doubling, read_hops, max_early, max_children, max_held,
                    promote_part_bytes, max_rotation_bytes, max_rotation_queue, max_unacknowledged,
                    max_unacknowledged_bytes, max_early_bytes, max_dead_epochs);
}

inline auto fields(Mutations& faults) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc,
           dd, ee, ff, gg, hh, ii, jj, kk] = faults;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
                    aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk);
}

}  // namespace tributary::netlayer::simulation
