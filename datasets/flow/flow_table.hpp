#pragma once
// The meter: packets in, bidirectional flows out, cut by packet time alone.
// Invariants: at most `max_flows` flows are open, in entries of at most 192 bytes; every open flow
// is either in the half-open list or in one bucket of the timer wheel; the result depends on the
// packets and options only. One thread.
// Source: docs/flows.md, "The flow", "Timeouts", "Under attack".

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "datasets/flow/flow_key.hpp"
#include "datasets/flow/key_index.hpp"
#include "datasets/flow/large_pages.hpp"
#include "datasets/flow/packet_sequence.hpp"
#include "datasets/flow/stream_clock.hpp"
#include "datasets/flow/timeouts.hpp"
#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

struct FlowTableOptions {
    std::uint32_t max_flows = 262'144;
    bool key_vlan = false;
    Timeouts timeouts;
    std::uint64_t hash_seed = 0x243f6a8885a308d3;
    /// Gives every flow its sequence of packets, which leaves with its record; null: none.
    PacketSequences* sequences = nullptr;
};

class FlowTable {
 public:
    /// Receives a finished flow and the hash of its key; `src` is the lower endpoint, the direction
    /// is not decided yet.
    using Finished = std::function<void(const FlowRecord&, std::uint32_t)>;
    static constexpr std::size_t kBatch = 16;

    struct Counts {
        std::uint64_t evictions = 0;
        std::uint64_t half_open = 0;
    };

    FlowTable(const FlowTableOptions& options, Finished finished);

    /// Meters packets in the order given, with one look ahead over the batch.
    /// @param packets  at most kBatch
    void add(std::span<const PacketInfo> packets);
    /// Fetches the memory of the flows that the next batch will evict, if the table is full.
    /// @param hashes  set to the hashes of their keys
    /// @return        how many
    std::size_t prefetch_cuts(std::span<std::uint32_t, kBatch> hashes) const;
    /// Ends the flows that are silent at this time, although no packet says so.
    void advance(Micros now) { observe(now); }
    /// Ends every open flow.
    void flush();

    [[nodiscard]] std::size_t size() const { return index_.size(); }
    [[nodiscard]] const StreamClock& clock() const { return clock_; }
    [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
    static constexpr std::uint32_t kNone = KeyIndex::kNone;
    static constexpr std::size_t kWheel = 512;          ///< seconds
    static constexpr std::uint16_t kHalfOpen = kWheel;  ///< the list behind the wheel's buckets

    struct Side {
        std::uint64_t packets = 0;
        std::uint64_t ip_bytes = 0;
        std::uint64_t frame_bytes = 0;
        Micros first{0};
    };
    struct Entry {
        FlowKey key;
        std::array<Side, 2> sides;
        Micros first{0};
        Micros last{0};
        std::uint32_t hash = 0;
        std::uint32_t next = kNone;  ///< in its list, or of the free entries
        std::uint32_t previous = kNone;
        std::uint16_t list = 0;
        std::uint16_t vlan = 0;
        std::array<std::uint8_t, 2> flags{};
        std::array<std::uint8_t, 2> icmp_types{};
        std::array<std::uint8_t, 2> icmp_codes{};
        bool continued = false;
    };
    static_assert(sizeof(Entry) <= 192);
    struct List {
        std::uint32_t head = kNone;
        std::uint32_t tail = kNone;
    };
    struct Prepared {
        KeyAndSide key;
        std::uint32_t hash = 0;
    };

    [[nodiscard]] Prepared prepare(const PacketInfo& packet) const;
    void observe(Micros time);
    void add_one(const PacketInfo& packet, const Prepared& prepared);
    std::uint32_t open(const PacketInfo& packet, const Prepared& prepared);
    void count(std::uint32_t slot, const PacketInfo& packet, std::uint8_t side);
    void relist(std::uint32_t slot, bool was_ended);
    [[nodiscard]] bool is_cut_by(const Entry& entry, Micros time) const;
    [[nodiscard]] Micros silence_allowed(const Entry& entry) const;
    [[nodiscard]] static bool is_half_open(const Entry& entry);

    void tick(std::int64_t second);
    void expire_half_open();
    void expire_bucket(std::size_t bucket);
    void evict_one();
    void prefetch_entry(std::uint32_t slot) const;
    static FlowRecord record_of(const Entry& entry, EndReason reason);
    void close(std::uint32_t slot, EndReason reason);
    void close_all(EndReason reason);

    void schedule(std::uint32_t slot);
    void link(std::uint32_t slot, std::size_t list);
    void unlink(std::uint32_t slot);

    FlowTableOptions options_;
    Finished finished_;
    StreamClock clock_;
    Counts counts_;
    KeyIndex index_;
    std::vector<Entry, LargePages<Entry>> entries_;
    std::vector<PacketSequence*> sequences_;  ///< by slot, when they are kept
    std::uint32_t free_ = kNone;
    std::array<List, kWheel + 1> lists_{};
    std::int64_t second_ = 0;  ///< up to which the wheel was turned
};

}  // namespace tributary::datasets
