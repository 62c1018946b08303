#pragma once
// Every option and every planted fault, in the order of their declaration. A structured binding
// names all of them, so that one that is added is noticed by the compiler.
// Functions; any thread.

#include <tuple>

#include "netlayer/options.hpp"
#include "netlayer/simulation/faults.hpp"

namespace tributary::netlayer::simulation {

inline auto fields(ProcessOptions& options) {
    auto& [degree, heartbeat, lease, silence, grace, persist_state, retry_join, retry_read,
           retry_force, max_objects, max_objects_per_update, max_operations, max_queue, max_copies,
           max_hops, max_early, max_children, max_held, promote_part_bytes, max_unacknowledged,
           max_dead_epochs] = options;
    return std::tie(degree, heartbeat, lease, silence, grace, persist_state, retry_join, retry_read,
                    retry_force, max_objects, max_objects_per_update, max_operations, max_queue,
                    max_copies, max_hops, max_early, max_children, max_held, promote_part_bytes,
                    max_unacknowledged, max_dead_epochs);
}

inline auto fields(Mutations& faults) {
    auto& [save_copies_unconditionally, no_dependency_copying, leaf_without_queue_replacement,
           order_as_given, no_fence, reply_without_climb, no_force_at_leave, no_read_force,
           duplicates_processed, stored_without_sequence, stored_without_idle, stored_without_held,
           send_before_store, no_lease, promote_without_signal, successor_not_frozen,
           switch_on_first_word, frozen_local_steps] = faults;
    return std::tie(save_copies_unconditionally, no_dependency_copying,
                    leaf_without_queue_replacement, order_as_given, no_fence, reply_without_climb,
                    no_force_at_leave, no_read_force, duplicates_processed, stored_without_sequence,
                    stored_without_idle, stored_without_held, send_before_store, no_lease,
                    promote_without_signal, successor_not_frozen, switch_on_first_word,
                    frozen_local_steps);
}

}  // namespace tributary::netlayer::simulation
