#pragma once
// What is remembered of one flow exporter (its address and source id): clock, sequence, sampling,
// templates, and data that came before its template.
// Invariants: every table here has a bound, and a template or data set beyond it replaces the
// oldest. One thread.
// Source: docs/flows.md, "Exports".

#include <deque>
#include <map>
#include <optional>

#include "base/bytes.hpp"
#include "datasets/flow/export_template.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

/// The times in the header of a datagram.
struct ExportTime {
    std::uint32_t uptime_ms = 0;  ///< since the exporter started
    Micros wall{0};
};

/// A data set that waits for its template.
struct PendingSet {
    std::uint16_t template_id = 0;
    ExportTime time;
    Bytes bytes;
};

class Exporter {
 public:
    static constexpr std::size_t kMaxTemplates = 256;
    static constexpr std::size_t kMaxPending = 32;
    static constexpr std::size_t kMaxPendingBytes = 65'536;
    static constexpr std::size_t kMaxSamplers = 64;

    /// Follows the sequence numbers; the unit is the exporter's (v5: records, v9: datagrams).
    /// @return  false when something in between is missing
    bool expect(std::uint32_t sequence, std::uint32_t units);

    /// Fixes when the exporter started; header times jitter by up to a second, durations must not.
    void set_clock(const ExportTime& time);
    /// Wall time of an uptime in milliseconds.
    [[nodiscard]] Micros wall_of(std::uint32_t uptime_ms, const ExportTime& header) const;

    void set_template(std::uint16_t id, ExportTemplate description);
    [[nodiscard]] const ExportTemplate* find_template(std::uint16_t id) const;
    void keep_pending(PendingSet set);
    /// The waiting sets of a template, in order of arrival; they are forgotten here.
    std::deque<PendingSet> take_pending(std::uint16_t template_id);

    /// One packet in `interval` is seen by this sampler (0: the exporter as a whole).
    void set_sampling(std::uint64_t sampler, std::uint64_t interval);
    [[nodiscard]] std::uint32_t sampling(std::uint64_t sampler) const;

 private:
    std::optional<std::uint32_t> next_sequence_;
    std::optional<Micros> boot_;
    std::map<std::uint16_t, ExportTemplate> templates_;
    std::deque<std::uint16_t> template_order_;
    std::deque<PendingSet> pending_;
    std::size_t pending_bytes_ = 0;
    std::map<std::uint64_t, std::uint32_t> samplers_;
};

}  // namespace tributary::datasets
