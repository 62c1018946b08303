#pragma once
// The one step behind every source: pieces of a flow become one record, its direction is decided,
// and records leave in the order in which they ended.
// Invariants: at most `max_waiting` records wait; one more sends the oldest on (counted); nothing
// is dropped. One thread. Source: docs/flows.md, "The normalizer".

#include <cstdint>
#include <functional>
#include <vector>

#include "datasets/flow/end_queue.hpp"
#include "datasets/flow/flow_key.hpp"
#include "datasets/flow/key_index.hpp"
#include "datasets/flow/large_pages.hpp"
#include "datasets/flow/packet_sequence.hpp"
#include "datasets/flow/timeouts.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

struct NormalizerOptions {
    std::uint32_t max_waiting = 131'072;
    bool key_vlan = false;
    Timeouts timeouts;
    /// How far behind the stream's time a record may still arrive or be continued.
    Micros hold{62'000'000};
    std::uint64_t hash_seed = 0x13198a2e03707344;
    /// Every record is looked up: the index has four times the room, so that a look is one step.
    bool is_for_exports = false;
    /// Where the sequences of sent records go back to; null: there are none.
    PacketSequences* sequences = nullptr;
};

class Normalizer {
 public:
    using Sink = std::function<void(const FlowRecord&)>;
    /// Records of opposite directions belong together up to this silence.
    static constexpr Micros kPairingGap{5'000'000};

    struct Counts {
        std::uint64_t flows = 0;
        std::uint64_t out_of_order = 0;  ///< left after a record that ended later
        std::uint64_t waiting_full = 0;  ///< left early because too many waited
    };

    Normalizer(const NormalizerOptions& options, Sink sink);

    /// Takes a record of the meter that is complete by itself, unless pieces of its flow are
    /// waiting.
    /// @param hash  of its key, under this normalizer's seed; `src` is the lower endpoint
    void add_whole(const FlowRecord& record, std::uint32_t hash);
    /// Takes a record that the meter cut early, so that more of its flow may follow.
    /// @param hash  as above
    void add_piece(const FlowRecord& record, std::uint32_t hash) {
        add_stitched(record, hash, false);
    }
    /// Takes a record that nothing can follow any more and sends it on in its place: unless pieces
    /// of its flow are waiting, it need not wait itself. Such records come in the order they ended.
    /// @param record  of one direction; the sender is `src`
    /// @param hash    as above
    void pass(FlowRecord& record, std::uint32_t hash);
    /// Puts a record of a flow exporter (one direction, or a part, or both) under its key, the
    /// lower endpoint as `src`, and fetches what stands there, to be added soon.
    /// @return  the hash of the key
    std::uint32_t prepare(FlowRecord& record) const;
    /// @param record, hash  as prepared
    void add_export(const FlowRecord& record, std::uint32_t hash) {
        add_stitched(record, hash, true);
    }

    /// The hash of a key, under this normalizer's seed.
    [[nodiscard]] std::uint32_t hash_of_key(const FlowKey& key) const {
        return hash_of(key, options_.hash_seed);
    }

    /// True when a piece waits whose key has this hash.
    [[nodiscard]] bool awaits(std::uint32_t hash) const {
        return pieces_ != 0 && index_.find(hash, [](std::uint32_t) { return true; }) != kNone;
    }

    /// Records wait this long from now on; see `NormalizerOptions::hold`.
    void set_hold(Micros hold) { options_.hold = hold; }
    [[nodiscard]] Micros hold() const { return options_.hold; }

    /// Fetches the memory behind a key that is likely to be added soon.
    /// @param hash  of the key, under this normalizer's seed
    void prefetch(std::uint32_t hash) const { index_.prefetch(hash); }
    /// The same, once what `prefetch` fetched has come: the record that waits under the key.
    void prefetch_record(std::uint32_t hash) const;

    /// Sends on every record that nothing can precede or continue any more.
    /// @param now  time of the stream
    void advance(Micros now);
    /// Sends on everything, in order.
    void flush();

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
    static constexpr std::uint32_t kNone = KeyIndex::kNone;
    static constexpr int kMaxCandidates = 8;

    struct Slot {
        FlowRecord record;  ///< of a piece: the lower endpoint is `src`
        std::uint32_t hash = 0;
        std::uint32_t older = kNone;  ///< waiting piece of the same key, or the next free slot
        std::uint32_t newer = kNone;
        bool is_piece = false;
        bool is_export = false;
    };
    [[nodiscard]] KeyAndSide key_of(const FlowRecord& record) const;
    void add_stitched(const FlowRecord& piece, std::uint32_t hash, bool is_export);
    std::uint32_t store(const FlowRecord& record);
    [[nodiscard]] bool same_key(const FlowRecord& a, const FlowRecord& b) const;
    [[nodiscard]] std::uint32_t newest_of(const FlowRecord& record, std::uint32_t hash) const;
    [[nodiscard]] std::uint32_t best_match(const FlowRecord& piece, bool is_export,
                                           std::uint32_t newest) const;
    [[nodiscard]] bool belongs(const Slot& held, const FlowRecord& piece, bool is_export) const;
    [[nodiscard]] Micros silence_allowed(const FlowRecord& a, const FlowRecord& b) const;
    [[nodiscard]] bool continues(std::uint32_t newest, const FlowRecord& piece) const;
    void remember_piece(std::uint32_t slot, std::uint32_t newest);
    void forget_piece(std::uint32_t slot);
    void join_sequences(FlowRecord& whole, const FlowRecord& piece);
    void send_ended_before(Micros time);
    void settle_first();
    void send_first();
    void prefetch_next() const;
    void prefetch_slot(std::uint32_t slot) const;
    void send(FlowRecord& record);

    NormalizerOptions options_;
    Sink sink_;
    Counts counts_;
    KeyIndex index_;
    std::vector<Slot, LargePages<Slot>> slots_;
    EndQueue waiting_;  ///< a place is stale when its record has grown since
    std::uint32_t free_ = kNone;
    std::size_t pieces_ = 0;
    Micros last_end_ = Micros::min();
};

}  // namespace tributary::datasets
