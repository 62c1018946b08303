#pragma once
// localQ of one object at one process: its head points to where the object is, its tail to where
// the last requester is.
// Invariants: never empty. `idle` means: the head is this process and its program has run, so the
// object may be handed on. Duplicate neighbours are normal (C21).
// One thread. self-service §4.2, Figure 2; C21.

#include <cstdint>
#include <deque>
#include <utility>

#include "netlayer/event.hpp"
#include "netlayer/identity.hpp"

namespace tributary::netlayer {

inline constexpr OperationId kNoOperation = 0;

/// One element: a neighbour, or this process itself with the operation that asked.
struct QueueEntry {
    ProcessId process = 0;
    OperationId operation = kNoOperation;
    /// Search tree: of the process that asked, as far as this one was told; kNoKey: not known.
    Key requester = kNoKey;

    friend bool operator==(const QueueEntry& one, const QueueEntry& two) {
        return one.process == two.process && one.operation == two.operation;
    }
};

class DistQueue {
 public:
    DistQueue(ProcessId self, ProcessId first, bool idle)
        : self_(self), idle_(idle), entries_{{first, kNoOperation}} {}
    /// A queue made elsewhere: merged, or stored. At least one entry.
    DistQueue(ProcessId self, std::deque<QueueEntry> entries, bool idle)
        : self_(self), idle_(idle), entries_(std::move(entries)) {}

    void push(QueueEntry entry) { entries_.push_back(entry); }
    /// Removes the head; the queue must keep at least one element. The new head is not idle.
    void pop();
    void set_idle(bool idle) { idle_ = idle; }
    /// Qreplace: every element that points to the neighbour becomes a no-op of this process.
    /// @return  whether the head was one of them: then the object is to be reconstituted here
    bool replace_by_self(ProcessId neighbour);

    /// Every element that points to one neighbour points to another, who took its place.
    void replace(ProcessId neighbour, ProcessId successor);

    [[nodiscard]] const QueueEntry& head() const { return entries_.front(); }
    [[nodiscard]] const QueueEntry& tail() const { return entries_.back(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// How many elements point to this neighbour; takes time proportional to the size.
    [[nodiscard]] std::size_t count(ProcessId neighbour) const;
    [[nodiscard]] bool idle() const { return idle_; }
    [[nodiscard]] bool head_is_self() const { return head().process == self_; }
    /// C21: the one rule in place of the paper's semaphores.
    [[nodiscard]] bool can_hand_on() const { return head_is_self() && idle_ && size() > 1; }
    [[nodiscard]] const std::deque<QueueEntry>& entries() const { return entries_; }

 private:
    ProcessId self_;
    bool idle_;
    std::deque<QueueEntry> entries_;
};

}  // namespace tributary::netlayer
