#include "netlayer/link/link_table.hpp"

#include <algorithm>
#include <iterator>

namespace tributary::netlayer {

bool LinkTable::open(ProcessId peer, Epoch epoch) {
    if (is_dead(peer, epoch)) return false;
    close(peer);
    links_[peer].epoch = epoch;
    return true;
}

void LinkTable::close(ProcessId peer) {
    const auto found = links_.find(peer);
    if (found == links_.end()) return;
    bury({peer, found->second.epoch});
    links_.erase(found);
    broken_.erase(peer);
}

void LinkTable::kill(Key edge) {
    take_early(edge.first, edge.second);
    bury(edge);
}

void LinkTable::close_when_acknowledged(ProcessId peer, Micros now) {
    const auto found = links_.find(peer);
    if (found == links_.end()) return;
    const Key key{peer, found->second.epoch};
    if (!found->second.outbox.empty()) {
        Link& kept = closing_.insert_or_assign(key, std::move(found->second)).first->second;
        kept.down_since = now;
    }
    bury(key);
    links_.erase(peer);
    broken_.erase(peer);
}

std::optional<Send> LinkTable::number(ProcessId peer, Message message) {
    const auto found = links_.find(peer);
    if (found == links_.end()) return std::nullopt;
    Link& link = found->second;
    const bool heartbeat = is_heartbeat(message);
    const Sequence sequence = heartbeat ? 0 : ++link.sent;
    if (!heartbeat && limits_.unacknowledged > 0) {
        const std::size_t bytes = kept_bytes(message);
        const bool fits =
            link.outbox.empty() || link.outbox_bytes + bytes <= limits_.unacknowledged_bytes;
        if (link.outbox.size() >= limits_.unacknowledged || !fits) {
            if (broken_.insert(peer).second) ++overflows_.links;
            return std::nullopt;
        }
        link.outbox_bytes += bytes;
        link.outbox.push_back(message);
    }
    if (link.down_since) return std::nullopt;
    return Send{peer, link.epoch, sequence, link.received, std::move(message)};
}

Verdict LinkTable::accept(const MessageReceived& arrived) {
    const auto found = links_.find(arrived.from);
    if (found == links_.end() || found->second.epoch != arrived.epoch) {
        const auto closing = closing_.find({arrived.from, arrived.epoch});
        if (closing != closing_.end()) {
            acknowledge(arrived.from, closing->second, arrived.acknowledged);
            if (closing->second.outbox.empty()) forget_closing(closing->first);
        }
        return is_dead(arrived.from, arrived.epoch) ? Verdict::drop : Verdict::unknown;
    }
    Link& link = found->second;
    acknowledge(arrived.from, link, arrived.acknowledged);
    if (is_heartbeat(arrived.message)) return Verdict::process;
    if (arrived.sequence <= link.received) return Verdict::drop;
    if (arrived.sequence != link.received + 1) return Verdict::broken;
    link.received = arrived.sequence;
    return Verdict::process;
}

void LinkTable::keep_early(MessageReceived arrived) {
    std::size_t bytes = kept_bytes(arrived.message);
    for (const MessageReceived& kept : early_) bytes += kept_bytes(kept.message);
    const bool fits = early_.empty() || bytes <= limits_.early_bytes;
    if (early_.size() < limits_.early && fits) {
        early_.push_back(std::move(arrived));
        return;
    }
    ++overflows_.epochs;
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

void LinkTable::interrupt(ProcessId peer, Micros now) {
    const auto found = links_.find(peer);
    if (found != links_.end() && !found->second.down_since) found->second.down_since = now;
}

std::optional<std::vector<Send>> LinkTable::resume(Key edge, Sequence received) {
    const ProcessId peer = edge.first;
    const bool current = is_current(peer, edge.second);
    const auto closing = closing_.find(edge);
    if (!current && closing == closing_.end()) return std::nullopt;
    Link& link = current ? links_.at(peer) : closing->second;
    if (received < link.acknowledged || received > link.sent) return std::nullopt;
    acknowledge(peer, link, received);
    std::vector<Send> missed;
    if (current) {
        link.down_since.reset();
        link.greeted = true;
    } else if (link.outbox.empty()) {
        forget_closing(edge);
        return missed;
    }
    Sequence sequence = link.acknowledged;
    for (const Message& message : link.outbox) {
        missed.push_back({peer, link.epoch, ++sequence, link.received, message});
    }
    return missed;
}

void LinkTable::expire_closing(Micros now, Micros longest) {
    std::erase_if(closing_, [&](const auto& entry) {
        const bool over = now - entry.second.down_since.value_or(now) >= longest;
        if (over) ended_.push_back(entry.first);
        return over;
    });
}

void LinkTable::forget_closing(Key edge) {
    if (closing_.erase(edge) > 0) ended_.push_back(edge);
}

std::optional<Sequence> LinkTable::received(ProcessId peer, Epoch epoch) const {
    if (is_current(peer, epoch)) return links_.at(peer).received;
    const auto closing = closing_.find({peer, epoch});
    if (closing == closing_.end()) return std::nullopt;
    return closing->second.received;
}

LinkTable::Contents LinkTable::contents() const {
    return {links_, {dead_order_.begin(), dead_order_.end()}, closing_};
}

void LinkTable::assign(Contents contents, Micros now) {
    links_ = std::move(contents.links);
    closing_ = std::move(contents.closing);
    const auto begin = [now](Link& link) {
        link.down_since = now;
        link.outbox_bytes = 0;
        for (const Message& message : link.outbox) link.outbox_bytes += kept_bytes(message);
    };
    for (auto& [peer, link] : links_) begin(link);
    for (auto& [key, link] : closing_) begin(link);
    dead_ = {contents.dead.begin(), contents.dead.end()};
    dead_order_ = {contents.dead.begin(), contents.dead.end()};
    early_.clear();
    broken_.clear();
}

std::vector<ProcessId> LinkTable::take_broken() {
    std::vector<ProcessId> taken(broken_.begin(), broken_.end());
    broken_.clear();
    return taken;
}

void LinkTable::forget_received() {
    for (auto& [peer, link] : links_) {
        if (link.received > 0) --link.received;
    }
}

void LinkTable::forget_sent() {
    for (auto& [peer, link] : links_) {
        link.outbox.clear();
        link.sent = link.acknowledged;
    }
}

void LinkTable::acknowledge(ProcessId peer, Link& link, Sequence upto) {
    if (upto > link.sent) broken_.insert(peer);
    if (upto > link.sent || upto <= link.acknowledged) return;
    const auto count = std::min<std::size_t>(upto - link.acknowledged, link.outbox.size());
    for (std::size_t i = 0; i < count; ++i) link.outbox_bytes -= kept_bytes(link.outbox[i]);
    link.outbox.erase(link.outbox.begin(),
                      link.outbox.begin() + static_cast<std::ptrdiff_t>(count));
    link.acknowledged = upto;
}

bool LinkTable::is_current(ProcessId peer, Epoch epoch) const {
    const auto found = links_.find(peer);
    return found != links_.end() && found->second.epoch == epoch;
}

bool LinkTable::is_interrupted(ProcessId peer) const {
    const auto found = links_.find(peer);
    return found != links_.end() && found->second.down_since.has_value();
}

bool LinkTable::all_acknowledged(ProcessId peer) const {
    const auto found = links_.find(peer);
    return found != links_.end() && found->second.outbox.empty();
}

bool LinkTable::is_dead(ProcessId peer, Epoch epoch) const {
    return dead_.contains({peer, epoch});
}

void LinkTable::bury(Key key) {
    if (!dead_.insert(key).second) return;
    dead_order_.push_back(key);
    if (dead_order_.size() > limits_.dead) {
        dead_.erase(dead_order_.front());
        dead_order_.pop_front();
    }
}

}  // namespace tributary::netlayer
