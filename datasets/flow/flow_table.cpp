#include "datasets/flow/flow_table.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace tributary::datasets {

namespace {

std::int64_t second_of(Micros time) {
    return std::chrono::floor<std::chrono::seconds>(time).count();
}

/// Flags say first why a flow is over; a lone FIN that nothing followed is an end as well.
EndReason judge(EndReason reason, std::uint8_t flags, std::uint8_t other_flags) {
    if (reason == EndReason::active || reason == EndReason::evicted) return reason;
    if (((flags | other_flags) & kFlagRst) != 0) return EndReason::reset;
    if ((flags & other_flags & kFlagFin) != 0) return EndReason::finished;
    const bool lone_fin = ((flags | other_flags) & kFlagFin) != 0;
    return lone_fin && reason == EndReason::idle ? EndReason::finished : reason;
}

}  // namespace

FlowTable::FlowTable(const FlowTableOptions& options, Finished finished)
    : options_(options), finished_(std::move(finished)), index_(options.max_flows) {
    TRIBUTARY_ASSERT(options.max_flows > 0);
    entries_.reserve(options.max_flows);
}

FlowTable::Prepared FlowTable::prepare(const PacketInfo& packet) const {
    Prepared prepared;
    const std::uint16_t vlan = options_.key_vlan ? packet.vlan : std::uint16_t{0};
    prepared.key =
        make_key({packet.src, packet.dst, packet.src_port, packet.dst_port, packet.protocol, vlan});
    prepared.hash = hash_of(prepared.key.key, options_.hash_seed);
    index_.prefetch(prepared.hash);
    return prepared;
}

void FlowTable::add(std::span<const PacketInfo> packets) {
    TRIBUTARY_ASSERT(packets.size() <= kBatch);
    std::array<Prepared, kBatch> prepared;
    for (std::size_t i = 0; i < packets.size(); ++i) prepared[i] = prepare(packets[i]);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const std::uint32_t slot =
            index_.find(prepared[i].hash, [](std::uint32_t) { return true; });
        if (slot != kNone) prefetch_entry(slot);
    }
    for (std::size_t i = 0; i < packets.size(); ++i) {
        observe(packets[i].time);
        add_one(packets[i], prepared[i]);
    }
}

void FlowTable::observe(Micros time) {
    const bool first = !clock_.started();
    const StreamClock::Move move = clock_.observe(time);
    const std::int64_t second = second_of(clock_.now());
    if (move == StreamClock::Move::back) close_all(EndReason::idle);
    if (first || move == StreamClock::Move::back) second_ = second;
    if (second > second_) tick(second);
}

void FlowTable::add_one(const PacketInfo& packet, const Prepared& prepared) {
    std::uint32_t slot = index_.find(prepared.hash, [&](std::uint32_t candidate) {
        return entries_[candidate].key == prepared.key.key;
    });
    bool continued = false;
    if (slot != kNone && is_cut_by(entries_[slot], packet.time)) {
        const Entry& entry = entries_[slot];
        const Micros gap = packet.time - entry.last;
        const bool silent = gap > silence_allowed(entry) || gap < Micros(0);
        continued = !silent;
        close(slot, silent ? EndReason::idle : EndReason::active);
        slot = kNone;
    }
    if (slot == kNone) {
        slot = open(packet, prepared);
        entries_[slot].continued = continued;
        count(slot, packet, prepared.key.side);
        schedule(slot);
        return;
    }
    const Entry& entry = entries_[slot];
    const bool was_ended = ended_by_flags(entry.flags[0], entry.flags[1]);
    count(slot, packet, prepared.key.side);
    relist(slot, was_ended);
}

std::uint32_t FlowTable::open(const PacketInfo& packet, const Prepared& prepared) {
    if (index_.size() >= options_.max_flows) {
        expire_half_open();
        if (index_.size() >= options_.max_flows) evict_one();
    }
    std::uint32_t slot = free_;
    if (slot != kNone) {
        free_ = entries_[slot].next;
    } else {
        slot = static_cast<std::uint32_t>(entries_.size());
        entries_.emplace_back();
    }
    entries_[slot] = Entry{.key = prepared.key.key,
                           .sides = {},
                           .first = packet.time,
                           .last = packet.time,
                           .hash = prepared.hash,
                           .next = kNone,
                           .previous = kNone,
                           .list = 0,
                           .vlan = packet.vlan,
                           .flags = {},
                           .icmp_types = {},
                           .icmp_codes = {},
                           .continued = false};
    index_.insert(prepared.hash, slot);
    if (options_.sequences != nullptr) {
        sequences_.resize(entries_.size());
        sequences_[slot] = &options_.sequences->take();
    }
    return slot;
}

