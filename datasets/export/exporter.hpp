#pragma once
// What is remembered of one flow exporter (sender and source id or observation domain): clock,
// sequence, sampling, templates, and data that came before its template.
// Invariants: every table here has a bound, and a template or data set beyond it replaces the
// oldest. One thread.
// Source: docs/flows.md, "Exports".

#include <deque>
#include <map>
#include <optional>

#include "base/bytes.hpp"
#include "datasets/export/export_template.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

/// The times in the header of a datagram.
struct ExportTime {
    std::uint32_t uptime_ms = 0;  ///< since the exporter started; IPFIX: derived from `boot`
    Micros wall{0};
};

/// A data set that waits for its template.
struct PendingSet {
    std::uint16_t template_id = 0;
    ExportTime time;
    Bytes bytes;  ///< kReadableBefore bytes, then the set
};

class Exporter {
 public:
    static constexpr std::size_t kMaxTemplates = 256;
    static constexpr std::size_t kMaxTemplateFields = 4096;  ///< of all templates together
    static constexpr std::size_t kMaxPending = 32;
    static constexpr std::size_t kMaxPendingBytes = 65'536;
    static constexpr std::size_t kMaxSamplers = 64;

    /// How many units are missing before this sequence number; the unit is the exporter's (v5 and
    /// IPFIX: records; v9 and sFlow: datagrams). A number from the past is a restart, not a gap.
    [[nodiscard]] std::uint32_t missing_before(std::uint32_t sequence) const;
    /// @param sequence  of the next datagram; nothing when it cannot be told
    void expect_next(std::optional<std::uint32_t> sequence) { next_sequence_ = sequence; }

    /// Fixes when the exporter started; header times jitter by up to a second, durations must not.
    void set_clock(const ExportTime& time) { set_boot(boot_of(time)); }
    void set_boot(Micros boot);
    /// For an exporter that tells uptimes without saying when it started: no flow ends after it was
    /// sent. Does nothing once the boot was stated.
    void estimate_boot(Micros wall, std::uint32_t last_uptime_ms);
    [[nodiscard]] std::optional<Micros> boot() const { return boot_; }
    /// Wall time of an uptime in milliseconds. Only when the boot is known.
    [[nodiscard]] Micros wall_of(std::uint32_t uptime_ms, const ExportTime& header) const {
        // The uptime wraps after 49 days, so only its distance to the header's counts.
        const auto distance_ms = static_cast<std::int32_t>(uptime_ms - header.uptime_ms);
        return *boot_ + Micros((std::int64_t{header.uptime_ms} + distance_ms) * 1000);
    }

    void set_template(std::uint16_t id, ExportTemplate description);
    [[nodiscard]] const ExportTemplate* find_template(std::uint16_t id) const;
    void withdraw_template(std::uint16_t id);
    /// Every template of data, or of options.
    void withdraw_templates(bool of_options);
    void keep_pending(PendingSet set);
    /// The waiting sets of a template, in order of arrival; they are forgotten here.
    std::deque<PendingSet> take_pending(std::uint16_t template_id);

    /// One packet in `interval` is seen by this sampler (0: the exporter as a whole).
    void set_sampling(std::uint64_t sampler, std::uint64_t interval);
    [[nodiscard]] std::uint32_t sampling(std::uint64_t sampler) const;

 private:
    static Micros boot_of(const ExportTime& time) {
        return time.wall - Micros(std::int64_t{time.uptime_ms} * 1000);
    }

    std::optional<std::uint32_t> next_sequence_;
    std::optional<Micros> boot_;
    bool boot_is_stated_ = false;
    std::map<std::uint16_t, ExportTemplate> templates_;
    std::deque<std::uint16_t> template_order_;  ///< oldest first
    std::size_t template_fields_ = 0;
    std::deque<PendingSet> pending_;
    std::size_t pending_bytes_ = 0;
    std::map<std::uint64_t, std::uint32_t> samplers_;
};

}  // namespace tributary::datasets
