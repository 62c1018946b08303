#pragma once
// Columns 23 to 41 of kdd41/1: what happened around a connection, over two windows of the
// connections of this site that ended: those of the last 2 s, and the last 255. The connection
// itself is among both.
// Invariants: O(1) amortised a connection; the windows hold at most kMaxRecent and 255 connections;
// beyond, the oldest go early and are counted. One thread.
// Source: self-service §8.3; docs/features.md, schema kdd41/1.

#include <array>
#include <cstdint>
#include <deque>

#include "datasets/feature/kdd_schema.hpp"
#include "datasets/feature/window_table.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

/// A connection as these columns see it.
struct KddConnection {
    Micros end{0};
    Address src;
    Address dst;
    std::uint16_t src_port = 0;
    int service = -1;        ///< place in the vocabulary
    bool syn_error = false;  ///< S0 to S3
    bool rejected = false;   ///< REJ
};

class KddContext {
 public:
    static constexpr std::size_t kMaxRecent = 65'536;

    /// @param hash_seed  hides the table layout from whoever sends the traffic
    explicit KddContext(std::uint64_t hash_seed) : seed_(hash_seed) {}

    /// Takes the connection in and fills columns 23 to 41. Connections in end-time order.
    void observe(const KddConnection& connection, KddValues& values);

    /// Connections that were dropped from a full window of 2 s.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
    /// The keys under which a connection is counted in one window.
    struct Keys {
        Micros end{0};
        std::uint64_t host = 0;
        std::uint64_t service = 0;
        std::uint64_t host_service = 0;
        std::uint64_t host_src_port = 0;
        std::uint64_t host_service_src = 0;
        bool syn_error = false;
        bool rejected = false;
    };
    /// Counts by key, of the connections, their SYN errors (in `marked`) and their rejections (in
    /// `distinct`).
    class Window {
     public:
        /// Counts the connection under one of its keys. @return what the key counts now
        WindowCounts count(std::uint64_t key, const Keys& keys);
        void keep(const Keys& keys) { connections_.push_back(keys); }
        /// @param kinds  the keys under which it was counted
        template <std::size_t kCount>
        void remove_oldest(const std::array<std::uint64_t Keys::*, kCount>& kinds);
        /// Fetches the memory of a key that is looked up soon.
        void prefetch(std::uint64_t key) const { counts_.prefetch(key); }
        [[nodiscard]] const std::deque<Keys>& connections() const { return connections_; }

     private:
        void uncount(std::uint64_t key, const Keys& keys);

        std::deque<Keys> connections_;
        WindowTable counts_;
    };

    [[nodiscard]] Keys keys_of(const KddConnection& connection) const;
    void remove_recent();
    void count_recent(const Keys& keys, KddValues& values);
    void count_last(const Keys& keys, KddValues& values);

    std::uint64_t seed_;
    Micros now_ = Micros::min();
    Window recent_;
    Window last_;
    std::uint64_t dropped_ = 0;
};

}  // namespace tributary::datasets