void FlowTable::count(std::uint32_t slot, const PacketInfo& packet, std::uint8_t side) {
    Entry& entry = entries_[slot];
    Side& counters = entry.sides[side];
    if (counters.packets == 0 || packet.time < counters.first) {
        counters.first = packet.time;
        entry.icmp_types[side] = packet.icmp_type;
        entry.icmp_codes[side] = packet.icmp_code;
    }
    ++counters.packets;
    counters.ip_bytes += packet.ip_bytes;
    counters.frame_bytes += packet.frame_bytes;
    entry.flags[side] |= packet.flags;
    entry.first = std::min(entry.first, packet.time);
    entry.last = std::max(entry.last, packet.time);
    if (options_.sequences != nullptr) sequences_[slot]->add(packet, side);
}

/// Moves an entry whose state has changed; usually it stays where it is.
void FlowTable::relist(std::uint32_t slot, bool was_ended) {
    const Entry& entry = entries_[slot];
    const bool has_ended = !was_ended && ended_by_flags(entry.flags[0], entry.flags[1]);
    if (entry.list != kHalfOpen && !has_ended) return;
    unlink(slot);
    schedule(slot);
}

Micros FlowTable::silence_allowed(const Entry& entry) const {
    return ended_by_flags(entry.flags[0], entry.flags[1])
               ? options_.timeouts.linger
               : options_.timeouts.idle(entry.key.protocol);
}

bool FlowTable::is_cut_by(const Entry& entry, Micros time) const {
    const Micros allowed = silence_allowed(entry);
    if (time - entry.last > allowed || entry.first - time > allowed) return true;
    const Micros from = std::min(entry.first, time);
    return std::max(entry.last, time) - from > options_.timeouts.longest;
}

bool FlowTable::is_half_open(const Entry& entry) {
    if (entry.key.protocol != kProtocolTcp) return false;
    if (entry.sides[0].packets != 0 && entry.sides[1].packets != 0) return false;
    const std::uint8_t flags = entry.flags[0] | entry.flags[1];
    return (flags & (kFlagSyn | kFlagAck | kFlagRst | kFlagFin)) == kFlagSyn;
}

void FlowTable::tick(std::int64_t second) {
    const std::int64_t steps = std::min<std::int64_t>(second - second_, kWheel);
    const std::int64_t from = second_;
    second_ = second;
    for (std::int64_t i = 1; i <= steps; ++i) {
        expire_bucket(static_cast<std::size_t>((from + i) & (kWheel - 1)));
    }
    expire_half_open();
}

void FlowTable::expire_half_open() {
    while (lists_[kHalfOpen].head != kNone) {
        const std::uint32_t slot = lists_[kHalfOpen].head;
        const Micros silence = clock_.now() - entries_[slot].last;
        const bool absurd = silence < -StreamClock::kJump;
        const bool crowded = index_.size() > options_.max_flows / 2;
        if (absurd || silence > options_.timeouts.tcp) {
            close(slot, EndReason::idle);
        } else if (crowded && silence > options_.timeouts.half_open) {
            ++counts_.half_open;
            close(slot, EndReason::half_open);
        } else {
            return;
        }
    }
}

void FlowTable::expire_bucket(std::size_t bucket) {
    std::uint32_t slot = lists_[bucket].head;
    lists_[bucket] = List{};
    while (slot != kNone) {
        const std::uint32_t next = entries_[slot].next;
        entries_[slot].next = entries_[slot].previous = kNone;
        const Micros silence = clock_.now() - entries_[slot].last;
        const bool over =
            silence > silence_allowed(entries_[slot]) || silence < -StreamClock::kJump;
        // Linked again first: `close` takes every entry out of a list.
        schedule(slot);
        if (over) close(slot, EndReason::idle);
        slot = next;
    }
}

/// The oldest half-open flow, or the longest silent of a few that are due next.
void FlowTable::evict_one() {
    std::uint32_t victim = lists_[kHalfOpen].head;
    for (std::size_t i = 1; i <= kWheel && victim == kNone; ++i) {
        const auto bucket = (static_cast<std::size_t>(second_) + i) & (kWheel - 1);
        victim = lists_[bucket].head;
        std::uint32_t other = victim;
        for (int look = 0; look < 8 && other != kNone; ++look, other = entries_[other].next) {
            if (entries_[other].last < entries_[victim].last) victim = other;
        }
    }
    TRIBUTARY_ASSERT(victim != kNone);
    ++counts_.evictions;
    close(victim, EndReason::evicted);
}

