#pragma once
// FlowRecord -> one row of kdd41/1. Columns 10 to 22 speak of payload and are 0. The state of a
// connection is read off the TCP flags of both sides, from captures and exports alike.
// Invariant: the same records in the same order give the same rows on every site. Memory is bounded
// (see kdd_context.hpp). One thread per encoder.
// Source: self-service §8.3; docs/features.md, schema kdd41/1.

#include <span>
#include <string_view>

#include "datasets/feature/kdd_context.hpp"

namespace tributary::datasets {

/// The name of a connection's state, one of the 11 of the schema.
std::string_view kdd_flag_of(const FlowRecord& flow);

/// The place of the service in the vocabulary, by the server port or by the type of ICMP.
int kdd_service_place(const FlowRecord& flow);
/// Its name.
inline std::string_view kdd_service_of(const FlowRecord& flow) {
    return kdd_service_name(kdd_service_place(flow));
}

class KddTraffic {
 public:
    explicit KddTraffic(std::uint64_t hash_seed = 0) : context_(hash_seed) {}

    /// @param row  exactly kKddWidth numbers
    void encode(const FlowRecord& flow, std::span<std::uint8_t> row);

    /// The columns before encoding.
    KddValues values_of(const FlowRecord& flow);

 private:
    KddContext context_;
};

}  // namespace tributary::datasets
