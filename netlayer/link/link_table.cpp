#include "netlayer/link/link_table.hpp"

#include <algorithm>
#include <iterator>

namespace tributary::netlayer {

bool LinkTable::open(ProcessId peer, Epoch epoch) {
    if (is_dead(peer, epoch)) return false;
    close(peer);
    links_[peer] = Link{epoch, 0, 0};
    return true;
}

void LinkTable::close(ProcessId peer) {
    const auto found = links_.find(peer);
    if (found == links_.end()) return;
    bury({peer, found->second.epoch});
    links_.erase(found);
}

std::optional<Send> LinkTable::number(ProcessId peer, Message message) {
    const auto found = links_.find(peer);
    if (found == links_.end()) return std::nullopt;
    Link& link = found->second;
    const Sequence sequence = is_heartbeat(message) ? 0 : ++link.sent;
    return Send{peer, link.epoch, sequence, link.received, std::move(message)};
}

Verdict LinkTable::accept(const MessageReceived& arrived) {
    const auto found = links_.find(arrived.from);
    if (found == links_.end() || found->second.epoch != arrived.epoch) {
        return is_dead(arrived.from, arrived.epoch) ? Verdict::drop : Verdict::unknown;
    }
    Link& link = found->second;
    if (is_heartbeat(arrived.message)) return Verdict::process;
    if (arrived.sequence <= link.received) return Verdict::drop;
    if (arrived.sequence != link.received + 1) return Verdict::broken;
    link.received = arrived.sequence;
    return Verdict::process;
}

void LinkTable::keep_early(MessageReceived arrived) {
    if (early_.size() < max_early_) {
        early_.push_back(std::move(arrived));
        return;
    }
    take_early(arrived.from, arrived.epoch);
    bury({arrived.from, arrived.epoch});
}

std::vector<MessageReceived> LinkTable::take_early(ProcessId peer, Epoch epoch) {
    const auto other = [&](const MessageReceived& kept) {
        return kept.from != peer || kept.epoch != epoch;
    };
    const auto middle = std::stable_partition(early_.begin(), early_.end(), other);
    std::vector<MessageReceived> taken(std::make_move_iterator(middle),
                                       std::make_move_iterator(early_.end()));
    early_.erase(middle, early_.end());
    return taken;
}

bool LinkTable::is_current(ProcessId peer, Epoch epoch) const {
    const auto found = links_.find(peer);
    return found != links_.end() && found->second.epoch == epoch;
}

bool LinkTable::is_dead(ProcessId peer, Epoch epoch) const {
    return dead_.contains({peer, epoch});
}

void LinkTable::bury(Key key) {
    if (!dead_.insert(key).second) return;
    dead_order_.push_back(key);
    if (dead_order_.size() > max_dead_) {
        dead_.erase(dead_order_.front());
        dead_order_.pop_front();
    }
}

}  // namespace tributary::netlayer
