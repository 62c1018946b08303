#include "datasets/flow/normalizer.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "datasets/flow/direction.hpp"
#include "datasets/flow/stitch.hpp"

namespace tributary::datasets {

Normalizer::Normalizer(const NormalizerOptions& options, Sink sink)
    : options_(options), sink_(std::move(sink)), index_(options.max_waiting) {
    TRIBUTARY_ASSERT(options.max_waiting > 0);
}

bool Normalizer::later(const Place& a, const Place& b) {
    if (a.end != b.end) return a.end > b.end;
    return static_cast<std::int32_t>(a.sequence - b.sequence) > 0;
}

void Normalizer::add_whole(const FlowRecord& record) {
    if (pieces_ == 0) {
        push(store(record));
    } else {
        add_stitched(record, false);
    }
}

void Normalizer::add_stitched(const FlowRecord& record, bool is_export) {
    const std::uint16_t vlan = options_.key_vlan ? record.vlan : std::uint16_t{0};
    const KeyAndSide made =
        make_key({record.src, record.dst, record.src_port, record.dst_port, record.protocol, vlan});
    Slot piece;
    piece.record = record;
    piece.key = made.key;
    piece.hash = hash_of(made.key, options_.hash_seed);
    piece.is_piece = true;
    piece.is_export = is_export;
    if (made.side == 1) swap_ends(piece.record);
    const std::uint32_t match = best_match(piece, newest_of(made.key, piece.hash));
    if (match != kNone) {
        merge(slots_[match].record, piece.record);
        return;
    }
    const std::uint32_t slot = store(piece.record);
    slots_[slot] = piece;
    remember_piece(slot);
    push(slot);
}

std::uint32_t Normalizer::newest_of(const FlowKey& key, std::uint32_t hash) const {
    return index_.find(hash, [&](std::uint32_t slot) { return slots_[slot].key == key; });
}

/// The waiting piece with the shortest silence to this one, among the newest of its key.
std::uint32_t Normalizer::best_match(const Slot& piece, std::uint32_t newest) const {
    std::uint32_t best = kNone;
    Micros best_gap = Micros::max();
    std::uint32_t slot = newest;
    for (int look = 0; look < kMaxCandidates && slot != kNone; ++look, slot = slots_[slot].older) {
        const Micros gap = gap_between(slots_[slot].record, piece.record);
        if (gap < best_gap && belongs(slots_[slot], piece)) {
            best = slot;
            best_gap = gap;
        }
    }
    return best;
}

bool Normalizer::belongs(const Slot& held, const Slot& piece) const {
    const FlowRecord& a = held.record;
    const FlowRecord& b = piece.record;
    const Micros gap = gap_between(a, b);
    const bool pairs = held.is_export && piece.is_export && opposite(a, b);
    if (pairs && gap == Micros(0)) return true;  // two tellings of one time, however long
    if (joint_duration(a, b) > options_.timeouts.longest) return false;
    if (pairs && gap <= kPairingGap) return true;
    const FlowRecord& first = a.end <= b.end ? a : b;
    const bool ended = ended_by_flags(first.forward.flags, first.backward.flags);
    return gap <= (ended ? options_.timeouts.linger : options_.timeouts.idle(b.protocol));
}

std::uint32_t Normalizer::store(const FlowRecord& record) {
    if (heap_.size() >= options_.max_waiting) {
        ++counts_.waiting_full;
        settle_first();
        send_first();
    }
    std::uint32_t slot = free_;
    if (slot != kNone) {
        free_ = slots_[slot].older;
        slots_[slot] = Slot{};
    } else {
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    }
    slots_[slot].record = record;
    return slot;
}

void Normalizer::push(std::uint32_t slot) {
    heap_.push_back({slots_[slot].record.end, sequence_++, slot});
    std::push_heap(heap_.begin(), heap_.end(), later);
}

void Normalizer::advance(Micros now) {
    while (!heap_.empty() && heap_.front().end < now - options_.hold) {
        settle_first();
        if (heap_.front().end < now - options_.hold) send_first();
    }
}

void Normalizer::flush() {
    while (!heap_.empty()) {
        settle_first();
        send_first();
    }
}

/// Moves records that have grown to their new place until the first one stands right.
void Normalizer::settle_first() {
    while (slots_[heap_.front().slot].record.end != heap_.front().end) {
        std::pop_heap(heap_.begin(), heap_.end(), later);
        heap_.back().end = slots_[heap_.back().slot].record.end;
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
}

void Normalizer::send_first() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const std::uint32_t slot = heap_.back().slot;
    heap_.pop_back();
    if (slots_[slot].is_piece) forget_piece(slot);
    slots_[slot].older = free_;
    free_ = slot;
    send(slots_[slot].record);
}

/// Makes the slot the newest of its key.
void Normalizer::remember_piece(std::uint32_t slot) {
    Slot& piece = slots_[slot];
    piece.older = newest_of(piece.key, piece.hash);
    if (piece.older == kNone) {
        index_.insert(piece.hash, slot);
    } else {
        index_.replace(piece.hash, piece.older, slot);
        slots_[piece.older].newer = slot;
    }
    ++pieces_;
}

void Normalizer::forget_piece(std::uint32_t slot) {
    const Slot& piece = slots_[slot];
    if (piece.older != kNone) slots_[piece.older].newer = piece.newer;
    if (piece.newer != kNone) {
        slots_[piece.newer].older = piece.older;
    } else if (piece.older != kNone) {
        index_.replace(piece.hash, slot, piece.older);
    } else {
        index_.erase(piece.hash, slot);
    }
    --pieces_;
}

void Normalizer::send(FlowRecord record) {
    orient(record);
    if (record.end_reason == EndReason::exported) {
        const std::uint8_t one = record.forward.flags;
        const std::uint8_t other = record.backward.flags;
        if ((one & other & kFlagFin) != 0) record.end_reason = EndReason::finished;
        if (((one | other) & kFlagRst) != 0) record.end_reason = EndReason::reset;
    }
    if (record.end < last_end_) ++counts_.out_of_order;
    last_end_ = std::max(last_end_, record.end);
    ++counts_.flows;
    sink_(record);
}

}  // namespace tributary::datasets
