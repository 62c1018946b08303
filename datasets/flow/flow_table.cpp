#include "datasets/flow/flow_table.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/prefetch.hpp"

namespace tributary::datasets {

namespace {

std::int64_t second_of(Micros time) {
    return std::chrono::floor<std::chrono::seconds>(time).count();
}

}  // namespace

FlowTable::FlowTable(const FlowTableOptions& options, Finished finished, Released released)
    : options_(options),
      finished_(std::move(finished)),
      released_(std::move(released)),
      index_(options.max_flows + options.max_released),
      lone_(options.max_flows + options.max_released) {
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

const FlowKey& FlowTable::key_of(std::uint32_t slot) const {
    return (slot & kLone) != 0 ? lone_.at(slot & ~kLone).key : entries_[slot].key;
}

void FlowTable::add_one(const PacketInfo& packet, const Prepared& prepared) {
    std::uint32_t slot = index_.find(prepared.hash, [&](std::uint32_t candidate) {
        return key_of(candidate) == prepared.key.key;
    });
    bool continued = false;
    if (slot != kNone) {
        if (const auto cut = cut_by(slot, packet.time)) {
            continued = *cut == EndReason::active;
            (slot & kLone) != 0 ? close_lone(slot & ~kLone, *cut) : close(slot, *cut);
            slot = kNone;
        }
    }
    if (slot == kNone) return open(packet, prepared, continued);
    if ((slot & kLone) != 0) slot = grow(slot & ~kLone);
    const FlowEntry& entry = entries_[slot];
    const bool was_ended = ended_by_flags(entry.flags[0], entry.flags[1]);
    count(slot, packet, prepared.key.side);
    relist(slot, was_ended);
}

void FlowTable::open(const PacketInfo& packet, const Prepared& prepared, bool continued) {
    make_room(1);
    if (!continued && may_stand_alone(packet)) {
        const std::uint32_t place = lone_.push({.key = prepared.key.key,
                                                .time = packet.time,
                                                .ip_bytes = packet.ip_bytes,
                                                .frame_bytes = packet.frame_bytes,
                                                .hash = prepared.hash,
                                                .vlan = packet.vlan,
                                                .flags = packet.flags,
                                                .from_high = prepared.key.side != 0});
        index_.insert(prepared.hash, place | kLone);
        return;
    }
    const std::uint32_t slot = take_entry(FlowEntry{.key = prepared.key.key,
                                                    .sides = {},
                                                    .first = packet.time,
                                                    .last = packet.time,
                                                    .hash = prepared.hash,
                                                    .vlan = packet.vlan,
                                                    .continued = continued});
    index_.insert(prepared.hash, slot);
    count(slot, packet, prepared.key.side);
    schedule(slot);
}

/// @param coming  flows that are not in the index yet
void FlowTable::make_room(std::uint32_t coming) {
    if (size() + coming <= options_.max_flows) return;
    expire_half_open();
    if (size() + coming > options_.max_flows) evict_one();
}

std::uint32_t FlowTable::take_entry(const FlowEntry& entry) {
    std::uint32_t slot = free_;
    if (slot != kNone) {
        free_ = entries_[slot].next;
        entries_[slot] = entry;
    } else {
        slot = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back(entry);
    }
    if (options_.sequences != nullptr) {
        sequences_.resize(entries_.size());
        sequences_[slot] = &options_.sequences->take();
    }
    if (options_.watcher != nullptr) {
        watched_.resize(entries_.size());
        watched_[slot] = WatchedFlow{};
    }
    return slot;
}

void FlowTable::count(std::uint32_t slot, const PacketInfo& packet, std::uint8_t side) {
    FlowEntry& entry = entries_[slot];
    FlowEntry::Side& counters = entry.sides[side];
    if (counters.packets == 0 || packet.time < counters.first) {
        counters.first = packet.time;
        entry.icmp_types[side] = packet.icmp_type;
        entry.icmp_codes[side] = packet.icmp_code;
    }
    ++counters.packets;
    counters.ip_bytes += packet.ip_bytes;
    counters.frame_bytes += packet.frame_bytes;
    entry.flags[side] |= packet.flags;
    if (packet.is_wrong_fragment && entry.wrong_fragments < 0xff) ++entry.wrong_fragments;
    entry.first = std::min(entry.first, packet.time);
    entry.last = std::max(entry.last, packet.time);
    if (options_.sequences != nullptr) sequences_[slot]->add(packet, side);
    if (options_.watcher != nullptr && !is_half_open(entry)) {
        options_.watcher->look(watched_[slot], packet);
    }
}

/// Moves an entry whose state has changed; usually it stays where it is.
void FlowTable::relist(std::uint32_t slot, bool was_ended) {
    const FlowEntry& entry = entries_[slot];
    const bool has_ended = !was_ended && ended_by_flags(entry.flags[0], entry.flags[1]);
    if (entry.list != kHalfOpen && !has_ended) return;
    unlink(slot);
    schedule(slot);
}

Micros FlowTable::silence_allowed(const FlowEntry& entry) const {
    return ended_by_flags(entry.flags[0], entry.flags[1])
               ? options_.timeouts.linger
               : options_.timeouts.idle(entry.key.protocol);
}

/// @return  why the flow ends before a packet of this time; nothing when the packet is its own
std::optional<EndReason> FlowTable::cut_by(std::uint32_t slot, Micros time) const {
    const bool is_lone = (slot & kLone) != 0;
    const Micros first = is_lone ? lone_.at(slot & ~kLone).time : entries_[slot].first;
    const Micros last = is_lone ? first : entries_[slot].last;
    const Micros allowed = is_lone ? options_.timeouts.tcp : silence_allowed(entries_[slot]);
    const Micros gap = time - last;
    const Micros whole = std::max(last, time) - std::min(first, time);
    if (gap <= allowed && first - time <= allowed && whole <= options_.timeouts.longest) return {};
    return gap > allowed || gap < Micros(0) ? EndReason::idle : EndReason::active;
}

void FlowTable::tick(std::int64_t second) {
    const std::int64_t steps = std::min<std::int64_t>(second - second_, kWheel);
    const std::int64_t from = second_;
    second_ = second;
    for (std::int64_t i = 1; i <= steps; ++i) {
        expire_bucket(bucket_of(from + i));
    }
    expire_half_open();
}

void FlowTable::expire_half_open() {
    while (lone_.open() > 0 || lists_[kHalfOpen].head != kNone) {
        const Micros last = oldest_half_open_is_lone() ? lone_.oldest_open().time
                                                       : entries_[lists_[kHalfOpen].head].last;
        const Micros silence = clock_.now() - last;
        const bool absurd = silence < -StreamClock::kJump;
        const bool crowded = size() > options_.max_flows / 2;
        if (absurd || silence > options_.timeouts.tcp) {
            cut_oldest_half_open(EndReason::idle);
        } else if (crowded && silence > options_.timeouts.half_open) {
            ++counts_.half_open;
            cut_oldest_half_open(EndReason::half_open);
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
    ++counts_.evictions;
    if (lone_.open() > 0 || lists_[kHalfOpen].head != kNone) {
        return cut_oldest_half_open(EndReason::evicted);
    }
    std::uint32_t victim = kNone;
    for (std::int64_t i = 1; i <= std::int64_t{kWheel} && victim == kNone; ++i) {
        victim = lists_[bucket_of(second_ + i)].head;
        std::uint32_t other = victim;
        for (int look = 0; look < 8 && other != kNone; ++look, other = entries_[other].next) {
            if (entries_[other].last < entries_[victim].last) victim = other;
        }
    }
    TRIBUTARY_ASSERT(victim != kNone);
    close(victim, EndReason::evicted);
}

std::size_t FlowTable::prefetch_cuts(std::span<std::uint32_t, kBatch> hashes) const {
    if (size() + kBatch <= options_.max_flows) return 0;
    std::size_t count = 0;
    const auto see = [&](std::uint32_t hash) {
        hashes[count++] = hash;
        index_.prefetch(hash);
    };
    if (lone_.released() + kBatch > options_.max_released) {
        lone_.prefetch(kBatch);
        lone_.look_ahead(kBatch, [&](std::uint32_t place) { see(lone_.at(place).hash); });
    }
    std::uint32_t slot = lists_[kHalfOpen].head;
    for (; count < kBatch && slot != kNone; slot = entries_[slot].next) see(entries_[slot].hash);
    return count;
}

void FlowTable::prefetch_entry(std::uint32_t slot) const {
    (slot & kLone) != 0 ? prefetch(&lone_.at(slot & ~kLone)) : prefetch_value(entries_[slot]);
}

void FlowTable::close(std::uint32_t slot, EndReason reason) {
    unlink(slot);
    FlowEntry& entry = entries_[slot];
    const std::uint32_t hash = entry.hash;
    index_.erase(hash, slot);
    FlowRecord record = record_of(entry, reason);
    if (options_.sequences != nullptr) record.sequence = sequences_[slot];
    if (options_.watcher != nullptr) {
        options_.watcher->end(watched_[slot]);
        record.application = watched_[slot].application;
    }
    entry.next = free_;
    free_ = slot;
    finished_(record, hash);
}

void FlowTable::close_all(EndReason reason) {
    for (std::size_t list = 0; list < lists_.size(); ++list) {
        while (lists_[list].head != kNone) close(lists_[list].head, reason);
    }
    close_awaited(reason);
    for (std::uint32_t left = lone_.open() + lone_.released(); left > 0; --left) {
        if (lone_.open() > 0) lone_.release_oldest(reason);
        send_oldest_released();
    }
}

void FlowTable::flush() {
    close_all(EndReason::end_of_input);
}

void FlowTable::schedule(std::uint32_t slot) {
    const FlowEntry& entry = entries_[slot];
    if (is_half_open(entry)) {
        link(slot, kHalfOpen);
        return;
    }
    const std::int64_t due = second_of(entry.last + silence_allowed(entry)) + 1;
    const std::int64_t latest = second_ + static_cast<std::int64_t>(kWheel) - 1;
    link(slot, bucket_of(std::clamp(due, second_ + 1, latest)));
}

void FlowTable::link(std::uint32_t slot, std::size_t list) {
    FlowEntry& entry = entries_[slot];
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
    FlowEntry& entry = entries_[slot];
    List& list = lists_[entry.list];
    (entry.previous != kNone ? entries_[entry.previous].next : list.head) = entry.next;
    (entry.next != kNone ? entries_[entry.next].previous : list.tail) = entry.previous;
    entry.next = entry.previous = kNone;
}

}  // namespace tributary::datasets
