#include "datasets/flow/exporter.hpp"

#include <algorithm>

namespace tributary::datasets {

namespace {

constexpr Micros kClockTolerance{2'000'000};
constexpr std::uint32_t kHighestInterval = 1U << 24;

}  // namespace

bool Exporter::expect(std::uint32_t sequence, std::uint32_t units) {
    const bool follows = !next_sequence_ || *next_sequence_ == sequence;
    // A number from the past is a late datagram or a restart; only a jump ahead is a gap.
    const bool gap = !follows && static_cast<std::int32_t>(sequence - *next_sequence_) > 0;
    next_sequence_ = sequence + units;
    return !gap;
}

void Exporter::set_clock(const ExportTime& time) {
    const Micros boot = time.wall - Micros(std::int64_t{time.uptime_ms} * 1000);
    if (boot_ && boot - *boot_ < kClockTolerance && *boot_ - boot < kClockTolerance) return;
    boot_ = boot;
}

Micros Exporter::wall_of(std::uint32_t uptime_ms, const ExportTime& header) const {
    // The uptime wraps after 49 days, so only its distance to the header's counts.
    const auto distance_ms = static_cast<std::int32_t>(uptime_ms - header.uptime_ms);
    const Micros sent = *boot_ + Micros(std::int64_t{header.uptime_ms} * 1000);
    return sent + Micros(std::int64_t{distance_ms} * 1000);
}

void Exporter::set_template(std::uint16_t id, ExportTemplate description) {
    if (!templates_.contains(id)) {
        if (templates_.size() >= kMaxTemplates) {
            templates_.erase(template_order_.front());
            template_order_.pop_front();
        }
        template_order_.push_back(id);
    }
    templates_[id] = std::move(description);
}

const ExportTemplate* Exporter::find_template(std::uint16_t id) const {
    const auto found = templates_.find(id);
    return found == templates_.end() ? nullptr : &found->second;
}

void Exporter::keep_pending(PendingSet set) {
    pending_bytes_ += set.bytes.size();
    pending_.push_back(std::move(set));
    while (pending_.size() > kMaxPending || pending_bytes_ > kMaxPendingBytes) {
        pending_bytes_ -= pending_.front().bytes.size();
        pending_.pop_front();
    }
}

std::deque<PendingSet> Exporter::take_pending(std::uint16_t template_id) {
    std::deque<PendingSet> taken;
    std::deque<PendingSet> kept;
    for (PendingSet& set : pending_) {
        (set.template_id == template_id ? taken : kept).push_back(std::move(set));
    }
    pending_ = std::move(kept);
    for (const PendingSet& set : taken) pending_bytes_ -= set.bytes.size();
    return taken;
}

void Exporter::set_sampling(std::uint64_t sampler, std::uint64_t interval) {
    if (!samplers_.contains(sampler) && samplers_.size() >= kMaxSamplers) return;
    samplers_[sampler] =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(interval, 1, kHighestInterval));
}

std::uint32_t Exporter::sampling(std::uint64_t sampler) const {
    const auto found = samplers_.find(sampler);
    return found == samplers_.end() ? 1 : found->second;
}

}  // namespace tributary::datasets
