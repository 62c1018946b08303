// What the meter does with lone SYNs; see lone_flows.hpp.

#include "datasets/flow/direction.hpp"
#include "datasets/flow/flow_table.hpp"

namespace tributary::datasets {

/// A packet that came late or from an absurd time would break the order of the lone SYNs.
bool FlowTable::may_stand_alone(const PacketInfo& packet) const {
    return packet.protocol == kProtocolTcp && only_asks_to_connect(packet.flags) &&
           packet.fragment == Fragment::whole && options_.sequences == nullptr &&
           packet.time <= clock_.now() && lone_.accepts(packet.time);
}

/// A lone SYN is about to get its second packet: it moves to an entry, half open so far.
std::uint32_t FlowTable::grow(std::uint32_t place) {
    const LoneFlow flow = lone_.at(place);
    lone_.remove(place);
    make_room(0);  // one that was released comes back into the table
    const std::uint32_t slot = take_entry(entry_of(flow));
    index_.replace(flow.hash, place | kLone, slot);
    link(slot, kHalfOpen);
    return slot;
}

bool FlowTable::oldest_half_open_is_lone() const {
    const std::uint32_t listed = lists_[kHalfOpen].head;
    return lone_.open() > 0 &&
           (listed == kNone || lone_.oldest_open().time <= entries_[listed].last);
}

void FlowTable::cut_oldest_half_open(EndReason reason) {
    if (!oldest_half_open_is_lone()) return close(lists_[kHalfOpen].head, reason);
    if (options_.is_awaited && options_.is_awaited(lone_.oldest_open().hash)) {
        return close_lone(lone_.oldest_open_place(), reason);
    }
    lone_.release_oldest(reason);
    if (lone_.released() <= options_.max_released) return;
    if (options_.max_released > 0) ++counts_.released_full;
    send_oldest_released();
}

void FlowTable::send_released(Micros before) {
    while (lone_.released() > 0 && lone_.at(lone_.oldest_released()).time < before) {
        send_oldest_released();
    }
}

void FlowTable::send_oldest_released() {
    const std::uint32_t place = lone_.oldest_released();
    const LoneFlow& flow = lone_.at(place);
    index_.erase(flow.hash, place | kLone);
    lone_.pop_oldest_released();  // the place keeps what stands there until it is taken again
    if (!released_) return finish_lone(flow, static_cast<EndReason>(flow.reason));
    FlowRecord record = record_of(flow, static_cast<EndReason>(flow.reason));
    released_(record, flow.hash);
}

/// Ends a lone SYN out of turn; one that was released keeps the reason of that.
void FlowTable::close_lone(std::uint32_t place, EndReason reason) {
    const LoneFlow flow = lone_.at(place);
    lone_.remove(place);
    index_.erase(flow.hash, place | kLone);
    finish_lone(flow, flow.is_released ? static_cast<EndReason>(flow.reason) : reason);
}

void FlowTable::finish_lone(const LoneFlow& flow, EndReason reason) {
    FlowRecord record = record_of(flow, reason);
    if (flow.from_high) swap_ends(record);
    finished_(record, flow.hash);
}

/// What waits for them would else be sent before their turn comes.
void FlowTable::close_awaited(EndReason reason) {
    if (!options_.is_awaited) return;
    std::vector<std::uint32_t> awaited;
    lone_.look_ahead(KeyIndex::kNone, [&](std::uint32_t place) {
        if (options_.is_awaited(lone_.at(place).hash)) awaited.push_back(place);
    });
    for (const std::uint32_t place : awaited) close_lone(place, reason);
}

}  // namespace tributary::datasets
