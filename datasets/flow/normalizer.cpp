#include "datasets/flow/normalizer.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/prefetch.hpp"
#include "datasets/flow/direction.hpp"
#include "datasets/flow/stitch.hpp"

namespace tributary::datasets {

namespace {

/// How many records before it is sent a record's memory is asked for: first its slot, then, with
/// the hash that stands there, its place in the index.
constexpr std::size_t kPlaceAhead = 32;
constexpr std::size_t kSlotAhead = 8;
constexpr std::size_t kBucketAhead = 4;

}  // namespace

Normalizer::Normalizer(const NormalizerOptions& options, Sink sink)
    : options_(options),
      sink_(std::move(sink)),
      index_(options.max_waiting * (options.is_for_exports ? 4 : 1)) {
    TRIBUTARY_ASSERT(options.max_waiting > 0);
    slots_.reserve(options.max_waiting);  // touched only as far as records wait
}

void Normalizer::add_whole(const FlowRecord& record, std::uint32_t hash) {
    if (pieces_ == 0) {
        waiting_.push(record.end, store(record));
    } else {
        add_stitched(record, hash, false);
    }
}

void Normalizer::pass(FlowRecord& record, std::uint32_t hash) {
    if (pieces_ != 0) {
        const bool is_swapped = key_of(record).side != 0;
        if (is_swapped) swap_ends(record);
        if (newest_of(record, hash) != kNone) return add_stitched(record, hash, false);
    }
    send_ended_before(record.end);
    send(record);
}

KeyAndSide Normalizer::key_of(const FlowRecord& record) const {
    const std::uint16_t vlan = options_.key_vlan ? record.vlan : std::uint16_t{0};
    return make_key(
        {record.src, record.dst, record.src_port, record.dst_port, record.protocol, vlan});
}

std::uint32_t Normalizer::prepare(FlowRecord& record) const {
    const KeyAndSide made = key_of(record);
    const std::uint32_t hash = hash_of_key(made.key);
    prefetch(hash);
    if (made.side != 0) swap_ends(record);
    return hash;
}

void Normalizer::prefetch_record(std::uint32_t hash) const {
    const std::uint32_t slot = index_.find(hash, [](std::uint32_t) { return true; });
    if (slot != kNone) prefetch_slot(slot);
}

void Normalizer::add_stitched(const FlowRecord& piece, std::uint32_t hash, bool is_export) {
    std::uint32_t newest = newest_of(piece, hash);
    const std::uint32_t match = best_match(piece, is_export, newest);
    if (match != kNone) {
        join_sequences(slots_[match].record, piece);
        merge(slots_[match].record, piece);
        return;
    }
    const bool continued = piece.continued || continues(newest, piece);
    const std::uint32_t slot = store(piece);
    // To make room, the newest may just have been sent; what was not there cannot have come.
    if (newest != kNone) newest = newest_of(piece, hash);
    slots_[slot].record.continued = continued;
    slots_[slot].hash = hash;
    slots_[slot].is_piece = true;
    slots_[slot].is_export = is_export;
    remember_piece(slot, newest);
    waiting_.push(piece.end, slot);
}

bool Normalizer::same_key(const FlowRecord& a, const FlowRecord& b) const {
    return a.src_port == b.src_port && a.dst_port == b.dst_port && a.protocol == b.protocol &&
           a.src == b.src && a.dst == b.dst && (!options_.key_vlan || a.vlan == b.vlan);
}

std::uint32_t Normalizer::newest_of(const FlowRecord& record, std::uint32_t hash) const {
    return index_.find(hash,
                       [&](std::uint32_t slot) { return same_key(slots_[slot].record, record); });
}

/// The waiting piece with the shortest silence to this one, among the newest of its key.
std::uint32_t Normalizer::best_match(const FlowRecord& piece, bool is_export,
                                     std::uint32_t newest) const {
    std::uint32_t best = kNone;
    Micros best_gap = Micros::max();
    std::uint32_t slot = newest;
    for (int look = 0; look < kMaxCandidates && slot != kNone; ++look, slot = slots_[slot].older) {
        const Micros gap = gap_between(slots_[slot].record, piece);
        if (gap < best_gap && belongs(slots_[slot], piece, is_export)) {
            best = slot;
            best_gap = gap;
        }
    }
    return best;
}

bool Normalizer::belongs(const Slot& held, const FlowRecord& piece, bool is_export) const {
    const FlowRecord& a = held.record;
    const FlowRecord& b = piece;
    const Micros gap = gap_between(a, b);
    const bool pairs = held.is_export && is_export && opposite(a, b);
    if (pairs && gap == Micros(0)) return true;  // two tellings of one time, however long
    if (joint_duration(a, b) > options_.timeouts.longest) return false;
    if (pairs && gap <= kPairingGap) return true;
    return gap <= silence_allowed(a, b);
}

Micros Normalizer::silence_allowed(const FlowRecord& a, const FlowRecord& b) const {
    const FlowRecord& first = a.end <= b.end ? a : b;
    const bool ended = ended_by_flags(first.forward.flags, first.backward.flags);
    return ended ? options_.timeouts.linger : options_.timeouts.idle(b.protocol);
}

/// True when only the longest duration keeps the piece apart from the newest one of its key.
bool Normalizer::continues(std::uint32_t newest, const FlowRecord& piece) const {
    if (newest == kNone) return false;
    const FlowRecord& held = slots_[newest].record;
    return piece.start > held.start && joint_duration(held, piece) > options_.timeouts.longest &&
           gap_between(held, piece) <= silence_allowed(held, piece);
}

std::uint32_t Normalizer::store(const FlowRecord& record) {
    if (waiting_.size() >= options_.max_waiting) {
        ++counts_.waiting_full;
        settle_first();
        send_first();
    }
    std::uint32_t slot = free_;
    if (slot != kNone) {
        free_ = slots_[slot].older;
    } else {
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    }
    Slot& taken = slots_[slot];
    taken.record = record;
    taken.older = taken.newer = kNone;
    taken.is_piece = taken.is_export = false;
    return slot;
}

void Normalizer::advance(Micros now) {
    send_ended_before(now - options_.hold);
}

void Normalizer::send_ended_before(Micros time) {
    while (!waiting_.empty() && waiting_.front().end < time) {
        settle_first();
        if (waiting_.front().end < time) send_first();
    }
}

void Normalizer::flush() {
    while (!waiting_.empty()) {
        settle_first();
        send_first();
    }
}

/// Before the records are merged: the later part's packets go behind the earlier's.
void Normalizer::join_sequences(FlowRecord& whole, const FlowRecord& piece) {
    if (options_.sequences == nullptr || piece.sequence == nullptr) return;
    PacketSequence* later = piece.sequence;
    if (whole.sequence == nullptr) {
        whole.sequence = later;
        return;
    }
    if (piece.start < whole.start) std::swap(whole.sequence, later);
    whole.sequence->append(*later);
    options_.sequences->give_back(later);
}

/// Moves records that have grown to their new place until the first one stands right.
void Normalizer::settle_first() {
    while (slots_[waiting_.front().slot].record.end != waiting_.front().end) {
        EndQueue::Place place = waiting_.front();
        waiting_.pop();
        place.end = slots_[place.slot].record.end;
        waiting_.insert(place);
    }
}

void Normalizer::send_first() {
    const std::uint32_t slot = waiting_.front().slot;
    waiting_.pop();
    prefetch_next();
    if (slots_[slot].is_piece) forget_piece(slot);
    send(slots_[slot].record);
    slots_[slot].older = free_;
    free_ = slot;
}

/// Under a flood every record that comes pushes one out: have its memory at hand by then.
void Normalizer::prefetch_next() const {
    waiting_.prefetch(kPlaceAhead);
    if (const EndQueue::Place* next = waiting_.likely_next(kBucketAhead)) {
        index_.prefetch(slots_[next->slot].hash);
    }
    if (const EndQueue::Place* after = waiting_.likely_next(kSlotAhead)) {
        prefetch_slot(after->slot);
    }
}

void Normalizer::prefetch_slot(std::uint32_t slot) const {
    prefetch_value(slots_[slot]);
}

/// Makes the slot the newest of its key, before the one that is so far.
void Normalizer::remember_piece(std::uint32_t slot, std::uint32_t newest) {
    Slot& piece = slots_[slot];
    piece.older = newest;
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

void Normalizer::send(FlowRecord& record) {
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
    if (options_.sequences != nullptr) options_.sequences->give_back(record.sequence);
}

}  // namespace tributary::datasets
