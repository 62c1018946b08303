#pragma once
// What the lock model's processes send each other, and what each of them knows: the messages of
// protocol §4.3 without the objects. Values; one thread.

#include <cstdint>
#include <tuple>
#include <vector>

#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

enum class LetterKind : std::uint8_t {
    wish,  ///< no message: a process wants to rotate, or tries again
    lock,
    lock_ok,
    lock_no,
    unlock,
    lock_x,
    lock_x_ok,
    lock_x_no,
    lock_b,
    lock_b_ok,
    lock_b_no,
    commit,
    switch_g,
    switch_b,
};

struct Letter {
    std::uint64_t time = 0;
    std::uint64_t number = 0;  ///< of sending; breaks ties
    LetterKind kind = LetterKind::wish;
    NodeId from = kNone;
    NodeId to = kNone;
    NodeId other = kNone;   ///< b, g, x or the old parent, whichever the receiver needs
    NodeId inner = kNone;   ///< commit: b
    std::uint64_t age = 0;  ///< when the wish came up: the order among rotations
    std::uint32_t tries = 0;
    Key lo = kNoKey;  ///< commit: the new interval
    Key hi = kNoKey;

    friend bool operator>(const Letter& a, const Letter& b) {
        return std::tie(a.time, a.number) > std::tie(b.time, b.number);
    }
};

enum class LockRole : std::uint8_t { none, g, p, x, b };

struct LockProcess {
    Node links;
    LockRole role = LockRole::none;
    NodeId x = kNone;  ///< p: whom it lifts
    NodeId g = kNone;  ///< p: the parent that it locked
    NodeId b = kNone;  ///< x: its inner child
    std::uint64_t since = 0;
    std::uint64_t age = 0;
    std::uint32_t tries = 0;
    /// The oldest wish refused; until `refused_until` younger ones are refused, too.
    std::uint64_t refused_age = 0;
    std::uint64_t refused_until = 0;
    std::vector<Letter> early;  ///< from processes that are to become neighbours
};

}  // namespace tributary::netlayer::overlay
