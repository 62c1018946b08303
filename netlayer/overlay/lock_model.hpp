#pragma once
// Rotations as messages between processes that know only their own links: the locks of protocol
// §4.3 without the objects, under random delays (in order per direction of a pair). It shows that
// every rotation ends, that links agree afterwards, and what the paper's shortcuts would break.
// Invariant: a process takes part in one rotation at a time; the four of a rotation are a chain of
// parents and children when it commits; every wait is for an answer that is given at once.
// One thread per run. Source: splaynet ch.3 §1-3, Lemma 2; protocol §4.3, §5.

#include <cstdint>
#include <string>
#include <vector>

#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

/// A fault planted to see that the checks find it.
enum class LockFault {
    none,
    no_cancel,      ///< a refused process keeps the locks that it has (paper: there is no cancel)
    early_release,  ///< g and b free themselves when they agree, not when their links changed
};

struct LockModelOptions {
    std::uint64_t seed = 1;
    std::uint64_t rotations = 1'000;  ///< asked for; some are given up
    std::uint64_t max_delay = 10;     ///< of one message, at least 1
    std::uint64_t gap = 4;            ///< mean time between new wishes
    std::uint32_t tries = 20;         ///< of one wish, then it is given up
    LockFault fault = LockFault::none;
};

struct LockModelResult {
    std::uint64_t rotations = 0;
    std::uint64_t given_up = 0;
    std::uint64_t refusals = 0;
    std::uint64_t messages = 0;
    std::uint64_t longest_wait = 0;  ///< from a LOCK until its rotation ended or was refused
    std::uint64_t locked = 0;        ///< processes still in a rotation when no message is left
    std::vector<std::string> violations;
    Tree tree;  ///< as the processes see it; empty when they do not agree
};

LockModelResult run_lock_model(const Tree& start, const LockModelOptions& options);

}  // namespace tributary::netlayer::overlay
