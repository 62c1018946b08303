#include "datasets/export/exporter.hpp"

#include <algorithm>
#include <utility>

namespace tributary::datasets {

namespace {

constexpr Micros kClockTolerance{2'000'000};
constexpr Micros kRestart{3'600'000'000};
constexpr std::uint32_t kHighestInterval = 1U << 24;

}  // namespace

std::uint32_t Exporter::missing_before(std::uint32_t sequence) const {
    const std::uint32_t ahead = next_sequence_ ? sequence - *next_sequence_ : 0;
    return static_cast<std::int32_t>(ahead) > 0 ? ahead : 0;
}

void Exporter::set_boot(Micros boot) {
    const bool was_stated = std::exchange(boot_is_stated_, true);
    if (was_stated && boot - *boot_ < kClockTolerance && *boot_ - boot < kClockTolerance) return;
    boot_ = boot;
}

void Exporter::estimate_boot(Micros wall, std::uint32_t last_uptime_ms) {
    if (boot_is_stated_) return;
    const Micros latest = boot_of({last_uptime_ms, wall});
    // A later estimate only says that this flow was sent late, unless the exporter started anew.
    if (!boot_ || latest < *boot_ || latest - *boot_ > kRestart) boot_ = latest;
}

void Exporter::set_template(std::uint16_t id, ExportTemplate description) {
    withdraw_template(id);
    template_fields_ += description.fields.size();
    while (!template_order_.empty() &&
           (templates_.size() >= kMaxTemplates || template_fields_ > kMaxTemplateFields)) {
        withdraw_template(template_order_.front());
    }
    template_order_.push_back(id);
    templates_.emplace(id, std::move(description));
}

const ExportTemplate* Exporter::find_template(std::uint16_t id) const {
    const auto found = templates_.find(id);
    return found == templates_.end() ? nullptr : &found->second;
}

void Exporter::withdraw_template(std::uint16_t id) {
    const auto found = templates_.find(id);
    if (found == templates_.end()) return;
    template_fields_ -= found->second.fields.size();
    templates_.erase(found);
    template_order_.erase(std::find(template_order_.begin(), template_order_.end(), id));
}

void Exporter::withdraw_templates(bool of_options) {
    const std::deque<std::uint16_t> ids = template_order_;
    for (const std::uint16_t id : ids) {
        if (templates_.at(id).is_options == of_options) withdraw_template(id);
    }
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
    if (samplers_.empty()) return 1;
    const auto found = samplers_.find(sampler);
    return found == samplers_.end() ? 1 : found->second;
}

}  // namespace tributary::datasets
