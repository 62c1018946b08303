#pragma once
// The links of a simulation: per edge and direction a FIFO channel with delays, which can be cut.
// Invariants: messages of a channel are delivered in the order sent, each at most once; a cut
// loses a suffix, for good or until restored; what is delivered late is still in order. Knows
// nothing of processes. One thread.

#include <deque>
#include <map>
#include <set>
#include <tuple>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "netlayer/identity.hpp"
#include "netlayer/message.hpp"

namespace tributary::netlayer::simulation {

/// Names one direction of one tree edge.
struct ChannelId {
    ProcessId from = 0;
    ProcessId to = 0;
    Epoch epoch = 0;

    friend auto operator<=>(const ChannelId&, const ChannelId&) = default;
    [[nodiscard]] ChannelId reversed() const { return {to, from, epoch}; }
};

struct Channel {
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    std::uint64_t limit = UINT64_MAX;    ///< messages after this many are lost
    Micros last{0};                      ///< delivery time of the last message sent
    Micros late{0};                      ///< added once to what is in flight at a cut
    std::uint64_t late_limit = 0;        ///< messages up to this one are late
    bool cut = false;                    ///< for good
    bool down = false;                   ///< until restored
    std::map<ObjectId, Version> moving;  ///< objects that are migrating on this channel
};

class Network {
 public:
    explicit Network(Random random) : random_(random) {}

    /// Accepts a message; `Delivery::lost` when the channel was cut before.
    struct Delivery {
        bool lost = false;
        std::uint64_t number = 0;
        Micros at{0};
    };
    Delivery send(const ChannelId& id, const Message& message, Micros now);
    /// A message that its receiver has processed before, or the answer to a greeting.
    Delivery send_again(const ChannelId& id, Micros now);

    /// What happens to a message whose time has come.
    struct Arrival {
        bool lost = false;
        Micros again{0};  ///< not zero: deliver it then instead
    };
    Arrival arrive(const ChannelId& id, std::uint64_t number, const Message& message, Micros now);

    /// Cuts one direction. In flight: lost from a random one on, or all delivered `late`.
    void cut(const ChannelId& id, Micros late);
    /// Breaks one direction until it is restored. In flight: lost from a random one on.
    void reset(const ChannelId& id);
    void restore(const ChannelId& id);
    [[nodiscard]] const Channel* find(const ChannelId& id) const;
    [[nodiscard]] bool is_cut(const ChannelId& id) const;
    /// When the last message in this direction will have arrived.
    [[nodiscard]] Micros drained_at(const ChannelId& id, Micros now) const;

    /// A random delay of one hop.
    Micros delay();
    /// How many hops took up to ten times the usual time.
    [[nodiscard]] std::uint64_t slow_deliveries() const { return slow_; }

 private:
    void lose_suffix(Channel& channel);

    Random random_;
    std::map<ChannelId, Channel> channels_;
    std::uint64_t slow_ = 0;
};

}  // namespace tributary::netlayer::simulation
