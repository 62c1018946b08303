#include "netlayer/simulation/network.hpp"

#include <algorithm>

namespace tributary::netlayer::simulation {
namespace {

const Object* migrating(const Message& message) {
    const auto* migrate = std::get_if<Migrate>(&message);
    return migrate != nullptr ? &migrate->object : nullptr;
}

}  // namespace

Micros Network::delay() {
    constexpr std::uint64_t kUsual = 3'000;
    constexpr std::uint64_t kSlow = 30'000;
    const bool slow = random_.below(20) == 0;
    slow_ += slow ? 1 : 0;
    return Micros{500 + static_cast<std::int64_t>(random_.below(slow ? kSlow : kUsual))};
}

Network::Delivery Network::send(const ChannelId& id, const Message& message, Micros now) {
    const Delivery delivery = send_again(id, now);
    const Object* object = migrating(message);
    if (!delivery.lost && object != nullptr) channels_[id].moving[object->id] = object->version;
    return delivery;
}

Network::Delivery Network::send_again(const ChannelId& id, Micros now) {
    Channel& channel = channels_[id];
    if (channel.cut || channel.down) return {true, 0, {}};
    channel.last = std::max(channel.last + Micros{1}, now + delay());
    return {false, ++channel.sent, channel.last};
}

Network::Arrival Network::arrive(const ChannelId& id, std::uint64_t number, const Message& message,
                                 Micros now) {
    Channel& channel = channels_[id];
    if (number <= channel.late_limit && channel.late > Micros{0} && number > channel.delivered) {
        // Shift once: the message comes back after `late`, in the same order as the others.
        channel.delivered = number;
        return {false, now + channel.late};
    }
    if (number > channel.limit) return {true, {}};  // still in the sender's outbox
    if (const Object* object = migrating(message)) channel.moving.erase(object->id);
    channel.delivered = std::max(channel.delivered, number);
    return {};
}

void Network::cut(const ChannelId& id, Micros late) {
    Channel& channel = channels_[id];
    if (channel.cut) return;
    channel.cut = true;
    if (channel.down) return;
    if (late > Micros{0}) {
        channel.limit = channel.sent;
        channel.late = late;
        channel.late_limit = channel.sent;
        return;
    }
    lose_suffix(channel);
}

void Network::reset(const ChannelId& id) {
    Channel& channel = channels_[id];
    if (channel.cut || channel.down) return;
    channel.down = true;
    lose_suffix(channel);
}

void Network::restore(const ChannelId& id) {
    Channel& channel = channels_[id];
    if (!channel.down || channel.cut) return;
    channel.down = false;
    channel.limit = UINT64_MAX;
}

void Network::lose_suffix(Channel& channel) {
    channel.limit = channel.delivered + random_.below(channel.sent - channel.delivered + 1);
}

const Channel* Network::find(const ChannelId& id) const {
    const auto found = channels_.find(id);
    return found == channels_.end() ? nullptr : &found->second;
}

bool Network::is_cut(const ChannelId& id) const {
    const Channel* channel = find(id);
    return channel != nullptr && channel->cut;
}

Micros Network::drained_at(const ChannelId& id, Micros now) const {
    const Channel* channel = find(id);
    return (channel == nullptr ? now : std::max(now, channel->last)) + Micros{1};
}

}  // namespace tributary::netlayer::simulation
