#pragma once
// Faults that tests plant in the core to prove that the checks notice them. Each switch takes one
// rule out; all off is the product. Nothing outside tests and the simulator sets one.
// Values; any thread.

namespace tributary::netlayer {

struct Mutations {
    bool save_copies_unconditionally = false;     ///< C1: Figure 3 line 23 as printed
    bool no_dependency_copying = false;           ///< C7: migrate up without what it depends on
    bool leaf_without_queue_replacement = false;  ///< C13: the parent only removes the child
    bool order_as_given = false;                  ///< C18: objects requested in no common order
    bool no_fence = false;                        ///< C2: messages of a dead edge are processed
    bool reply_without_climb = false;             ///< C5: the owner answers the reader at once
    bool no_force_at_leave = false;               ///< C4: a leaf leaves without force
    bool no_read_force = false;                   ///< C4: a leaver forces only what it wrote
    bool duplicates_processed = false;            ///< C22: a message seen before is processed again
    bool force_names_only = false;          ///< C4: what was read is forced by name, unchecked
    bool no_closing_state = false;          ///< decision 6: a last word is not kept until heard
    bool stored_without_sequence = false;   ///< section 7: the server forgets what it received
    bool stored_without_idle = false;       ///< section 7: the server forgets the idle flags
    bool stored_without_held = false;       ///< section 7: the server forgets what it held
    bool stored_without_outbox = false;     ///< section 7: and what was not acknowledged
    bool stored_without_announced = false;  ///< section 7: and the edges that it announced
    bool stored_bare = false;               ///< section 7: all of that: queues and objects remain
    bool send_before_store = false;         ///< section 7: effects do not wait for the store
    bool no_lease = false;                  ///< C3: strict reads are answered without a lease
    bool lease_from_parent_alone = false;   ///< C3: whatever remains of the parent's own
    bool new_life_reconstitutes_at_once = false;  ///< decision 6: without waiting for old leases
    bool promote_without_signal =
        false;  ///< C9: an object idle at the leaver is not at its successor
    bool successor_not_frozen = false;  ///< C10: it goes on between its hold and the promotion
    bool switch_on_first_word = false;  ///< C11: neighbours do not wait for the leaver's last word
    bool frozen_local_steps = false;    ///< C14: a frozen process hands on and runs programs
    // Section 4.3: a rotation ...
    bool rotate_without_objects = false;         ///< ... ships no bodies
    bool rotate_without_rising_bodies = false;   ///< ... x does not get p's newer bodies
    bool rotate_without_sinking_bodies = false;  ///< ... p does not get x's newer bodies
    bool rotate_without_dependencies = false;    ///< ... p forgets its dependencies
    bool rotate_without_flush = false;           ///< ... b goes over without a last word to x
    bool early_release = false;                  ///< ... x goes on before it has what p commits
    bool no_cancel = false;                      ///< ... g is not told that it was given up
    bool refusal_taken_for_loss = false;         ///< ... b takes x's refusal of its edge for a loss
    bool commit_extends_lease = false;           ///< C3: ... x's lease begins anew with the commit

    // Decision 5; of the simulator's clients, for the journal is theirs.
    bool journal_trimmed_at_applied = false;  ///< a contribution leaves the journal too early
    bool refusal_not_recorded = false;        ///< a refusal leaves no mark in the objects

    /// Not a rule taken out: g refuses three of four locks, however free it is.
    bool refuse_most_locks = false;

    friend bool operator==(const Mutations&, const Mutations&) = default;
};

}  // namespace tributary::netlayer
