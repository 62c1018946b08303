#pragma once
// FlowRecord -> one row of flow/1, flowctx/1, kdd41/1, splt/1 or flowx/1. The 43 numbers of flow/1
// depend on the record alone; the 10 of flowctx/1 also on the flows of this site that ended in the
// last 60 s, and those of kdd41/1 on the last 2 s and the last 255. Invariant: the same records in
// the same order give the same rows on every site. Memory is bounded (see flow_context.hpp). One
// thread per encoder. Source: docs/features.md.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "datasets/feature/flow_context.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/feature/kdd_traffic.hpp"
#include "datasets/feature/schema.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

class FlowEncoder {
 public:
    /// @param schema     as given by find_schema; one that is not of flows is a bug
    /// @param hash_seed  hides the table layout from whoever sends the traffic; never changes a row
    explicit FlowEncoder(const Schema& schema, std::uint64_t hash_seed = 0);

    /// Writes the row of one flow. Flows must come in end-time order; a late one is counted and
    /// treated as if it ended with the latest seen.
    /// @param row  exactly `schema().width()` numbers
    void encode(const FlowRecord& flow, std::span<std::uint8_t> row);

    [[nodiscard]] const Schema& schema() const { return *schema_; }
    /// Counters of the context; all zero under the other schemas.
    [[nodiscard]] ContextCounters context_counters() const;

 private:
    void encode_flow(const FlowRecord& flow, std::span<std::uint8_t> row);

    const Schema* schema_;
    bool is_splt_ = false;
    bool with_splt_ = false;                           ///< flowx/1: behind flow/1
    FlowRecord last_;                                  ///< the record of `last_row_`
    std::array<std::uint8_t, kFlowWidth> last_row_{};  ///< of flow/1
    bool has_last_ = false;
    std::unique_ptr<FlowContext> context_;  ///< of flowctx/1 only
    std::unique_ptr<KddTraffic> kdd_;       ///< of kdd41/1 only
};

}  // namespace tributary::datasets