std::size_t FlowTable::prefetch_cuts(std::span<std::uint32_t, kBatch> hashes) const {
    if (index_.size() + kBatch <= options_.max_flows) return 0;
    std::size_t count = 0;
    std::uint32_t slot = lists_[kHalfOpen].head;
    for (; count < kBatch && slot != kNone; slot = entries_[slot].next, ++count) {
        hashes[count] = entries_[slot].hash;
        index_.prefetch(hashes[count]);
        // Under a scan, slots are freed and taken in turn: so the next batch is likely there.
        if (slot + kBatch < entries_.size()) prefetch_entry(slot + kBatch);
    }
    return count;
}

void FlowTable::prefetch_entry(std::uint32_t slot) const {
    const char* entry = reinterpret_cast<const char*>(&entries_[slot]);
    for (std::size_t at = 0; at < sizeof(Entry); at += 64) __builtin_prefetch(entry + at);
}

/// Every field is named, so that nothing is cleared before it is written.
FlowRecord FlowTable::record_of(const Entry& entry, EndReason reason) {
    const auto side = [&](std::size_t i) {
        return FlowSide{entry.sides[i].packets, entry.sides[i].ip_bytes, entry.sides[i].frame_bytes,
                        entry.flags[i],         entry.icmp_types[i],     entry.icmp_codes[i]};
    };
    return FlowRecord{
        .src = Address{entry.key.low, entry.key.is_v6 != 0},
        .dst = Address{entry.key.high, entry.key.is_v6 != 0},
        .src_port = entry.key.low_port,
        .dst_port = entry.key.high_port,
        .protocol = entry.key.protocol,
        .vlan = entry.vlan,
        .start = entry.first,
        .end = entry.last,
        .forward = side(0),
        .backward = side(1),
        .forward_start = entry.sides[0].first,
        .backward_start = entry.sides[1].first,
        .has_flags = true,
        .continued = entry.continued,
        .end_reason = judge(reason, entry.flags[0], entry.flags[1]),
        .sampling = 1,
        .sequence = nullptr,
    };
}

void FlowTable::close(std::uint32_t slot, EndReason reason) {
    unlink(slot);
    Entry& entry = entries_[slot];
    const std::uint32_t hash = entry.hash;
    index_.erase(hash, slot);
    FlowRecord record = record_of(entry, reason);
    if (options_.sequences != nullptr) record.sequence = sequences_[slot];
    entry.next = free_;
    free_ = slot;
    finished_(record, hash);
}

void FlowTable::close_all(EndReason reason) {
    for (std::size_t list = 0; list < lists_.size(); ++list) {
        while (lists_[list].head != kNone) close(lists_[list].head, reason);
    }
}

void FlowTable::flush() {
    close_all(EndReason::end_of_input);
}

void FlowTable::schedule(std::uint32_t slot) {
    const Entry& entry = entries_[slot];
    if (is_half_open(entry)) {
        link(slot, kHalfOpen);
        return;
    }
    const std::int64_t due = second_of(entry.last + silence_allowed(entry)) + 1;
    const std::int64_t latest = second_ + static_cast<std::int64_t>(kWheel) - 1;
    link(slot, static_cast<std::size_t>(std::clamp(due, second_ + 1, latest) & (kWheel - 1)));
}

void FlowTable::link(std::uint32_t slot, std::size_t list) {
    Entry& entry = entries_[slot];
    entry.list = static_cast<std::uint16_t>(list);
    entry.next = kNone;
    entry.previous = lists_[list].tail;
    if (entry.previous != kNone) {
        entries_[entry.previous].next = slot;
    } else {
        lists_[list].head = slot;
    }
    lists_[list].tail = slot;
}

void FlowTable::unlink(std::uint32_t slot) {
    Entry& entry = entries_[slot];
    List& list = lists_[entry.list];
    (entry.previous != kNone ? entries_[entry.previous].next : list.head) = entry.next;
    (entry.next != kNone ? entries_[entry.next].previous : list.tail) = entry.previous;
    entry.next = entry.previous = kNone;
}

}  // namespace tributary::datasets
